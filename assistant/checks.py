"""How the desk is, and whether its parts agree, for the status page and the command line. Checking never repairs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from assistant import migrations
from assistant.desk import heartbeat, jobs
from assistant.desk.attachment import Attachment, Store
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from kb import embeddings
from kb.article import Article
from kb.live import Status


@dataclass(frozen=True)
class State:
    """How the desk is at one moment. troubles: what works less well than it should, as sentences."""

    incidents: int
    articles: int
    jobs_waiting: int
    jobs_parked: int
    worker_seen: datetime | None
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
                ("Passages waiting to be embedded", f"{self.index.stale:,}"),
                ("Changes not yet in this copy", f"{self.index.behind:,}"),
            ],
            "Worker": [
                ("Last sign of life", self.worker_seen or "Never"),
                ("Jobs waiting", f"{self.jobs_waiting:,}"),
                ("Jobs that failed for good", f"{self.jobs_parked:,}"),
            ],
        }


def state_of(runtime: Runtime) -> State:
    """Return how the desk is now."""
    with runtime.reading() as db:
        runtime.live.catch_up(db)
        index = runtime.live.status(db)
        seen = heartbeat.last(db, "worker")
        parked = len(jobs.parked(db))
        troubles = [*index.troubles]
        if not heartbeat.alive(db, "worker", now=runtime.now()):
            troubles.append(
                "The worker is silent, so what changes is found late. Start it with: kintsugi worker"
            )
        if parked:
            troubles.append(
                f"{parked} {'job' if parked == 1 else 'jobs'} failed too often and will not run again."
            )
        return State(
            incidents=_count(db, Incident),
            articles=_count(db, Article),
            jobs_waiting=jobs.waiting(db),
            jobs_parked=parked,
            worker_seen=seen,
            index=index,
            troubles=tuple(troubles),
        )


def index_findings(runtime: Runtime) -> list[str]:
    """Return where index and database disagree."""
    with runtime.reading() as db:
        runtime.live.catch_up(db)
        return embeddings.check(db, runtime.live)


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
