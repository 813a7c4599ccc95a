"""Comments on articles, among those who write them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.article import Article
from kb.store import Base, UtcDateTime


class Remark(Base):
    """One comment on an article. settled_at: it was taken up, or needs nothing."""

    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    article: Mapped[Article] = relationship()
    person = relationship("Person", foreign_keys=[person_id])
