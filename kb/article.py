"""Articles: identity and state here, content in versions that are never edited, and the flags people raise."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.store import Base, UtcDateTime

CONFIDENCES = {
    "wip": "Work in progress",
    "not_validated": "Not validated",
    "validated": "Validated",
    "archived": "Archived",
}
AUDIENCES = {"team": "Within team", "internal": "Internal", "requesters": "Requesters", "public": "Public"}
GOVERNANCES = {"experience": "Experience-based", "compliance": "Compliance-based"}

article_service = Table(
    "article_service",
    Base.metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("service_id", ForeignKey("service.id"), primary_key=True, index=True),
)


@dataclass(frozen=True)
class Content:
    """What an article says. Everything but the title is Markdown; environment holds one statement a line."""

    title: str = ""
    issue: str = ""
    environment: str = ""
    cause: str = ""
    resolution: str = ""

    def values(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)


CONTENT_FIELDS = tuple(field.name for field in fields(Content))


class Version(Base):
    """The content of an article at one time. Rows are added, never changed."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    issue: Mapped[str] = mapped_column(Text, default="")
    environment: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    resolution: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")

    author = relationship("Person", foreign_keys=[author_id])

    @property
    def content(self) -> Content:
        """The five fields as one value."""
        return Content(**{name: getattr(self, name) for name in CONTENT_FIELDS})


class Article(Base):
    """A piece of knowledge: who answers for it, who may read it, how far it can be trusted."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_state", "confidence", "audience"),
        Index("ix_article_idle", "confidence", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    confidence: Mapped[str] = mapped_column(String(20), default="wip")
    audience: Mapped[str] = mapped_column(String(20), default="internal")
    governance: Mapped[str] = mapped_column(String(20), default="experience")
    latest: Mapped[int] = mapped_column(Integer, default=1)  # number of the version that counts now
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    personal_data_checked: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)

    versions: Mapped[list[Version]] = relationship(order_by=Version.number, cascade="all, delete-orphan")
    current: Mapped[Version] = relationship(
        primaryjoin=lambda: and_(Version.article_id == Article.id, Version.number == Article.latest),
        viewonly=True,
        uselist=False,
    )
    flags: Mapped[list["Flag"]] = relationship(back_populates="article", cascade="all, delete-orphan")
    services = relationship("Service", secondary=article_service, order_by="Service.name")
    category = relationship("Category")
    owner = relationship("Person", foreign_keys=[owner_id])
    merged_into: Mapped["Article | None"] = relationship(remote_side=[id])
    team = relationship("Group", foreign_keys=[team_id])

    @property
    def number(self) -> str:
        """The name people quote, such as KB-000007."""
        return f"KB-{self.id:06d}"

    @property
    def title(self) -> str:
        """The title of the version that counts now."""
        return self.current.title

    @property
    def scope(self) -> str:
        """The permission class: who may read this article at all."""
        if self.audience == "team":
            return f"article:team:{self.team_id}"
        if self.confidence in ("wip", "archived"):
            return f"article:{self.confidence}"
        return f"article:{self.audience}"


class Flag(Base):
    """A task: somebody says that an article is wrong, unclear, outdated or a duplicate; its owner sees to it."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_open", "settled_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(Text, default="")

    article: Mapped[Article] = relationship(back_populates="flags")
    person = relationship("Person", foreign_keys=[person_id])
    owner = relationship("Person", foreign_keys=[owner_id])
    settled_by = relationship("Person", foreign_keys=[settled_by_id])
