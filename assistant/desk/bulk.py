"""One verb for many incidents: each in a savepoint of its own, so that what is refused does not hold up the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.desk import closure, lifecycle, link, relations
from assistant.desk.errors import EditConflict, Finding, MoveNotAllowed, NotAllowed, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from kb.article import Article

MOST = 200  # incidents at once
REFUSALS = (Refused, MoveNotAllowed, NotAllowed, EditConflict)


@dataclass(frozen=True)
class Refusal:
    """An incident to which nothing was done, and why."""

    incident: Incident
    findings: list[Finding]


@dataclass(frozen=True)
class Outcome:
    """What became of each."""

    done: list[Incident] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What an act needs besides the incidents; each act reads its own fields."""

    group: Group | None = None
    person: Person | None = None
    state: str = ""
    hold_reason: str = ""
    article: Article | None = None
    link_kind: str = "resolved"
    parent: Incident | None = None


Act = Callable[[Session, Incident, Asked, Person, datetime], object]


def _take(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    lifecycle.assign(db, incident, incident.group, actor, actor=actor, now=now)


def _assign(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    lifecycle.assign(db, incident, asked.group, asked.person, actor=actor, now=now)


def _move(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    lifecycle.move(db, incident, asked.state, actor=actor, now=now, hold_reason=asked.hold_reason)


def _link(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    if asked.article is None:
        raise Refused([Finding("article", "No article is chosen.", "Write its number like KB-000007.")])
    link.add(db, incident, asked.article, asked.link_kind, actor=actor, now=now)


def _hang(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    if asked.parent is None:
        raise Refused([Finding("parent", "No parent is chosen.", "Write its number like INC-000042.")])
    relations.relate(db, incident, asked.parent, "child_of", actor=actor, now=now)


def _close(db: Session, incident: Incident, asked: Asked, actor: Person, now: datetime) -> None:
    closure.close(db, incident, actor=actor, now=now)


ACTS: dict[str, tuple[str, Act]] = {  # name -> (what was done, the verb)
    "take": ("taken", _take),
    "assign": ("assigned", _assign),
    "move": ("moved", _move),
    "link": ("linked", _link),
    "parent": ("put under their parent", _hang),
    "close": ("closed", _close),
}


def act(
    db: Session, incidents: Iterable[Incident], name: str, asked: Asked, *, actor: Person, now: datetime
) -> Outcome:
    """Do one of the ACTS to every incident, through the same verbs and gates as one by one."""
    verb = ACTS[name][1]
    return each(db, incidents, lambda incident: verb(db, incident, asked, actor, now))


def each(db: Session, incidents: Iterable[Incident], verb: Callable[[Incident], object]) -> Outcome:
    """Do something to each incident. What a gate refuses is undone for that one alone and named with its findings.

    Raises Refused when these are too many at once, before anything is done.
    """
    chosen = list(dict.fromkeys(incidents))
    if len(chosen) > MOST:
        message = f"These are {len(chosen)} incidents; {MOST} can be changed at once."
        raise Refused([Finding("", message, "Select fewer.")])
    outcome = Outcome()
    for incident in chosen:
        try:
            with db.begin_nested():
                verb(incident)
            outcome.done.append(incident)
        except REFUSALS as refusal:
            outcome.refused.append(Refusal(incident, findings_of(refusal)))
    return outcome


def findings_of(refusal: Exception) -> list[Finding]:
    """Return what a refusal says; one that has no findings is itself the finding."""
    return list(getattr(refusal, "findings", ())) or [Finding("", str(refusal), "")]
