"""Resolving and closing an incident through one of four doors, so that what was learned is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.desk import closure_gate, conversation, lifecycle, link, relations, ways
from assistant.desk.errors import Finding, GateRefused
from assistant.desk.incident import DOORS, Incident
from assistant.desk.people import Person
from assistant.desk.permissions import may_read_article, may_read_incident, viewer_of
from assistant.desk.record import fit, stamp
from kb import authoring
from kb.article import Article, Content
from kb.errors import Refused
from kb.live import Live
from kb.redaction import Mark, marks_in, redact
from kb.store import lock


@dataclass(frozen=True)
class Draft:
    """A new article as an incident gives it. marks: personal data and secrets in the originals, by field."""

    content: Content
    marks: dict[str, list[Mark]]


@dataclass(frozen=True)
class Outcome:
    """How an incident ended, and through which door what was learned goes.

    door: link, improve, write or nothing. article_id and seen: the article and, to improve it, the version that was
    open. content: what to improve or write. different: the new article was held against those that are near it and says
    something else. duplicate_of: number of the incident that this one repeats.
    version: of the incident that was open; None where nobody had it open.
    """

    door: str
    resolution: str = ""
    cause: str = ""
    workaround: str = ""
    verification: str = ""
    closing_category_id: int | None = None
    article_id: int | None = None
    seen: int = 0
    content: Content | None = None
    confidence: str = "not_validated"
    personal_data_checked: bool = False
    different: bool = False
    reason: str = ""
    duplicate_of: str = ""
    message: str = ""
    version: int | None = None


def draft_from(incident: Incident) -> Draft:
    """Fill an article from what the incident says; what is personal is already taken out."""
    names = [person.name for person in (incident.requester, *(w.person for w in incident.watchers)) if person]
    issue = incident.symptoms.strip() or incident.reported_text.strip() or incident.title
    raw = Content(
        title=incident.title,
        issue=issue,
        environment=_environment(incident),
        cause=incident.cause,
        resolution=incident.resolution.strip() or incident.workaround,
    )
    marks = {name: marks_in(text, names) for name, text in raw.values().items()}
    clean = Content(**{name: redact(text, names) for name, text in raw.values().items()})
    return Draft(clean, {name: found for name, found in marks.items() if found})


def resolve(
    db: Session,
    incident: Incident,
    outcome: Outcome,
    *,
    close: bool,
    actor: Person,
    now: datetime,
    live: Live | None = None,
) -> Incident:
    """Resolve an incident through a door, and close it too when asked.

    live: where a new article's near-duplicates are looked for before it is written; without it nobody looks.
    Raises GateRefused with findings by field when the door cannot be taken; nothing is changed then that the
    caller does not roll back.
    """
    lock(db, incident)
    if outcome.door not in DOORS:
        message = "Nothing is chosen about what was learned."
        raise GateRefused([Finding("door", message, "Choose one of the four.")])
    if outcome.door == "nothing":
        return close_with_nothing(db, incident, outcome, actor=actor, now=now)
    _take_over(db, incident, outcome, actor, now)
    article = _article(db, incident, outcome, live, actor=actor, now=now)
    link.add(db, incident, article, "resolved", actor=actor, now=now)
    incident.resolution = incident.resolution.strip() or article.current.resolution
    incident.closing_door, incident.nothing_reason = outcome.door, None
    if incident.assignee is None:
        lifecycle.assign(db, incident, incident.group, actor, actor=actor, now=now)
    if incident.is_open and ways.of(db, incident).in_phase("resolved"):
        lifecycle.advance(db, incident, "resolved", actor=actor, now=now)
    if close or not ways.of(db, incident).in_phase("resolved"):
        lifecycle.advance(db, incident, "closed", actor=actor, now=now)
    if outcome.message.strip():
        conversation.comment(db, incident, outcome.message, actor=actor, now=now)
    db.flush()
    return incident


def close_with_nothing(
    db: Session, incident: Incident, outcome: Outcome, *, actor: Person, now: datetime
) -> Incident:
    """Close an incident that taught nothing, with a reason from the process's short list. Raises GateRefused."""
    if not outcome.reason:
        message = "The reason is missing."
        raise GateRefused([Finding("nothing_reason", message, "Choose why there is nothing to learn.")])
    if outcome.duplicate_of.strip():
        other = relations.by_number(db, outcome.duplicate_of)
        if other is None or not may_read_incident(db, viewer_of(db, actor), other):
            message = f"There is no incident {outcome.duplicate_of.strip()}."
            raise GateRefused([Finding("duplicate_of", message, "Write its number like INC-000042.")])
        relations.relate(db, incident, other, "duplicate_of", actor=actor, now=now)
    _unless_changed(db, incident, {"resolution": outcome.resolution}, outcome)
    stamp(incident, actor, now, counts=True)
    incident.resolution, incident.nothing_reason = outcome.resolution, outcome.reason
    incident.closing_door = "nothing"
    lifecycle.advance(db, incident, "closed", actor=actor, now=now)
    if outcome.message.strip():
        conversation.comment(db, incident, outcome.message, actor=actor, now=now)
    return incident


