"""The lines of the worklist: what it is about, why it stands there, and what it is worth, in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.desk import gaps, link, ways
from assistant.desk.curation_queries import Asked
from assistant.desk.incident import Incident
from assistant.desk.permissions import readable_incidents
from kb.article import Article, Flag
from kb.likeness import Likeness
from kb.remarks import Remark
from kb.viewer import Viewer
from kb.votes import Vote

NEWEST_VOTES = 10  # of one article, with what readers wrote
ALIKE = ((0.95, "Almost the same text"), (0.88, "Very alike"), (0.0, "Alike"))


@dataclass(frozen=True)
class Task:
    """One line. key: names it within its kind. reach: how many people or incidents met it. things: the rows behind.

    at: since when it waits. also: further kinds of tasks about the same article.
    """

    kind: str
    key: int
    what: str
    why: str
    worth: str
    reach: int
    at: datetime
    number: str = ""
    overdue: bool = False
    also: tuple[str, ...] = ()
    things: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Worth:
    """What articles are worth: how they held, and what readers said of them, by article id."""

    held: dict[int, link.Held]
    said: dict[int, tuple[int, int]]

    def words(self, article_id: int) -> str:
        """Say it in words."""
        held, (solved, missed) = self.held.get(article_id, link.NEVER), self.said.get(article_id, (0, 0))
        of = solved + missed
        read = f", helped {solved} of {of} reader{'' if of == 1 else 's'}" if of else ""
        return f"{held}{read}"

    def reach(self, article_id: int) -> int:
        """Return how many incidents and readers met an article."""
        return self.held.get(article_id, link.NEVER).of + sum(self.said.get(article_id, (0, 0)))


def worth_of(db: Session, viewer: Viewer, article_ids: Collection[int]) -> Worth:
    """Return what these articles are worth."""
    helped = func.sum(case((Vote.helpful, 1), else_=0))
    votes = select(Vote.article_id, helped, func.count()).where(Vote.article_id.in_(article_ids))
    rows = db.execute(votes.group_by(Vote.article_id))
    said = {article_id: (int(solved), of - int(solved)) for article_id, solved, of in rows}
    return Worth(link.held(db, article_ids, readable_incidents(viewer)), said)


def flags(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of flags."""
    rows = _rows(asked.db, Flag, keys, joinedload(Flag.person), joinedload(Flag.owner), _article(Flag))
    worth = worth_of(asked.db, asked.viewer, [row.article_id for row in rows])
    return [
        _on_article(
            "flags",
            row.id,
            row.article,
            f"{_name(row.person)}: {row.reason}",
            worth,
            at=row.due_at or row.at,
            overdue=row.due_at is not None and row.due_at < asked.now,
            things={"flag": row},
        )
        for row in rows
    ]


