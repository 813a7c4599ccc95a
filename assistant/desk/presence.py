"""Who else is looking at an incident or writing on it right now. It informs and never blocks."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from assistant.desk.incident import Incident
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, rows_changed

LASTS = timedelta(seconds=60)  # without a new sign, somebody has left
SHOWN = 5


class Presence(Base):
    """Somebody had an incident open at this time."""

    __tablename__ = "presence"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    writing: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()


def note(db: Session, incident: Incident, person: Person, *, writing: bool, now: datetime) -> None:
    """Keep that a person has an incident open now, and whether something unsent stands in their field."""
    row = db.get(Presence, (incident.id, person.id))
    if row is None:
        row = Presence(incident_id=incident.id, person_id=person.id)
        db.add(row)
    row.at, row.writing = now, writing
    db.flush()


def others(db: Session, incident: Incident, person: Person, *, now: datetime) -> list[Presence]:
    """Return who else is there, those who write first; whoever gave no sign for a minute is gone."""
    here = select(Presence).where(
        Presence.incident_id == incident.id, Presence.person_id != person.id, Presence.at > now - LASTS
    )
    ordered = here.order_by(Presence.writing.desc(), Presence.at.desc()).limit(SHOWN)
    return list(db.scalars(ordered.options(joinedload(Presence.person))))


def purge(db: Session, *, now: datetime) -> int:
    """Forget who has left, and return how many that were."""
    return rows_changed(db, delete(Presence).where(Presence.at <= now - LASTS))
