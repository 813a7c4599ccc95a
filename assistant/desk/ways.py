"""The ways of working of this desk: the processes that came with it, and the versions that were written here.

A version is never changed. An incident runs to its end under the version it began with; number 0 is the file that
came with the desk.
"""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk import process
from assistant.desk.errors import EditConflict, Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from assistant.desk.process import Process, ProcessDamaged
from kb.store import Base, UtcDateTime


class ProcessVersion(Base):
    """One version of a process as TOML. Rows are added, never changed."""

    __tablename__ = "process_version"
    __table_args__ = (UniqueConstraint("name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(300), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Person | None] = relationship()


def of(db: Session, incident: Incident) -> Process:
    """Return the process of an incident in the version it began with."""
    return load(db, incident.process, incident.process_version)


def newest(db: Session, name: str) -> tuple[Process, int]:
    """Return a process as new incidents take it, and the number of that version. Raises ProcessDamaged."""
    number = db.scalar(select(func.max(ProcessVersion.number)).where(ProcessVersion.name == name)) or 0
    return load(db, name, number), number


def load(db: Session, name: str, number: int) -> Process:
    """Return one version of a process. Raises ProcessDamaged when it is missing or does not pass its check."""
    return _read(text_of(db, name, number)) if number else process.preset(name)


def text_of(db: Session, name: str, number: int) -> str:
    """Return one version of a process as TOML. Raises ProcessDamaged when there is no such version."""
    if not number:
        return process.preset_text(name)
    mine = (ProcessVersion.name == name, ProcessVersion.number == number)
    text = db.scalar(select(ProcessVersion.text).where(*mine))
    if text is None:
        raise ProcessDamaged(f"There is no version {number} of the process “{name}”.")
    return text


def names(db: Session) -> list[str]:
    """Return the names of all processes: those that came with the desk and those that were written here."""
    return sorted({*process.presets(), *db.scalars(select(ProcessVersion.name).distinct())})


def save(
    db: Session, text: str, *, seen: int, actor: Person | None, now: datetime, note: str = ""
) -> ProcessVersion:
    """Add a version of the process that a text describes; incidents that run go on under theirs.

    seen: number of the version that its author started from. Raises Refused with what the checker says, EditConflict
    when another version came in between.
    """
    problems = process.check(text)
    if problems:
        raise Refused([Finding("text", f"{problem}", "Correct it and save again.") for problem in problems])
    name = process.read(text).name
    number = db.scalar(select(func.max(ProcessVersion.number)).where(ProcessVersion.name == name)) or 0
    if number != seen:
        raise EditConflict(name, {"text": text})
    version = ProcessVersion(
        name=name,
        number=number + 1,
        text=text,
        note=note.strip(),
        author_id=actor.id if actor else None,
        at=now,
    )
    db.add(version)
    db.flush()
    return version


@lru_cache(maxsize=256)
def _read(text: str) -> Process:
    problems = process.check(text)
    if problems:
        raise ProcessDamaged("; ".join(map(str, problems)))
    return process.read(text)