def remarks(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of remarks."""
    rows = _rows(asked.db, Remark, keys, joinedload(Remark.person), _article(Remark))
    worth = worth_of(asked.db, asked.viewer, [row.article_id for row in rows])
    return [
        _on_article(
            "remarks",
            row.id,
            row.article,
            f"{_name(row.person)}: {row.text}",
            worth,
            at=row.at,
            things={"remark": row},
        )
        for row in rows
    ]


def votes(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of articles that did not help, with what readers wrote."""
    rows = _articles(asked.db, keys)
    worth, missed = worth_of(asked.db, asked.viewer, keys), _missed(asked.db, keys)
    return [
        _on_article(
            "votes",
            row.id,
            row,
            _vote_words(*missed[row.id]),
            worth,
            at=missed[row.id][1][0].at,
            things={"missed": missed[row.id][0], "votes": missed[row.id][1]},
        )
        for row in rows
        if row.id in missed
    ]


def unvalidated(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of articles that nobody has validated."""
    worth = worth_of(asked.db, asked.viewer, keys)
    return [
        _on_article(
            "unvalidated", row.id, row, "Nobody has confirmed yet that it is right.", worth, at=row.updated_at
        )
        for row in _articles(asked.db, keys)
    ]


def drafts(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of idle drafts."""
    worth = worth_of(asked.db, asked.viewer, keys)
    return [
        _on_article(
            "drafts",
            row.id,
            row,
            f"Untouched for {(asked.now - row.updated_at).days} days; {_name(row.owner)} began it.",
            worth,
            at=row.updated_at,
        )
        for row in _articles(asked.db, keys)
    ]


def pairs(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of near-duplicates."""
    both = (_article(Likeness), joinedload(Likeness.other).selectinload(Article.current))
    rows = _rows(asked.db, Likeness, keys, *both)
    worth = worth_of(asked.db, asked.viewer, [one for row in rows for one in (row.article_id, row.other_id)])
    return [
        Task(
            "pairs",
            row.id,
            row.article.title,
            f"{next(words for least, words in ALIKE if row.nearness >= least)}: {row.other.title}",
            " · ".join(f"{one.number} {worth.words(one.id)}" for one in (row.article, row.other)),
            worth.reach(row.article_id) + worth.reach(row.other_id),
            row.found_at,
            f"{row.article.number} + {row.other.number}",
            things={"pair": row},
        )
        for row in rows
    ]


def searches(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of questions that found nothing."""
    return _gaps("searches", asked, keys, "Nothing here could be trusted as an answer.", unanswered=True)


def ignored(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of questions whose answers nobody opened."""
    return _gaps("ignored", asked, keys, "Something was found, and nobody looked into it.", unanswered=False)


def closures(asked: Asked, keys: Sequence[int]) -> list[Task]:
    """Return the lines of incidents that were closed with nothing to learn."""
    rows = _rows(asked.db, Incident, keys, joinedload(Incident.resolved_by), joinedload(Incident.service))
    labels = ways.labels(asked.db)
    return [
        Task(
            "closures",
            row.id,
            row.title,
            f"{_name(row.resolved_by)}: {labels.get(str(row.nothing_reason), row.nothing_reason)}",
            f"1 incident{f' of {row.service.name}' if row.service else ''}",
            1,
            row.closed_at or row.updated_at,
            row.number,
            things={"incident": row},
        )
        for row in rows
    ]


def _on_article(kind: str, key: int, article: Article, why: str, worth: Worth, **more: Any) -> Task:
    things = {"article": article, **more.pop("things", {})}
    return Task(
        kind,
        key,
        article.title,
        why,
        worth.words(article.id),
        worth.reach(article.id),
        number=article.number,
        things=things,
        **more,
    )


def _gaps(kind: str, asked: Asked, keys: Sequence[int], why: str, *, unanswered: bool) -> list[Task]:
    found = gaps.of(asked.db, keys, unanswered=unanswered, now=asked.now)
    return [
        Task(
            kind,
            gap.search_id,
            f"“{gap.text}”",
            why,
            f"asked {'once' if gap.times == 1 else f'{gap.times} times'} by {gap.who}",
            gap.times,
            gap.last,
            things={"gap": gap},
        )
        for gap in (found[key] for key in keys if key in found)
    ]


def _missed(db: Session, article_ids: Sequence[int]) -> dict[int, tuple[int, list[Vote]]]:
    """Return for each of these articles how many open votes “it did not” it has, and the newest of them."""
    newest = func.row_number().over(partition_by=Vote.article_id, order_by=(Vote.at.desc(), Vote.id.desc()))
    every = func.count().over(partition_by=Vote.article_id)
    ranked = (
        select(Vote.id, every.label("of"), newest.label("place"))
        .where(Vote.article_id.in_(article_ids), Vote.helpful.is_(False), Vote.settled_at.is_(None))
        .subquery()
    )
    query = (
        select(Vote, ranked.c.of).join(ranked, ranked.c.id == Vote.id).where(ranked.c.place <= NEWEST_VOTES)
    )
    missed: dict[int, tuple[int, list[Vote]]] = {}
    for vote, of in db.execute(
        query.options(joinedload(Vote.person)).order_by(Vote.at.desc(), Vote.id.desc())
    ):
        missed.setdefault(vote.article_id, (of, []))[1].append(vote)
    return missed


def _vote_words(count: int, missed: Sequence[Vote]) -> str:
    comment = next((vote.comment for vote in missed if vote.comment.strip()), "")
    said = f"It did not help {count} reader{'' if count == 1 else 's'}"
    return f"{said}: “{comment}”" if comment else f"{said}; nobody said why."


def _articles(db: Session, keys: Sequence[int]) -> list[Any]:
    return _rows(db, Article, keys, selectinload(Article.current), joinedload(Article.owner))


def _article(kind: Any) -> Any:
    return joinedload(kind.article).selectinload(Article.current)


def _rows(db: Session, kind: Any, keys: Sequence[int], *options: Any) -> list[Any]:
    """Return the rows with these ids in the order of the ids."""
    found = {row.id: row for row in db.scalars(select(kind).where(kind.id.in_(keys)).options(*options))}
    return [found[key] for key in keys if key in found]


def _name(person: Any) -> str:
    return person.name if person is not None else "Somebody"
