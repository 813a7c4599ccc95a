"""What there was to find, and when: each version of an article until the next one, each incident from its end on.

The phrases of an article are states of their own: each from when it was known that the article had solved it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from assistant.desk.corpora import ARTICLE_PARTS, CORPORA, passages_of
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from assistant.desk.phrasebook import NEWEST, Telling, chosen, told_in_time
from kb.article import Article
from kb.corpus import Passage, Phrase
from kb.passages import Piece, cut
from kb.phrases import PHRASE

MOST = 50_000  # incidents that can be found, those that ended last


@dataclass(frozen=True)
class State:
    """An item as it was for a while. version: of an article, 0 for an incident. until: None while it is so.

    told_of: of a phrase, the article that it speaks for.
    """

    corpus: str
    item_id: int
    version: int
    scope: str
    since: datetime
    until: datetime | None
    passages: Sequence[Passage]
    told_of: int = 0

    @property
    def pieces(self) -> list[Piece]:
        """What is embedded of it."""
        if self.told_of:
            return [Piece(PHRASE, 0, "", passage.text) for passage in self.passages]
        return cut(self.passages)


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


def of_phrases(db: Session, ids: Collection[int]) -> list[State]:
    """Return the words in which these articles were known, each with its time."""
    articles = db.scalars(select(Article).where(Article.id.in_(ids))).all()
    return [state for article in articles for state in _phrases(article, told_in_time(db, article))]


@dataclass(frozen=True)
class Kind:
    """A kind of items: which there are, and what states they had. corpus: among whose passages their vectors are."""

    name: str
    all_ids: Callable[[Session], Sequence[int]]
    read: Callable[[Session, Collection[int]], list[State]]
    corpus: str


PHRASES = Kind("phrase", article_ids, of_phrases, "article")
KINDS = (
    Kind("article", article_ids, of_articles, "article"),
    Kind("incident", incident_ids, of_incidents, "incident"),
    PHRASES,
)


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


def _phrases(article: Article, told: Sequence[Telling]) -> Iterator[State]:
    """Yield which phrases were chosen, from one change of what there was to choose from to the next."""
    begun: dict[Phrase, datetime] = {}
    for at in sorted({moment for one in told for moment in (one.since, one.until) if moment}):
        there = [one.phrase for one in told if one.since <= at and (one.until is None or at < one.until)]
        now = set(chosen(there[: -NEWEST - 1 : -1]))
        for gone in begun.keys() - now:
            yield _phrase(article, gone, begun.pop(gone), at)
        begun |= dict.fromkeys(now - begun.keys(), at)
    yield from (_phrase(article, phrase, since, None) for phrase, since in begun.items())


def _phrase(article: Article, phrase: Phrase, since: datetime, until: datetime | None) -> State:
    said = [Passage(PHRASE, phrase.text)]
    return State(PHRASE, phrase.incident_id, 0, phrase.scope, since, until, said, told_of=article.id)


def _teaches() -> ColumnElement[bool]:
    linked = exists().where(Link.incident_id == Incident.id, Link.kind == "resolved")
    return or_(Incident.resolution != "", linked)
