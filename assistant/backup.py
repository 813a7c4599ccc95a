"""A backup of everything that cannot be derived: database, attachments, settings and key; verified before it counts.

A backup is a folder. It is made under a name that nobody takes for a backup and renamed when it is whole, so that
what has the name of a backup is one, whenever a process died.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import URL, make_url

from assistant.alone import alone
from assistant.desk import heartbeat, jobs, nightly
from assistant.desk.errors import DeskError
from assistant.runtime import Runtime
from assistant.telling import Tell
from kb.store import Base

KIND = nightly.SUBJECT  # of the job, and the name of its sign of life
PREFIX = "kintsugi-"
UNFINISHED = ".unfinished-"
MANIFEST = "backup.json"
DATABASE = "kintsugi.db"
DUMP = "kintsugi.dump"
DERIVED = "kintsugi_index"  # the schema of an index in PostgreSQL, which comes back by itself
SECRETS = ("kintsugi.env", "secret_key")  # of the data folder
PAGES = 4000  # of the database copied in one step
STEPS = 1_000_000  # of the database between two signs of life
LOOK_EVERY_S = 0.5  # at a program that copies the database
KEEP = 7


class BackupFailed(DeskError):
    """The backup could not be made, or what was written is not what it has to be."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds. rows: how many each table has; sha256: of the file of the database."""

    at: str
    folder: str
    database: str
    sha256: str
    rows: dict[str, int]
    attachments: int
    size_bytes: int


def make(
    runtime: Runtime, folder: Path, *, now: datetime, keep: int = KEEP, tell: Tell = lambda *_: None
) -> Backup:
    """Write a backup into a folder of its own below this one, verify it, and delete all but the newest ones.

    keep: how many remain. tell: called with step, done and of. Raises BackupFailed; nothing that looks like a backup
    is left then.
    """
    with alone(folder, BackupFailed(f"Another backup into {folder} is under way.")):
        for dead in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(dead)
        name = f"{PREFIX}{now.astimezone(UTC):%Y%m%d-%H%M%S}"
        draft = folder / f"{UNFINISHED}{name}"
        if (folder / name).exists():
            raise BackupFailed(f"There is a backup {name} in {folder} already.")
        draft.mkdir()
        draft.chmod(0o700)  # it holds the key, and everything that people wrote
        try:
            made = _write(runtime, draft, folder / name, now, tell)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        _settle(draft)
        draft.rename(folder / name)
        _settle(folder)
        for old in whole(folder)[keep:]:
            shutil.rmtree(old)
    return made


def note(runtime: Runtime, made: Backup) -> None:
    """Keep when a backup was made and what it holds, for those who look after the desk."""
    at = datetime.fromisoformat(made.at)
    with runtime.writing() as db:
        heartbeat.beat(db, KIND, now=at)
        jobs.note(db, KIND, asdict(made), now=at)
        db.commit()


def whole(folder: Path) -> list[Path]:
    """Return the backups in a folder, newest first."""
    return sorted((path.parent for path in folder.glob(f"{PREFIX}*/{MANIFEST}")), reverse=True)


