"""Notices: what requesters may know about an open incident that hurts many, and who said “me too”."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.desk.incident import Incident
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime


class Notice(Base):
    """An incident told to requesters, in words written for them; nothing else of it is shown to them."""

    __tablename__ = "notice"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    incident: Mapped[Incident] = relationship()


class Affected(Base):
    """Somebody who said that an announced incident hurts them too. back_at: it works again for them."""

    __tablename__ = "affected"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    incident: Mapped[Incident] = relationship()
