"""What somebody has looked at and found in order, for things that have no row of their own to say so."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.desk.people import Person
from kb.store import Base, UtcDateTime

SEARCH = "search"  # subject: the gist of a question
CLOSURE = "closure"  # subject: the id of an incident that was closed with nothing to learn


class Seen(Base):
    """A subject that was looked at. What is newer than `at` has not been looked at."""

    __tablename__ = "seen"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


def note(db: Session, kind: str, subject: str, *, actor: Person, now: datetime) -> Seen:
    """Keep that a subject was looked at now."""
    row = db.merge(Seen(kind=kind, subject=subject, at=now, person_id=actor.id))
    db.flush()
    return row
