"""What an administrator sets for the whole desk: one row a subject, with a default for each that was never set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.errors import EditConflict
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, lock

BRAND = {"name": "Kintsugi", "logo": "", "media_type": "", "accent": ""}  # logo: hash of a kept picture
PORTAL = {"public": False, "greeting": "What is not working?", "contact": ""}
DESK = {"timezone": "", "process": "itil"}  # of new people, of new services; no zone: as the settings say
BACKUP = {"nightly": False, "hour": 2, "folder": "", "keep": 0}  # empty folder, 0: as the settings say
LABORATORY = {"nightly": False, "hour": 3}
MODEL = {"nightly": False, "hour": 4}
CURATION = {"idle_days": 14, "flag_days": 7}
DEFAULTS: dict[str, dict[str, Any]] = {
    "brand": BRAND,
    "portal": PORTAL,
    "curation": CURATION,
    "priority": {},  # {"impact urgency": priority}; what is missing is as the desk came
    "standard": {},  # see kb/standard.py
    "desk": DESK,
    "backup": BACKUP,
    "laboratory": LABORATORY,
    "model": MODEL,
}


class Setting(Base):
    """One subject that an administrator decides about: what differs from the default; the audit trail has the past."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)  # by which the audit trail knows it
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    updated_by: Mapped[Person | None] = relationship()


def of(db: Session, name: str) -> dict[str, Any]:
    """Return what is set for a subject, its defaults included. Raises KeyError for an unknown one."""
    row = db.get(Setting, name)
    return {**DEFAULTS[name], **(row.value if row else {})}


def version(db: Session, name: str) -> int:
    """Return how often a subject was set; 0 when it is as the desk came."""
    row = db.get(Setting, name)
    return row.version if row else 0


def put(
    db: Session, name: str, value: Mapping[str, Any], *, seen: int, actor: Person | None, now: datetime
) -> Setting:
    """Set a subject. seen: the version that the person looked at. Raises EditConflict when somebody else was faster."""
    row = db.get(Setting, name)
    if row is None:
        row = Setting(name=name, number=1 + list(DEFAULTS).index(name), version=0)
    else:
        lock(db, row)
    if row.version != seen:
        raise EditConflict(row, dict(value))
    row.value, row.version = dict(value), row.version + 1
    row.updated_at, row.updated_by_id = now, actor.id if actor else None
    db.add(row)
    db.flush()
    return row