def close(db: Session, incident: Incident, *, actor: Person | None, now: datetime) -> Incident:
    """Close a resolved incident as it stands. Raises GateRefused when it has not learned."""
    return lifecycle.advance(db, incident, "closed", actor=actor, now=now)


def confirm(db: Session, incident: Incident, *, actor: Person, now: datetime) -> Incident:
    """Keep that the service is back for the person who asked; what has its article is closed with that."""
    conversation.comment(db, incident, "It works again.", actor=actor, now=now)
    if incident.phase == "resolved" and closure_gate.has_article(incident):
        lifecycle.advance(db, incident, "closed", actor=actor, now=now)
    return incident


def _unless_changed(db: Session, incident: Incident, said: dict[str, str], outcome: Outcome) -> None:
    """Raise EditConflict when one of these texts would take the place of one that was written meanwhile."""
    changes = {name: text for name, text in said.items() if text != getattr(incident, name)}
    if outcome.version is not None:
        fit(db, incident, changes, outcome.version)


def _take_over(db: Session, incident: Incident, outcome: Outcome, actor: Person, now: datetime) -> None:
    said = {
        name: getattr(outcome, name).strip() for name in ("resolution", "cause", "workaround", "verification")
    }
    _unless_changed(db, incident, {name: text for name, text in said.items() if text}, outcome)
    stamp(incident, actor, now, counts=True)
    for name, text in said.items():
        setattr(incident, name, text or getattr(incident, name))
    incident.closing_category_id = (
        outcome.closing_category_id or incident.closing_category_id or incident.category_id
    )


def _article(
    db: Session, incident: Incident, outcome: Outcome, live: Live | None, *, actor: Person, now: datetime
) -> Article:
    """Return the article behind the door: found, improved or written."""
    try:
        if outcome.door == "write":
            if live is not None and not outcome.different:
                _held_against(db, incident, outcome, actor, live)
            return _write(db, incident, outcome, actor, now)
        article = db.get(Article, outcome.article_id) if outcome.article_id else None
        if article is None or not may_read_article(db, viewer_of(db, actor), article):
            raise Refused(
                [Finding("article_id", "No article is chosen.", "Choose the article that solved it.")]
            )
        if outcome.door == "improve" and outcome.content is not None:
            authoring.revise(
                db,
                article,
                outcome.content,
                seen=outcome.seen,
                actor=actor,
                now=now,
                note=f"From {incident.number}",
            )
        return article
    except Refused as refusal:
        raise GateRefused(refusal.findings) from refusal


def _held_against(db: Session, incident: Incident, outcome: Outcome, actor: Person, live: Live) -> None:
    content = outcome.content or draft_from(incident).content
    near = authoring.near_duplicates(db, live, content, viewer_of(db, actor))
    if near:
        listed = "; ".join(f"{article.number} “{article.title}”" for article in near)
        cure = "Link or improve it, or confirm that the new article says something else."
        raise Refused([Finding("different", f"This may be written already: {listed}.", cure)])


def _write(db: Session, incident: Incident, outcome: Outcome, actor: Person, now: datetime) -> Article:
    article = authoring.draft(
        db,
        outcome.content or draft_from(incident).content,
        actor=actor,
        now=now,
        services=[incident.service] if incident.service else [],
        note=f"From {incident.number}",
        category_id=incident.closing_category_id,
        audience="team" if incident.restricted_to_id else "internal",
        team_id=incident.restricted_to_id,
    )
    return authoring.set_state(
        db,
        article,
        actor=actor,
        now=now,
        confidence=outcome.confidence,
        personal_data_checked=outcome.personal_data_checked,
    )


def _environment(incident: Incident) -> str:
    lines = [line for line in incident.environment.splitlines() if line.strip()]
    if incident.service:
        lines.insert(0, f"Service: {incident.service.name}")
    lines += [f"{item.kind or 'Item'}: {item.name}" for item in incident.items]
    return "\n".join(dict.fromkeys(lines))
