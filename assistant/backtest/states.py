"""What there was to find, and when: each version of an article until the next one, each incident from its end on."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from assistant.desk.corpora import ARTICLE_PARTS, CORPORA, passages_of
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from kb.article import Article
from kb.corpus import Passage

MOST = 50_000  # incidents that can be found, those that ended last


@dataclass(frozen=True)
class State:
    """An item as it was for a while. version: of an article, 0 for an incident. until: None while it is so."""

    corpus: str
    item_id: int
    version: int
    scope: str
    since: datetime
    until: datetime | None
    passages: Sequence[Passage]


def article_ids(db: Session) -> Sequence[int]:
    """Return all articles that there ever were."""
    return db.scalars(select(Article.id).order_by(Article.id)).all()


def incident_ids(db: Session, most: int = MOST) -> Sequence[int]:
    """Return the incidents that ended last, and from which something can be learned."""
    ended = select(Incident.id).where(Incident.phase.in_(("resolved", "closed")), _teaches())
    return db.scalars(ended.order_by(Incident.resolved_at.desc(), Incident.id.desc()).limit(most)).all()


def of_articles(db: Session, ids: Collection[int]) -> list[State]:
    """Return every version of these articles with its time."""
    rows = db.scalars(select(Article).where(Article.id.in_(ids)).options(selectinload(Article.versions)))
    return [state for row in rows for state in _versions(row)]


def of_incidents(db: Session, ids: Collection[int]) -> list[State]:
    """Return these incidents as they can be found since they ended."""
    items = CORPORA["incident"].items(db, ids)
    ended = select(Incident.id, Incident.resolved_at).where(
        Incident.id.in_(ids), Incident.resolved_at.is_not(None)
    )
    return [
        State("incident", row.id, 0, items[row.id].scope, row.resolved_at, None, items[row.id].passages)
        for row in db.execute(ended)
    ]


@dataclass(frozen=True)
class Kind:
    """A kind of items: which there are, and what states they had."""

    name: str
    all_ids: Callable[[Session], Sequence[int]]
    read: Callable[[Session, Collection[int]], list[State]]


KINDS = (Kind("article", article_ids, of_articles), Kind("incident", incident_ids, of_incidents))


def _versions(article: Article) -> list[State]:
    """Return the versions; what is in the archive now could be found until then, by whoever reads its audience."""
    gone = article.confidence == "archived"
    scope = f"article:{article.audience}" if gone and article.audience != "team" else article.scope
    begins = [min(article.created_at, article.versions[0].at), *(one.at for one in article.versions[1:])]
    ends = [*begins[1:], article.updated_at if gone else None]
    return [
        State("article", article.id, one.number, scope, since, until, passages_of(one, ARTICLE_PARTS))
        for one, since, until in zip(article.versions, begins, ends, strict=True)
    ]


def _teaches() -> ColumnElement[bool]:
    linked = exists().where(Link.incident_id == Incident.id, Link.kind == "resolved")
    return or_(Incident.resolution != "", linked)
