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

    def lines(self) -> list[tuple[str, str]]:
        """Return everything as names and values for a terminal."""
        seen = self.worker_seen.strftime("%Y-%m-%d %H:%M:%S UTC") if self.worker_seen else "never"
        figures = [
            ("Incidents", f"{self.incidents:,}"),
            ("Articles", f"{self.articles:,}"),
            ("Model", self.index.model or "none"),
            ("Passages", f"{self.index.vectors:,} by meaning, {self.index.words:,} items by words"),
            ("To embed", f"{self.index.stale:,}"),
            ("Behind", f"{self.index.behind:,} changes"),
            ("Jobs", f"{self.jobs_waiting} waiting, {self.jobs_parked} parked"),
            ("Worker seen", seen),
        ]
        return figures + [("Trouble", trouble) for trouble in self.troubles]


def state_of(runtime: Runtime) -> State:
    """Return how the desk is now."""
    with runtime.reading() as db:
        runtime.live.catch_up(db)
        index = runtime.live.status(db)
        seen = heartbeat.last(db, "worker")
        parked = len(jobs.parked(db))
        troubles = [*index.troubles]
        if not heartbeat.alive(db, "worker", now=runtime.now()):
            troubles.append("The worker is silent: what changes now is found only after it runs again.")
        if parked:
            troubles.append(f"{parked} {'job has' if parked == 1 else 'jobs have'} failed for good.")
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