def read(backup: Path) -> Backup:
    """Return what a backup says that it holds. Raises BackupFailed when it is none."""
    try:
        return Backup(**json.loads((backup / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"{backup} is no backup of this desk.") from error


def findings(backup: Path) -> list[str]:
    """Return in which ways a backup is not what it says, as sentences; none when it can be restored."""
    said = read(backup)
    found = [] if _digest(backup / said.database) == said.sha256 else ["The database has been altered."]
    if said.database == DATABASE and not found:
        found += _database_findings(backup, said.rows)
    return found


def restore(backup: Path, data: Path) -> Backup:
    """Put a backup into an empty data folder. Raises BackupFailed when it is damaged or the folder is in use.

    A dump of PostgreSQL is checked and left to pg_restore.
    """
    found = findings(backup)
    if found:
        raise BackupFailed(" ".join(found))
    if (data / DATABASE).exists() or (data / "attachments").exists():
        raise BackupFailed(f"There is a desk in {data} already. Name an empty folder.")
    data.mkdir(parents=True, exist_ok=True)
    for path in backup.iterdir():
        if path.name != MANIFEST:
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, data / path.name)
    return read(backup)


def _write(runtime: Runtime, draft: Path, target: Path, now: datetime, tell: Tell) -> Backup:
    url = make_url(runtime.settings.database_url)
    sqlite = url.get_backend_name() == "sqlite"
    database = DATABASE if sqlite else DUMP
    tell("Copying the database")
    rows = (
        _copy_sqlite(url, draft / database, tell) if sqlite else _dump_postgres(url, draft / database, tell)
    )
    count = _copy_attachments(runtime, draft, sqlite, tell)
    for name in SECRETS:
        if (runtime.settings.data / name).exists():
            shutil.copy2(runtime.settings.data / name, draft / name)
            (draft / name).chmod(0o600)
    tell("Verifying the backup")
    sha256 = _digest(draft / database)
    found = _database_findings(draft, rows, tell) if sqlite else []
    if found:
        raise BackupFailed(f"What was written cannot be restored: {' '.join(found)}")
    size = sum(path.stat().st_size for path in draft.rglob("*") if path.is_file())
    made = Backup(now.isoformat(), str(target), database, sha256, rows, count, size)
    with (draft / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(asdict(made), file, indent=1)
    return made


def _copy_sqlite(url: URL, target: Path, tell: Tell) -> dict[str, int]:
    """Copy a database that others go on writing; return how many rows each table has at that one moment."""
    with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(target)) as copy:
        source.isolation_level = None
        source.execute(
            "BEGIN"
        )  # holds one moment of the database, so that no writer makes the copy begin again
        rows = _rows(source)
        source.backup(
            copy,
            pages=PAGES,
            progress=lambda _, left, of: tell("Copying the database", of - left, of),
        )
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
    return rows


def _rows(database: sqlite3.Connection) -> dict[str, int]:
    counts = {name: select(func.count()).select_from(table) for name, table in Base.metadata.tables.items()}
    return {name: database.execute(str(count)).fetchone()[0] for name, count in sorted(counts.items())}


def _database_findings(folder: Path, rows: dict[str, int], tell: Tell = lambda *_: None) -> list[str]:
    with closing(sqlite3.connect(folder / DATABASE)) as copy:
        copy.set_progress_handler(lambda: tell("Verifying the backup"), STEPS)
        try:
            told = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            found = [f"The database is damaged: {answer}" for answer in told if answer != "ok"]
            found += [f"Not all rows are there: {_rows(copy)}"] if not found and _rows(copy) != rows else []
            kept = [row[0] for row in copy.execute("SELECT DISTINCT sha256 FROM attachment")]
        except sqlite3.DatabaseError as error:
            return [f"The database cannot be read: {error}."]
    return found + [
        f"The attached file {sha256} is missing or has been altered."
        for sha256 in kept
        if _digest(folder / "attachments" / sha256[:2] / sha256) != sha256
    ]


def _copy_attachments(runtime: Runtime, draft: Path, sqlite: bool, tell: Tell) -> int:
    """Copy the files after the database: one that came in between has no row there, which does no harm."""
    source = runtime.attachments.folder
    files = [path for path in source.glob("??/*") if path.is_file()] if source.is_dir() else []
    for done, path in enumerate(files):
        tell("Copying attachments", done, len(files))
        target = draft / "attachments" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return len(files)


def _dump_postgres(url: URL, target: Path, tell: Tell) -> dict[str, int]:
    """Let pg_dump write its own format, which pg_restore reads and lists."""
    if shutil.which("pg_dump") is None:
        raise BackupFailed(
            "pg_dump is not installed here, so the database cannot be copied. Install PostgreSQL's client programs, "
            "or back the database up where it runs; see the manual, under Backup."
        )
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    plain = url._replace(drivername="postgresql", password=None).render_as_string()
    for command in (
        ["pg_dump", "-Fc", "-N", DERIVED, "-f", str(target), plain],
        ["pg_restore", "--list", str(target)],
    ):
        with subprocess.Popen(command, env=environment, stdout=DEVNULL, stderr=PIPE, text=True) as process:  # noqa: S603  no shell, and these two only
            said = _wait(process, tell)
        if process.returncode:
            raise BackupFailed(f"{command[0]} failed: {said.strip()[-500:]}")
    return {}


def _wait(process: subprocess.Popen[str], tell: Tell) -> str:
    """Wait for a program, with signs of life; return what it complained about. It ends with us."""
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=LOOK_EVERY_S)[1]
            tell("Copying the database")
    except BaseException:
        process.kill()
        raise


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _settle(folder: Path) -> None:
    """Make everything below a folder reach the disk, the folder last."""
    for path in [*folder.rglob("*"), folder]:
        handle: Any = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
