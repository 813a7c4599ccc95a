"""What readers say of an article: it solved it, or it did not, and why. One vote a reader; the last word counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, case, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kb.article import Article
from kb.errors import Finding, Refused
from kb.store import Base, UtcDateTime, lock, rows_changed

LONGEST_COMMENT = 2000  # characters


class Vote(Base):
    """One reader's word on the version they read. visitor: a browser nobody signed in with, instead of a person."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("article_id", "person_id"),
        UniqueConstraint("article_id", "visitor"),
        Index("ix_vote_open", "helpful", "settled_at", "article_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    visitor: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # somebody read the comment and saw to it
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    article: Mapped[Article] = relationship()
    person = relationship("Person", foreign_keys=[person_id])


@dataclass(frozen=True)
class Counts:
    """How many readers said that an article solved it, and how many that it did not."""

    helpful: int = 0
    not_helpful: int = 0


def cast(
    db: Session,
    article: Article,
    *,
    helpful: bool,
    actor: Any,
    now: datetime,
    visitor: str | None = None,
    comment: str = "",
) -> Vote:
    """Keep a reader's word; what the same reader said before is replaced. visitor: the browser of somebody unknown."""
    if actor is None and not visitor:
        raise ValueError("a vote is somebody's")
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        message = f"This is {len(comment):,} characters long; {LONGEST_COMMENT:,} fit."
        raise Refused([Finding("comment", message, "Shorten it, or ask the service desk.")])
    lock(db, article)  # so that two clicks of one reader are one vote
    vote = of(db, article.id, actor=actor, visitor=visitor)
    if vote is None:
        whose = {"person_id": actor.id} if actor else {"visitor": visitor}
        vote = Vote(article_id=article.id, **whose)
        db.add(vote)
    vote.helpful, vote.comment, vote.version, vote.at = helpful, comment, article.latest, now
    vote.settled_at = vote.settled_by_id = None
    db.flush()
    return vote


def of(db: Session, article_id: int, *, actor: Any, visitor: str | None = None) -> Vote | None:
    """Return what a reader said of an article, None when nothing."""
    if actor is None and not visitor:
        return None
    reader = Vote.person_id == actor.id if actor else Vote.visitor == visitor
    return db.scalar(select(Vote).where(Vote.article_id == article_id, reader))


def counts(db: Session, article_ids: Collection[int]) -> dict[int, Counts]:
    """Return for each article that was voted on how often each way."""
    helped = func.sum(case((Vote.helpful, 1), else_=0))
    rows = db.execute(
        select(Vote.article_id, helped, func.count())
        .where(Vote.article_id.in_(article_ids))
        .group_by(Vote.article_id)
    )
    return {article_id: Counts(int(good), int(every - good)) for article_id, good, every in rows}


def settle(db: Session, article: Article, upto: datetime, *, actor: Any, now: datetime) -> int:
    """Say that what readers missed in an article was seen to; return how many votes that were.

    upto: the newest vote that was looked at; what came in later stays open.
    """
    db.flush()
    missed = (Vote.article_id == article.id, Vote.helpful.is_(False), Vote.settled_at.is_(None))
    seen = update(Vote).where(*missed, Vote.at <= upto)
    return rows_changed(db, seen.values(settled_at=now, settled_by_id=actor.id))
