"""How the desk is, and whether its parts agree, for the status page and the command line. Checking never repairs."""

import hashlib
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from assistant import backup, migrations
from assistant.desk import heartbeat, jobs
from assistant.desk.attachment import Attachment, Store
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from kb import embeddings
from kb.article import Article
from kb.live import Status

LOW_BYTES = 1_000_000_000
LOW_SHARE = 0.03


@dataclass(frozen=True)
class Disk:
    """Room on the disk of the data folder, and what the desk takes of it, in bytes."""

    total: int
    free: int
    database: int
    index: int
    attachments: int

    @property
    def low(self) -> bool:
        """Whether there is so little room that the desk may soon be unable to write."""
        return self.free < LOW_BYTES or self.free < LOW_SHARE * self.total


@dataclass(frozen=True)
class State:
    """How the desk is at one moment. troubles: what works less well than it should, as sentences."""

    incidents: int
    articles: int
    jobs_waiting: int
    jobs_parked: int
    worker_seen: datetime | None
    backup_at: datetime | None
    disk: Disk
    index: Status
    troubles: tuple[str, ...]

    def sections(self) -> dict[str, list[tuple[str, str | datetime]]]:
        """Return the figures by what they are about, each with its name as people read it."""
        return {
            "Desk": [("Incidents", f"{self.incidents:,}"), ("Articles", f"{self.articles:,}")],
            "Index": [
                ("Model", self.index.model or "None"),
                ("Passages found by meaning", f"{self.index.vectors:,}"),
                ("Items found by words", f"{self.index.words:,}"),
                ("Sequence of the newest change", f"{self.index.sequence:,}"),
                ("Passages waiting to be embedded", f"{self.index.stale:,}"),
                ("Changes not yet in this copy", f"{self.index.behind:,}"),
            ],
            "Worker": [
                ("Last sign of life", self.worker_seen or "Never"),
                ("Jobs waiting", f"{self.jobs_waiting:,}"),
                ("Jobs that failed for good", f"{self.jobs_parked:,}"),
            ],
            "Disk": [
                ("Free", f"{size(self.disk.free)} of {size(self.disk.total)}"),
                ("Database", size(self.disk.database)),
                ("Index", size(self.disk.index)),
                ("Attachments", size(self.disk.attachments)),
            ],
            "Backup": [("Last one that was whole", self.backup_at or "Never")],
        }


def state_of(runtime: Runtime) -> State:
    """Return how the desk is now."""
    with runtime.reading() as db:
        runtime.live.catch_up(db)
        index = runtime.live.status(db)
        parked, backup_at = jobs.count_parked(db), heartbeat.last(db, backup.KIND)
        disk = disk_of(runtime, db)
        alive = heartbeat.alive(db, "worker", now=runtime.now())
        troubles = [*index.troubles, *_troubles(alive, parked, disk)]
        return State(
            incidents=_count(db, Incident),
            articles=_count(db, Article),
            jobs_waiting=jobs.waiting(db),
            jobs_parked=parked,
            worker_seen=heartbeat.last(db, "worker"),
            backup_at=backup_at,
            disk=disk,
            index=index,
            troubles=tuple(troubles),
        )


def disk_of(runtime: Runtime, db: Session) -> Disk:
    """Return the room on the disk, and what database, index and attachments take."""
    room = shutil.disk_usage(runtime.settings.data)
    address = make_url(runtime.settings.database_url)
    if address.get_backend_name() == "sqlite":
        file = Path(str(address.database))
        database = _bytes(file.parent.glob(f"{file.name}*"))
    else:
        database = db.scalar(select(func.pg_database_size(func.current_database()))) or 0
    return Disk(
        room.total,
        room.free,
        database,
        _bytes(runtime.settings.index_folder.rglob("*")),
        db.scalar(select(func.sum(Attachment.size_bytes))) or 0,
    )


def size(size_bytes: float) -> str:
    """Word a size, such as “3.2 GB”."""
    for unit in ("bytes", "KB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} GB"


def backup_trouble(backup_at: datetime | None, *, now: datetime) -> str:
    """Return what is wrong with the age of the last backup, for those who can make one; empty when nothing is."""
    if backup_at is None:
        return "There is no backup yet. Make one now, and let one be made every night, below."
    days = (now - backup_at) // timedelta(days=1)
    return f"The last backup is {days} {'day' if days == 1 else 'days'} old. Make one now." if days else ""


def _troubles(alive: bool, parked: int, disk: Disk) -> Iterable[str]:
    if not alive:
        yield "The worker is silent, so what changes is found late. Start it with: kintsugi worker"
    if parked:
        yield f"{parked} {'job' if parked == 1 else 'jobs'} failed too often and will not run again."
    if disk.low:
        yield f"Only {size(disk.free)} are free on the disk of the data folder. Make room before it is full."


def _bytes(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        with suppress(OSError):  # the index replaces its files while we look
            total += file.stat().st_size
    return total


def index_findings(runtime: Runtime) -> list[str]:
    """Return where index and database disagree."""
    return embeddings.check(runtime.sessions, runtime.live)


def all_findings(runtime: Runtime) -> list[str]:
    """Return everything that does not agree: the database with itself, the index and the files with the database."""
    with runtime.reading() as db:
        found = [*_database_findings(runtime, db), *_attachment_findings(db, runtime.attachments)]
    return found + index_findings(runtime)


def _database_findings(runtime: Runtime, db: Session) -> Iterable[str]:
    if migrations.differences(runtime.engine):
        yield "The database is not of this version; run: kintsugi init"
    if runtime.engine.dialect.name == "sqlite":
        answers = [row[0] for row in db.execute(text("PRAGMA integrity_check"))]
        yield from (f"The database is damaged: {answer}" for answer in answers if answer != "ok")
        broken = db.execute(text("PRAGMA foreign_key_check")).all()
        yield from (
            f"Row {row[1]} of {row[0]} points to a row of {row[2]} that is not there." for row in broken
        )


def _attachment_findings(db: Session, store: Store) -> Iterable[str]:
    for attachment in db.scalars(select(Attachment).execution_options(yield_per=500)):
        path = store.path(attachment.sha256)
        if not path.is_file():
            yield f"The file of attachment {attachment.id} ({attachment.name}) is missing."
        elif _digest(path) != attachment.sha256:
            yield f"The file of attachment {attachment.id} ({attachment.name}) has been altered."


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count(db: Session, kind: type[Incident] | type[Article]) -> int:
    return db.scalar(select(func.count(kind.id))) or 0
