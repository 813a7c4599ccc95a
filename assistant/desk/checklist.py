"""Checklists: what has to be done for an incident, step by step, taken from its service or added by hand."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime

if TYPE_CHECKING:
    from assistant.desk.incident import Incident

LONGEST = 300  # characters of a step
MOST = 100  # steps of an incident
REMOVED = 0  # the place of a step that was taken off the list


class Step(Base):
    """One thing to do for an incident. position: its place, from 1 on; one that was removed has none."""

    __tablename__ = "step"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who changed it last
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship()


def of(incident: "Incident") -> list[Step]:
    """Return the steps of an incident in their order, without those that were removed."""
    return [step for step in incident.steps if step.position != REMOVED]


def open_steps(incident: "Incident") -> list[Step]:
    """Return what is not done yet."""
    return [step for step in of(incident) if step.done_at is None]


def begin(incident: "Incident", lines: str, *, actor: Person | None, now: datetime) -> None:
    """Take the checklist of a service over, one step a line."""
    for line in lines.splitlines()[:MOST]:
        if line.strip():
            _append(incident, line.strip()[:LONGEST], actor, now)


def add(db: Session, incident: "Incident", text: str, *, actor: Person, now: datetime) -> Step:
    """Add a step at the end. Raises Refused when it is empty or too long, or when there are too many."""
    text = " ".join(text.split())
    if not text:
        raise Refused([Finding("step", "The step says nothing.", "Write what has to be done.")])
    if len(text) > LONGEST:
        message = f"This is {len(text)} characters long; {LONGEST} fit."
        raise Refused([Finding("step", message, "Shorten it, or make two steps of it.")])
    if len(of(incident)) >= MOST:
        message = f"There are {MOST} steps already."
        raise Refused([Finding("step", message, "Remove what is not needed, or open a child incident.")])
    step = _append(incident, text, actor, now)
    db.flush()
    return step


def tick(db: Session, step: Step, *, done: bool, actor: Person, now: datetime) -> Step:
    """Say that a step is done, or that it is not after all; who said so and when is kept."""
    if (step.done_at is not None) != done:
        step.done_at = now if done else None
        step.person, step.at = actor, now
    db.flush()
    return step


def remove(db: Session, step: Step, *, actor: Person, now: datetime) -> None:
    """Take a step off the list; the audit trail keeps that it was there."""
    step.position, step.person, step.at = REMOVED, actor, now
    db.flush()


def put_back(db: Session, incident: "Incident", step: Step, *, actor: Person, now: datetime) -> None:
    """Put a step that was removed back, at the end."""
    if step.position == REMOVED:
        step.position, step.person, step.at = _next(incident), actor, now
    db.flush()


def _append(incident: "Incident", text: str, actor: Person | None, now: datetime) -> Step:
    step = Step(position=_next(incident), text=text, at=now, person=actor)
    incident.steps.append(step)
    return step


def _next(incident: "Incident") -> int:
    return max((step.position for step in incident.steps), default=REMOVED) + 1
