"""The incident and the rows that hang on it: entries, watchers, relations to other incidents."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.assignment import AssignmentSpan
from assistant.desk.attachment import Attachment
from assistant.desk.checklist import Step
from assistant.desk.classification import Category
from assistant.desk.link import Link
from assistant.desk.people import Group, Person
from kb.store import Base, UtcDateTime

SOURCES = {
    "portal": "Portal",
    "phone": "Phone",
    "mail": "Mail",
    "chat": "Chat",
    "walk-in": "Walk-in",
    "api": "API",
    "monitoring": "Monitoring",
    "import": "Import",
}
RELATIONS = {"duplicate_of": "Duplicate of", "child_of": "Child of", "related_to": "Related to"}
DOORS = {
    "link": "Linked to the article that solved it",
    "improve": "Improved an article",
    "write": "Wrote a new article",
    "nothing": "Nothing to learn",
}
COUNTED = (  # columns whose values lists count, from this index alone
    *("phase", "priority", "service_id", "group_id", "assignee_id", "category_id", "restricted_to_id"),
)

incident_item = Table(
    "incident_item",
    Base.metadata,
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", ForeignKey("configuration_item.id"), primary_key=True, index=True),
)


class Incident(Base):
    """An unplanned interruption of a service, or a reduction in its quality, from its report to its end."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_queue", "phase", "priority", "id"),
        Index("ix_incident_priority", "priority", "id"),
        Index("ix_incident_facets", *COUNTED),
        Index("ix_incident_mine", "assignee_id", "phase"),
        Index("ix_incident_document", "resolved_by_id", "phase"),
        Index("ix_incident_group", "group_id", "phase"),
        Index("ix_incident_requester", "requester_id", "phase"),
        Index("ix_incident_door", "closing_door", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    version: Mapped[int] = mapped_column(
        default=1
    )  # counts changes to the fields below, for optimistic locking

    # what arrived
    source: Mapped[str] = mapped_column(String(20), default="portal")
    contact: Mapped[str] = mapped_column(String(200), default="")  # how to call back
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reported_text: Mapped[str] = mapped_column(Text, default="")  # the requester's own words, never edited
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    # what it is
    title: Mapped[str] = mapped_column(String(300))
    symptoms: Mapped[str] = mapped_column(Text, default="")
    environment: Mapped[str] = mapped_column(Text, default="")  # one statement a line
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    closing_category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    impact: Mapped[str] = mapped_column(String(20), default="person")
    urgency: Mapped[str] = mapped_column(String(20), default="soon")
    priority: Mapped[str] = mapped_column(String(4), default="P3")
    priority_reason: Mapped[str] = mapped_column(String(500), default="")

    # who works on it, and how far it is
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    restricted_to_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"), index=True)
    process: Mapped[str] = mapped_column(String(40), default="itil")
    process_version: Mapped[int] = mapped_column(default=0)  # under which it runs to its end
    state: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(20))
    hold_reason: Mapped[str] = mapped_column(String(500), default="")

    # what was learned
    workaround: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    resolution: Mapped[str] = mapped_column(Text, default="")
    verification: Mapped[str] = mapped_column(Text, default="")  # how it was tested that service is back
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closing_door: Mapped[str | None] = mapped_column(String(20))
    nothing_reason: Mapped[str | None] = mapped_column(String(40))
    reopen_count: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)

    requester: Mapped[Person | None] = relationship(foreign_keys=[requester_id])
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])
    group: Mapped[Group | None] = relationship(foreign_keys=[group_id])
    restricted_to: Mapped[Group | None] = relationship(foreign_keys=[restricted_to_id])
    service: Mapped[Service | None] = relationship()
    category: Mapped[Category | None] = relationship(foreign_keys=[category_id])
    closing_category: Mapped[Category | None] = relationship(foreign_keys=[closing_category_id])
    items: Mapped[list[ConfigurationItem]] = relationship(
        secondary=incident_item, order_by=ConfigurationItem.name
    )
    entries: Mapped[list["Entry"]] = relationship(order_by="Entry.id", cascade="all, delete-orphan")
    watchers: Mapped[list["Watcher"]] = relationship(cascade="all, delete-orphan")
    relations: Mapped[list["Relation"]] = relationship(
        foreign_keys="Relation.incident_id", back_populates="incident", cascade="all, delete-orphan"
    )
    related: Mapped[list["Relation"]] = relationship(
        foreign_keys="Relation.other_id", back_populates="other", cascade="all, delete-orphan"
    )
    attachments: Mapped[list[Attachment]] = relationship(order_by=Attachment.at, cascade="all, delete-orphan")
    links: Mapped[list[Link]] = relationship(
        order_by=Link.at, back_populates="incident", cascade="all, delete-orphan"
    )
    spans: Mapped[list[AssignmentSpan]] = relationship(
        order_by=AssignmentSpan.id, cascade="all, delete-orphan"
    )
    steps: Mapped[list[Step]] = relationship(order_by=(Step.position, Step.id), cascade="all, delete-orphan")
    merged_into: Mapped["Incident | None"] = relationship(
        remote_side=[id], foreign_keys=[merged_into_id], back_populates="merged_here"
    )
    merged_here: Mapped[list["Incident"]] = relationship(
        foreign_keys=[merged_into_id], back_populates="merged_into", order_by=id
    )

    @property
    def number(self) -> str:
        """The name people quote, such as INC-000042."""
        return f"INC-{self.id:06d}"

    @property
    def scope(self) -> str:
        """The permission class: everybody who works on incidents, or one restricted group."""
        return f"incident:group:{self.restricted_to_id}" if self.restricted_to_id else "incident"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.phase in ("new", "active", "waiting")


class Entry(Base):
    """Something said: a work note for those who work on incidents, or a comment, which the requester reads too."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # note or comment
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int | None]  # of work that it tells of
    to_all: Mapped[bool] = mapped_column(default=False)  # said to everybody who is hurt by the same

    author: Mapped[Person | None] = relationship()


class Watcher(Base):
    """Somebody who follows an incident and may read it."""

    __tablename__ = "watcher"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Relation(Base):
    """This incident is a duplicate of, a child of, or related to the other one."""

    __tablename__ = "relation"
    __table_args__ = (UniqueConstraint("incident_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    incident: Mapped[Incident] = relationship(foreign_keys=[incident_id], back_populates="relations")
    other: Mapped[Incident] = relationship(foreign_keys=[other_id], back_populates="related")


# One that was merged goes on in another incident, which is where something may be learned.
NOTHING_LEARNED = and_(Incident.closing_door == "nothing", Incident.merged_into_id.is_(None))
