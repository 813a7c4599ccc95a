"""Who works on an incident: routes choose the group, spans keep the history."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.asset import Service
from assistant.desk.classification import Category
from assistant.desk.people import Group, Person
from kb.store import Base, UtcDateTime

if TYPE_CHECKING:
    from assistant.desk.incident import Incident


class Route(Base):
    """Incidents of this service or category go to this group; the lowest position that fits wins."""

    __tablename__ = "route"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"))

    service: Mapped[Service | None] = relationship()
    category: Mapped[Category | None] = relationship()
    group: Mapped[Group] = relationship()


class AssignmentSpan(Base):
    """A time during which a group, and perhaps one person of it, had the incident."""

    __tablename__ = "assignment_span"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    group: Mapped[Group | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


def route(db: Session, service_id: int | None, category_id: int | None) -> Group | None:
    """Return the group that such incidents go to, None when no route fits."""
    found = fitting(db, service_id, category_id)
    return found.group if found else None


def fitting(db: Session, service_id: int | None, category_id: int | None) -> Route | None:
    """Return the first route that fits such incidents."""
    fits = (
        or_(Route.service_id.is_(None), Route.service_id == service_id),
        or_(Route.category_id.is_(None), Route.category_id == category_id),
    )
    return db.scalar(select(Route).where(*fits).order_by(Route.position, Route.id).limit(1))


def hand_over(
    incident: "Incident", group: Group | None, person: Person | None, *, by: Person | None, now: datetime
) -> None:
    """Give the incident to a group and a person, either may be None, and keep since when."""
    if incident.spans and incident.spans[-1].until is None:
        incident.spans[-1].until = now
    incident.group, incident.assignee = group, person
    if group is not None or person is not None:
        incident.spans.append(
            AssignmentSpan(group=group, person=person, since=now, by_id=by.id if by else None)
        )
