"""Pairs of articles that seem to say the same, found by the worker, settled by a person."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.article import Article
from kb.store import Base, UtcDateTime


class Likeness(Base):
    """Two articles that are near each other; the lower id comes first. nearness: cosine. apart_at: they differ."""

    __tablename__ = "likeness"
    __table_args__ = (UniqueConstraint("article_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    nearness: Mapped[float]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    apart_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    apart_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    article: Mapped[Article] = relationship(foreign_keys=[article_id])
    other: Mapped[Article] = relationship(foreign_keys=[other_id])
