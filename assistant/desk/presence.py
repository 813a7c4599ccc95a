"""Who else is looking at an incident or writing on it right now."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.desk.people import Person
from kb.store import Base, UtcDateTime


class Presence(Base):
    """Somebody had an incident open at this time."""

    __tablename__ = "presence"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    writing: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()
