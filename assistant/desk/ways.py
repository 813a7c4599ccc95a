"""The ways of working of this desk: the processes that came with it, and the versions that were written here.

A version is never changed. An incident runs to its end under the version it began with; number 0 is the file that
came with the desk.
"""

from datetime import datetime
from functools import lru_cache
from tomllib import TOMLDecodeError

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from assistant.desk import process
from assistant.desk.asset import Service
from assistant.desk.errors import EditConflict, Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from assistant.desk.permissions import readable_incidents
from assistant.desk.process import Process, ProcessDamaged
from kb.store import Base, UtcDateTime
from kb.viewer import Viewer


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
    """Return one version of a process. Raises ProcessDamaged when it is missing or cannot be read."""
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


def history(db: Session, name: str) -> list[ProcessVersion]:
    """Return the versions of a process that were written here, newest first."""
    mine = (
        select(ProcessVersion).where(ProcessVersion.name == name).options(joinedload(ProcessVersion.author))
    )
    return list(db.scalars(mine.order_by(ProcessVersion.number.desc())))


def running(db: Session, viewer: Viewer) -> dict[tuple[str, int], int]:
    """Return how many incidents that the viewer may read and that are not closed run under each version."""
    open_ones = select(Incident.process, Incident.process_version, func.count())
    open_ones = open_ones.where(
        Incident.phase.in_(("new", "active", "waiting", "resolved")), readable_incidents(viewer)
    )
    counts = db.execute(open_ones.group_by(Incident.process, Incident.process_version))
    return {(name, number): count for name, number, count in counts}


def users(db: Session) -> dict[str, list[Service]]:
    """Return the services whose incidents follow each process."""
    found: dict[str, list[Service]] = {}
    for service in db.scalars(select(Service).where(Service.active).order_by(Service.name)):
        found.setdefault(service.process, []).append(service)
    return found


def labels(db: Session) -> dict[str, str]:
    """Return what each reason of the fourth door is called, retired ones of older versions included."""
    versions = select(ProcessVersion.text).order_by(ProcessVersion.number)
    known = [*map(process.preset, process.presets()), *map(_read, db.scalars(versions))]
    return {name: reason.label for way in known for name, reason in way.reasons.items()}


def begin(db: Session, text: str, *, actor: Person | None, now: datetime) -> ProcessVersion:
    """Add a process that was not here before. Raises Refused with what the checker says, or when its name is taken."""
    name = _sound(text).name
    if name in names(db):
        message = f"Line {_line_of_name(text)}: There is a process “{name}” already."
        raise Refused([Finding("text", message, "Give the new one a name of its own.")])
    return save(db, text, seen=0, actor=actor, now=now, note="The beginning")


def save(
    db: Session, text: str, *, seen: int, actor: Person | None, now: datetime, note: str = ""
) -> ProcessVersion:
    """Add a version of the process that a text describes; incidents that run go on under theirs.

    seen: number of the version that its author started from. Raises Refused with what the checker says, EditConflict
    when another version came in between.
    """
    name = _sound(text).name
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


def _sound(text: str) -> Process:
    problems = process.check(text)
    if problems:
        said = [f"Line {one.line}: {one.message}" if one.line else one.message for one in problems]
        raise Refused([Finding("text", message, "Correct it and save again.") for message in said])
    return process.read(text)


def _line_of_name(text: str) -> int:
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.lstrip().startswith("name")), 1)


@lru_cache(maxsize=256)
def _read(text: str) -> Process:
    """Read a version as it was kept. It passed the checks of its day; later ones must not stop what runs under it."""
    try:
        return process.read(text)
    except (TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ProcessDamaged(f"A version of a process cannot be read: {error}") from error
