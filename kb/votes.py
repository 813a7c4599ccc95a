"""What readers say of an article: it solved it, or it did not, and why. One vote a reader; the last word counts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.article import Article
from kb.store import Base, UtcDateTime


class Vote(Base):
    """One reader's word on the version they read. visitor: a browser nobody signed in with, instead of a person."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("article_id", "person_id"),
        UniqueConstraint("article_id", "visitor"),
        Index("ix_vote_open", "helpful", "settled_at"),
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
