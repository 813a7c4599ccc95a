"""Comments on articles, among those who write them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from kb.article import Article
from kb.authoring import Actor
from kb.errors import Finding, Refused
from kb.store import Base, UtcDateTime


class Remark(Base):
    """One comment on an article. settled_at: it was taken up, or needs nothing."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_open", "settled_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    article: Mapped[Article] = relationship()
    person = relationship("Person", foreign_keys=[person_id])


def add(db: Session, article: Article, text: str, *, actor: Actor, now: datetime) -> Remark:
    """Say something about an article. Raises Refused when nothing is said."""
    if not text.strip():
        raise Refused([Finding("text", "Nothing is written.", "Write what others should know about it.")])
    said = Remark(article=article, text=text.strip(), person_id=actor.id, at=now)
    db.add(said)
    db.flush()
    return said


def settle(db: Session, said: Remark, *, actor: Actor, now: datetime) -> Remark:
    """Say that a remark was taken up, or needs nothing."""
    said.settled_at, said.settled_by_id = now, actor.id
    db.flush()
    return said


def of(db: Session, article_ids: Collection[int]) -> list[Remark]:
    """Return what was said about these articles, oldest first."""
    about = select(Remark).where(Remark.article_id.in_(article_ids)).options(joinedload(Remark.person))
    return list(db.scalars(about.order_by(Remark.at, Remark.id)))
