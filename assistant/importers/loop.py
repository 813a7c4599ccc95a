"""The importer loop: rows in batches, each in one transaction with the position that it reaches."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from assistant.importers.readers import Row
from assistant.importers.records import Rejected
from assistant.importers.rejects import Rejects
from assistant.importers.run import ImportRun, advance, unfinished
from assistant.importers.summary import Summary
from assistant.runtime import Runtime

BATCH = 500  # rows in a transaction; others wait for the database as long as one takes
FIRST_REASONS = 5


@dataclass(frozen=True)
class Job:
    """What is imported: which file under which source name. fingerprint: of the file and of how it is read."""

    kind: str
    source: str
    file: str
    fingerprint: str


class Door(Protocol):
    """What an import of one kind does with its rows."""

    def read(self, row: Row) -> Any:
        """Return the record that a row says. Raises Rejected."""

    def write(self, db: Session, records: list[Any], run_id: int, summary: Summary) -> None:
        """Bring records to the desk and count them. run_id 0: only say what would happen."""


def rehearse(
    runtime: Runtime, rows: Iterable[Row], door: Door, *, summary: Summary, progress: Callable[[], object]
) -> None:
    """Go through all rows and count what would happen; nothing is written."""
    for batch in _batches(iter(rows)):
        records, rejected = _read(batch, door)
        _count(summary, batch, rejected)
        with runtime.reading() as db:
            door.write(db, records, 0, summary)
        progress()


def perform(
    runtime: Runtime,
    job: Job,
    rows: Iterable[Row],
    door: Door,
    *,
    rejects: Rejects,
    summary: Summary,
    progress: Callable[[], object],
) -> None:
    """Import all rows, from where an interrupted import of the same file stopped."""
    run = _begin(runtime, job, rejects, summary)
    position = run.position
    for batch in _batches(islice(rows, position, None)):
        records, rejected = _read(batch, door)
        size = rejects.add(rejected)
        _count(summary, batch, rejected)
        with runtime.writing() as db:
            door.write(db, records, run.id, summary)
            reached = {"position": position + len(batch), "rejects_bytes": size, "counts": summary.as_json()}
            advance(db, run.id, position, updated_at=runtime.now(), **reached)
            db.commit()
        position += len(batch)
        progress()
    with runtime.writing() as db:
        advance(db, run.id, position, finished_at=runtime.now(), updated_at=runtime.now())
        db.commit()


def _begin(runtime: Runtime, job: Job, rejects: Rejects, summary: Summary) -> ImportRun:
    with runtime.writing() as db:
        run = unfinished(db, job.kind, job.source, job.fingerprint)
        if run is None:
            now = runtime.now()
            run = ImportRun(
                **vars(job), rejects=str(rejects.path), started_at=now, updated_at=now, position=0, counts={}
            )
            db.add(run)
        else:
            rejects.path = Path(run.rejects)
            summary.resumed_at = run.position
            summary.go_on(run.counts)
        db.flush()
        db.expunge(run)
        db.commit()
    rejects.cut(run.rejects_bytes or 0)
    summary.rejects = str(rejects.path)
    return run


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _read(batch: list[Row], door: Door) -> tuple[list[Any], list[tuple[Row, str]]]:
    records, rejected = [], []
    for row in batch:
        if row.problem:
            rejected.append((row, row.problem))
            continue
        try:
            records.append(door.read(row))
        except Rejected as reason:
            rejected.append((row, str(reason)))
    return records, rejected


def _count(summary: Summary, batch: list[Row], rejected: list[tuple[Row, str]]) -> None:
    summary.counts["rows"] += len(batch)
    summary.counts["rejected"] += len(rejected)
    room = FIRST_REASONS - len(summary.reasons)
    summary.reasons += [f"row {row.number}: {reason}" for row, reason in rejected[:room]]
