"""Signs of life of the processes around the desk, so that a silent one is noticed."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.store import Base, UtcDateTime

SILENT_AFTER = timedelta(seconds=90)


class Heartbeat(Base):
    """When a kind of process was last alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def beat(db: Session, name: str, *, now: datetime) -> None:
    """Leave a sign of life."""
    db.merge(Heartbeat(name=name, at=now))
    db.flush()


def last(db: Session, name: str) -> datetime | None:
    """Return when this process was last alive, None when it never was."""
    row = db.get(Heartbeat, name)
    return row.at if row else None


def alive(db: Session, name: str, *, now: datetime) -> bool:
    """Say whether this process gave a sign of life lately."""
    at = last(db, name)
    return at is not None and now - at < SILENT_AFTER
