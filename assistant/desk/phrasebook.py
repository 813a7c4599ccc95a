"""In which words people told the incidents that an article solved: what the index holds of them, and what is shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.desk.incident import Incident, Watcher
from assistant.desk.link import Link
from assistant.desk.permissions import readable_incidents
from kb.article import Article
from kb.corpus import Phrase
from kb.phrases import distinct, phrase, scope_of
from kb.viewer import Viewer

NEWEST = 40  # incidents of an article in one permission class whose words are looked at
ENDED = ("resolved", "closed")
WITH_PEOPLE = (joinedload(Incident.requester), selectinload(Incident.watchers).joinedload(Watcher.person))


@dataclass(frozen=True)
class Telling:
    """A phrase, from when it was known that the article had solved it, and until that did not hold any more."""

    phrase: Phrase
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Told:
    """A phrase with the incident that was told so, for somebody who may read both."""

    phrase: Phrase
    incident: Incident


def solved() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on Link and Incident: it is over, and this article solved it."""
    return Link.kind == "resolved", Incident.phase.in_(ENDED), Incident.merged_into_id.is_(None)


def phrases_of(db: Session, articles: Sequence[Article]) -> dict[int, list[Phrase]]:
    """Return the phrases of these articles; of each permission class the most different of the newest ones."""
    known = [article for article in articles if article.confidence != "archived"]
    newest = _newest(db, [article.id for article in known])
    rows = _incidents(db, {incident_id for ids in newest.values() for incident_id in ids})
    return {
        article.id: chosen(_phrase(article, rows[incident_id]) for incident_id in newest[article.id])
        for article in known
    }


def known_as(db: Session, article: Article, viewer: Viewer) -> list[Told]:
    """Return the phrases of an article that this viewer may read, the newest first."""
    phrases = {one.incident_id: one for one in phrases_of(db, [article]).get(article.id, ())}
    mine = select(Incident).where(Incident.id.in_(phrases), readable_incidents(viewer))
    rows = db.scalars(mine.order_by(Incident.id.desc()))
    return [Told(phrases[row.id], row) for row in rows]


def told_in_time(db: Session, article: Article) -> list[Telling]:
    """Return everything that an article could have been known by at any time, what was linked first before the rest."""
    links = select(Link).join(Incident).where(*solved(), Link.article_id == article.id)
    links = links.options(joinedload(Link.incident).options(*WITH_PEOPLE)).order_by(Link.at, Link.id)
    told = [
        (_phrase(article, link.incident), max(link.at, link.incident.resolved_at or link.at), link.failed_at)
        for link in db.scalars(links)
    ]
    return [Telling(phrase, since, until) for phrase, since, until in told if phrase]


def chosen(phrases: Iterable[Phrase | None]) -> list[Phrase]:
    """Return the most different phrases of each permission class. phrases: newest first; None is left out."""
    classes: dict[str, list[Phrase]] = defaultdict(list)
    for one in phrases:
        if one is not None:
            classes[one.scope].append(one)
    return [one for scope in sorted(classes) for one in distinct(classes[scope])]


def _phrase(article: Article, incident: Incident) -> Phrase | None:
    """Return how an incident was told, None where that has personal data or nobody may read both."""
    team_id = article.team_id if article.audience == "team" else None
    scope = scope_of(team_id, incident.restricted_to_id)
    people = [incident.requester, *(watcher.person for watcher in incident.watchers)]
    names = [person.name for person in people if person]
    told = incident.symptoms.strip() or incident.reported_text
    return phrase(incident.id, incident.title, told, names, scope) if scope else None


def _newest(db: Session, article_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return by article the newest incidents that it solved, so many of each permission class."""
    each = func.row_number().over(
        partition_by=(Link.article_id, Incident.restricted_to_id), order_by=(Link.at.desc(), Link.id.desc())
    )
    links = select(Link.id, Link.article_id, Link.incident_id, Link.at, each.label("place")).join(Incident)
    held = (*solved(), Link.failed_at.is_(None), Link.article_id.in_(article_ids))
    placed = links.where(*held).subquery()
    newest = select(placed.c.article_id, placed.c.incident_id).where(placed.c.place <= NEWEST)
    found: dict[int, list[int]] = defaultdict(list)
    for article_id, incident_id in db.execute(newest.order_by(placed.c.at.desc(), placed.c.id.desc())):
        if incident_id not in found[article_id]:
            found[article_id].append(incident_id)
    return found


def _incidents(db: Session, ids: Iterable[int]) -> dict[int, Incident]:
    rows = db.scalars(select(Incident).where(Incident.id.in_(ids)).options(*WITH_PEOPLE))
    return {row.id: row for row in rows}
