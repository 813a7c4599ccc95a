"""What resolved this before: asked from the incident itself or from what is being typed, shown with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.desk import card, differences, link, merging, relations, standing
from assistant.desk.differences import Difference
from assistant.desk.errors import MoveNotAllowed, NotAllowed
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from assistant.desk.permissions import readable_ids, viewer_of
from assistant.desk.record import stamp
from kb import feedback
from kb.article import CONFIDENCES, Article
from kb.authoring import NEAR
from kb.live import Live
from kb.markup import plain
from kb.search import Answer, Found, Within, find
from kb.viewer import Viewer

SHOWN = {"article": 3, "resolved": 3, "open": 3}  # at most so many of each kind
NEWEST_NOTES = 2
LONGEST_QUERY = 4000  # characters
ARTICLE_WITH = (selectinload(Article.current), selectinload(Article.services))
INCIDENT_WITH = (joinedload(Incident.service), selectinload(Incident.links))


@dataclass(frozen=True)
class Suggestion:
    """A hit as people see it. kind: article, resolved or open; item: the row; showing: None until it was recorded.

    asked: the question; there: where the item tells what it is about. known: what
    speaks for it besides its text.
    """

    kind: str
    label: str
    item: Article | Incident
    found: Found
    held: str = ""
    differs: tuple[Difference, ...] = ()
    known: tuple[str, ...] = ()
    showing: feedback.Showing | None = None
    asked: str = ""
    there: str = ""

    @property
    def card(self) -> card.Card:
        """The question beside what was found for it."""
        return card.compare(self.asked, self.found.passage, self.there, self.found.terms, self.differs)


@dataclass(frozen=True)
class Panel:
    """Everything shown for one question, best first in each kind. nothing: nobody here has solved this before."""

    articles: list[Suggestion] = field(default_factory=list)
    incidents: list[Suggestion] = field(default_factory=list)
    open_incidents: list[Suggestion] = field(default_factory=list)
    nothing: bool = False
    degraded: tuple[str, ...] = ()
    asked: str = ""
    answer: Answer | None = None

    @property
    def all(self) -> list[Suggestion]:
        """All suggestions, articles first."""
        return [*self.articles, *self.incidents, *self.open_incidents]

    @property
    def best(self) -> Suggestion | None:
        """The one to try first, None when there is none to trust."""
        ranked = sorted((*self.articles, *self.incidents), key=lambda shown: -shown.found.probability)
        return ranked[0] if ranked and not self.nothing else None


def question_of(incident: Incident) -> str:
    """Return what to ask for an incident: what it is, where it happens, and what was noted last."""
    notes = [entry.text for entry in incident.entries if entry.kind == "note"][-NEWEST_NOTES:]
    symptoms = incident.symptoms.strip() or incident.reported_text
    return as_question((incident.title, symptoms, incident.environment, *notes))


def as_question(parts: Iterable[str]) -> str:
    """Return pieces of text, what is most telling first, as one question."""
    return "\n".join(part.strip() for part in parts if part.strip())[:LONGEST_QUERY]


def suggest(db: Session, live: Live, incident: Incident, viewer: Viewer, *, now: datetime) -> Panel:
    """Return what may help with an incident, without itself and what hangs on it already."""
    exclude = {("incident", incident.id)} | {
        ("incident", relation.other_id) for relation in incident.relations
    }
    about: dict[str, Any] = {"incident": incident, "exclude": frozenset(exclude), "now": now}
    return suggest_for(db, live, question_of(incident), viewer, **about)


def suggest_for(
    db: Session,
    live: Live,
    text: str,
    viewer: Viewer,
    *,
    now: datetime,
    incident: Incident | None = None,
    exclude: frozenset[tuple[str, int]] = frozenset(),
) -> Panel:
    """Return what may help with a text, for instance one that is still being typed."""
    if not text.strip():
        return Panel(asked=text)
    occasion = standing.occasion_of(incident, now)
    answer = find(db, live, text, viewer, k=30, within=Within(without=exclude), occasion=occasion)
    rows = rows_of(db, answer.hits)
    panel: dict[str, list[Suggestion]] = {kind: [] for kind in SHOWN}
    for hit in answer.hits:
        item = rows.get((hit.corpus, hit.item_id))
        if item is not None and len(panel[kind := _kind(item)]) < SHOWN[kind] and _worth_showing(item, hit):
            panel[kind].append(_suggestion(item, hit, text, incident))
    return Panel(
        articles=panel["article"],
        incidents=panel["resolved"],
        open_incidents=panel["open"],
        nothing=answer.nothing,
        degraded=answer.degraded,
        asked=text,
        answer=answer,
    )


def record(
    db: Session,
    panel: Panel,
    *,
    kind: str,
    actor: Person | None,
    now: datetime,
    incident_id: int | None = None,
) -> Panel:
    """Keep what was asked and shown; return the panel with a showing behind every suggestion.

    The same suggestions for the same incident and text, asked again by the same person, are not kept twice, nor is what
    they typed of a new one a moment ago.
    """
    answer = panel.answer
    if answer is None:
        return panel
    known = _last_search(db, panel, incident_id, actor) if incident_id else None
    if known is None:
        showings = feedback.showings(one.found for one in panel.all)
        about: dict[str, Any] = {
            "incident_id": incident_id,
            "recipe": answer.recipe,
            "took_ms": answer.took_ms,
        }
        degraded = "\n".join(panel.degraded)
        keep = feedback.record if incident_id else feedback.record_typed
        known = keep(db, panel.asked, showings, kind=kind, actor=actor, now=now, degraded=degraded, **about)
    by_item = {(showing.corpus, showing.item_id): showing for showing in known.showings}
    fields = {
        name: _joined(getattr(panel, name), by_item) for name in ("articles", "incidents", "open_incidents")
    }
    return Panel(**fields, nothing=panel.nothing, degraded=panel.degraded, asked=panel.asked, answer=answer)


def use(
    db: Session, incident: Incident, showing: feedback.Showing, *, actor: Person, now: datetime
) -> Incident:
    """Take a suggestion: link it, and put its cause and resolution into the incident where nothing is written yet."""
    _choose(db, incident, showing, "used", actor=actor, now=now)
    if showing.corpus == "article":
        article = db.get_one(Article, showing.item_id)
        link.add(db, incident, article, "resolved", actor=actor, now=now, showing=showing)
        _take(incident, plain(article.current.cause), plain(article.current.resolution))
    else:
        other = db.get_one(Incident, showing.item_id)
        relations.relate(db, incident, other, "related_to", actor=actor, now=now)
        known = {held.article_id: held.article for held in link.resolving(other)}
        for article_id in readable_ids(db, viewer_of(db, actor), Article, known):
            link.add(db, incident, known[article_id], "resolved", actor=actor, now=now, showing=showing)
        _take(incident, other.cause, other.resolution)
    stamp(incident, actor, now, counts=True)
    db.flush()
    return incident


def refer(
    db: Session, incident: Incident, showing: feedback.Showing, *, actor: Person, now: datetime
) -> Incident:
    """Keep a suggestion as read for this incident, without saying that it resolved it."""
    _choose(db, incident, showing, "reference", actor=actor, now=now)
    if showing.corpus == "article":
        article = db.get_one(Article, showing.item_id)
        link.add(db, incident, article, "reference", actor=actor, now=now, showing=showing)
    else:
        other = db.get_one(Incident, showing.item_id)
        relations.relate(db, incident, other, "related_to", actor=actor, now=now)
    stamp(incident, actor, now)
    db.flush()
    return incident


def attach_to(
    db: Session, incident: Incident, showing: feedback.Showing, *, actor: Person, now: datetime
) -> Incident:
    """Merge this incident into the open one that was shown, because it says the same."""
    if showing.corpus != "incident":
        raise MoveNotAllowed("An incident can only be a duplicate of an incident.")
    _choose(db, incident, showing, "used", actor=actor, now=now)
    other = db.get_one(Incident, showing.item_id)
    merging.merge(db, incident, other, actor=actor, now=now)
    return incident


def reject(
    db: Session, incident: Incident, showing: feedback.Showing, reason: str, *, actor: Person, now: datetime
) -> Incident:
    """Say why a suggestion does not help here."""
    _choose(db, incident, showing, "rejected", actor=actor, now=now, reason=reason)
    return incident


def readable(db: Session, showing: feedback.Showing, person: Person) -> bool:
    """Say whether a person may read, now, what was shown to somebody."""
    kind = Article if showing.corpus == "article" else Incident
    return bool(readable_ids(db, viewer_of(db, person), kind, [showing.item_id]))


def _choose(
    db: Session,
    incident: Incident,
    showing: feedback.Showing,
    choice: str,
    *,
    actor: Person,
    now: datetime,
    reason: str = "",
) -> None:
    """Keep the choice. Raises NotAllowed for a hit of another incident, or of an item this person may not read now."""
    if showing.search.incident_id != incident.id or not readable(db, showing, actor):
        raise NotAllowed("This suggestion is not there any more.")
    feedback.choose(db, showing, choice, actor=actor, now=now, reason=reason)


def rows_of(db: Session, hits: Iterable[Found]) -> dict[tuple[str, int], Article | Incident]:
    """Return the articles and incidents of some hits, by kind and id."""
    ids: dict[str, list[int]] = {"article": [], "incident": []}
    for hit in hits:
        ids[hit.corpus].append(hit.item_id)
    articles = select(Article).where(Article.id.in_(ids["article"])).options(*ARTICLE_WITH)
    incidents = select(Incident).where(Incident.id.in_(ids["incident"])).options(*INCIDENT_WITH)
    rows: dict[tuple[str, int], Article | Incident] = {
        ("article", row.id): row for row in db.scalars(articles)
    }
    return rows | {("incident", row.id): row for row in db.scalars(incidents)}


def _kind(item: Article | Incident) -> str:
    if isinstance(item, Article):
        return "article"
    return "open" if item.is_open else "resolved"


def _suggestion(item: Article | Incident, hit: Found, text: str, incident: Incident | None) -> Suggestion:
    kind, known = _kind(item), hit.standing
    if isinstance(item, Article):
        held, what = str(link.Held(known.held, known.of, None)), "used"
        label = f"Article · {CONFIDENCES[item.confidence]}"
    else:
        held, what = ("", "recorded") if item.is_open else (_returned(item), "resolved")
        label = "Open now, maybe the same" if item.is_open else f"{item.phase.capitalize()} incident"
    own = incident.service.name if incident and incident.service else ""
    there = card.about(item)
    differs = differences.between(f"{text}\n{own}", there)
    services = (
        {service.name for service in item.services}
        if isinstance(item, Article)
        else {item.service.name}
        if item.service
        else set()
    )
    if own and services and own not in services:
        differs.insert(0, Difference("service", own, ", ".join(sorted(services))))
    besides = tuple(standing.words(known, what=what))
    return Suggestion(kind, label, item, hit, held, tuple(differs), besides, asked=text, there=there)


def _worth_showing(item: Article | Incident, hit: Found) -> bool:
    """Leave out archived articles, incidents that resolved nothing, and open ones that are only a guess."""
    if isinstance(item, Article):
        return item.confidence != "archived"
    if item.is_open:
        return hit.band in NEAR
    return bool(item.resolution.strip() or item.links)


def _returned(incident: Incident) -> str:
    times = incident.reopen_count
    return "held" if not times else f"came back {'once' if times == 1 else f'{times} times'}"


def _last_search(db: Session, panel: Panel, incident_id: int, actor: Person | None) -> feedback.Search | None:
    mine = (
        feedback.Search.incident_id == incident_id,
        feedback.Search.person_id == (actor.id if actor else None),
    )
    last = db.scalar(select(feedback.Search).where(*mine).order_by(feedback.Search.id.desc()).limit(1))
    if last is None or last.text != panel.asked:
        return None
    shown = [(one.found.corpus, one.found.item_id) for one in panel.all]
    return last if [(showing.corpus, showing.item_id) for showing in last.showings] == shown else None


def _joined(shown: list[Suggestion], by_item: dict[tuple[str, int], feedback.Showing]) -> list[Suggestion]:
    return [replace(one, showing=by_item[one.found.corpus, one.found.item_id]) for one in shown]


def _take(incident: Incident, cause: str, resolution: str) -> None:
    incident.cause = incident.cause.strip() or cause
    incident.resolution = incident.resolution.strip() or resolution
