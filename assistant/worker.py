"""The worker: one loop that keeps the index fresh, runs jobs and tidies up. No broker; the database is the queue."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from assistant import backup
from assistant.desk import jobs, lifecycle, presence, signin, site, suggestions, upkeep
from assistant.desk.attachment import Attachment
from assistant.desk.heartbeat import beat
from assistant.desk.incident import Incident
from assistant.importers import uploads
from assistant.runtime import Runtime
from kb import embeddings, likeness
from kb.passages import LARGEST_ID
from kb.viewer import Viewer

log = structlog.get_logger("worker")
MOST_JOBS = 50  # in one round
ANY_AGENT = Viewer(None, "agent")  # reads what every agent reads, and nothing of a restricted group
MOST_FINDINGS = 100  # kept of one check
PAUSE_S = 0.25  # between two looks at what is due
TELL_EVERY_S = 1.0  # how often a long job writes down how far it is
Payload = dict[str, Any]
Tell = Callable[..., None]  # tell(step, done, of)


@dataclass(frozen=True)
class Tick:
    """Work on a clock: its name, how often it is due, and what to do."""

    name: str
    every: timedelta
    act: Callable[[Runtime, datetime], None]


def embed(runtime: Runtime, now: datetime) -> None:
    """Embed what changed and bring this host's copy of the index up to date."""
    with runtime.reading() as db:
        runtime.live.catch_up(
            db
        )  # before new sequences are given out: a database that was restored shows by its own
    if runtime.encoder is not None:
        embeddings.refresh(runtime.sessions, runtime.encoder)
    with runtime.reading() as db:
        runtime.live.catch_up(db)


def snapshot(runtime: Runtime, now: datetime) -> None:
    """Save the index, so that the next start reads a file instead of all vectors."""
    runtime.live.save()


def run_jobs(runtime: Runtime, now: datetime) -> None:
    """Run the jobs that are due, those that have been due longest first; other ticks get their turn in between."""
    for _ in range(MOST_JOBS):
        if not run_job(runtime, now):
            return


def run_job(runtime: Runtime, now: datetime) -> bool:
    """Run the job that has been due longest; False when there was none."""
    with runtime.writing() as db:
        job = jobs.claim(db, now=now)
        db.commit()
        if job is None:
            return False
        job_id, lease, kind, payload = job.id, str(job.lease), job.kind, job.payload
    try:
        result = HANDLERS[kind](runtime, payload, _teller(runtime, job_id, lease))
    except jobs.LeaseLost:
        log.warning("job went to another worker", job=job_id, kind=kind)
    except Exception as error:
        log.exception("job failed", job=job_id, kind=kind)
        with runtime.writing() as db:
            jobs.fail(db, job_id, lease, f"{type(error).__name__}: {error}", now=runtime.now())
            db.commit()
    else:
        with runtime.writing() as db:
            jobs.finish(db, job_id, lease, now=runtime.now(), result=result)
            db.commit()
    return True


def _teller(runtime: Runtime, job_id: int, lease: str) -> Tell:
    """Return what a handler calls to say how far it is, as often as it likes; the lease is renewed with that."""
    last = time.monotonic()

    def tell(step: str, done: int = 0, of: int = 0) -> None:
        nonlocal last
        if time.monotonic() - last < TELL_EVERY_S:
            return
        last = time.monotonic()
        with runtime.writing() as db:
            held = jobs.renew(db, job_id, lease, now=runtime.now(), step=step, done=done, of=of)
            beat(db, "worker", now=runtime.now())
            db.commit()
        if not held:
            raise jobs.LeaseLost

    return tell


def tidy(runtime: Runtime, now: datetime) -> None:
    """Delete sign-ins that ended, jobs that are long done, places long past, who left, and files that no row knows."""
    with runtime.writing() as db:
        signin.purge(db, now=now)
        jobs.purge(db, now=now)
        embeddings.forget_old_marks(db)
        presence.purge(db, now=now)
        db.commit()
        known = {*db.scalars(select(Attachment.sha256)), site.of(db, "brand")["logo"]}
    oldest = (now - timedelta(days=1)).timestamp()
    for path in _files(runtime.attachments.folder):
        if path.name not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    uploads.tidy(runtime, now)


def compare_articles(runtime: Runtime, now: datetime) -> None:
    """Find the pairs of articles that seem to say the same."""
    if runtime.encoder is None:
        return
    with runtime.reading() as db:
        pairs = likeness.near_pairs(db, runtime.encoder.recipe.fingerprint())
    with runtime.writing() as db:
        likeness.keep(db, pairs, now=now)
        db.commit()


def remind(runtime: Runtime, now: datetime) -> None:
    """Tell the owners of drafts that nobody has touched for a while."""
    with runtime.writing() as db:
        upkeep.remind(db, now=now)
        db.commit()


def sign_of_life(runtime: Runtime, now: datetime) -> None:
    """Leave a sign of life, which the status page and `/healthz` read."""
    with runtime.writing() as db:
        beat(db, "worker", now=now)
        db.commit()


def rebuild_index(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Derive every passage again from its item and embed what changed."""
    items = _items(runtime)
    changed = embeddings.rebuild(
        runtime.sessions, runtime.live.corpora, lambda done: tell("Reading items", done, items)
    )
    return {"items": items, "changed": changed}


def check_index(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Compare the index with the database and keep where they disagree; nothing is repaired."""
    items = _items(runtime)
    with runtime.reading() as db:
        runtime.live.catch_up(db)
        found = embeddings.check(db, runtime.live, lambda done: tell("Comparing items", done, items))
    return {"items": items, "findings": found[:MOST_FINDINGS], "count": len(found)}


def back_up(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Write a backup where the settings say, and keep what it holds."""
    settings, now = runtime.settings, runtime.now()
    made = backup.make(runtime, settings.backups_folder, now=now, keep=settings.backups_kept, tell=tell)
    with runtime.writing() as db:
        beat(db, backup.KIND, now=now)
        db.commit()
    return asdict(made)


def _items(runtime: Runtime) -> int:
    with runtime.reading() as db:
        return sum(len(corpus.all_ids(db, 0, LARGEST_ID)) for corpus in runtime.live.corpora.values())


def look(runtime: Runtime, payload: Payload, tell: Tell) -> None:
    """Look for what resolved a new incident before, so that lists show where a very likely answer waits."""
    with runtime.reading() as db:
        incident = db.get(Incident, payload["incident_id"])
        if incident is None or not incident.is_open:
            return
        panel = suggestions.suggest(db, runtime.live, incident, ANY_AGENT)
    with runtime.writing() as db:
        about = {"kind": "suggestion", "actor": None, "incident_id": payload["incident_id"]}
        suggestions.record(db, panel, now=runtime.now(), **about)
        db.commit()


TICKS = (
    Tick("sign of life", timedelta(seconds=15), sign_of_life),
    Tick("embed", timedelta(seconds=0.5), embed),
    Tick("jobs", timedelta(seconds=1), run_jobs),
    Tick("snapshot", timedelta(minutes=5), snapshot),
    Tick("tidy", timedelta(hours=1), tidy),
    Tick("near-duplicates", timedelta(hours=1), compare_articles),
    Tick("idle drafts", timedelta(days=1), remind),
)
HANDLERS: dict[str, Callable[[Runtime, Payload, Tell], Payload | None]] = {
    "index.rebuild": rebuild_index,
    "index.check": check_index,
    backup.KIND: back_up,
    lifecycle.LOOK: look,
    uploads.JOB: uploads.carry_out,
}


def run_once(runtime: Runtime, now: datetime, due: dict[str, datetime] | None = None) -> None:
    """Do everything that is due once. due: when each tick is due next, changed here; all of them without it."""
    due = {} if due is None else due
    for tick in TICKS:
        if due.get(tick.name, now) <= now:
            due[tick.name] = now + tick.every
            try:
                tick.act(runtime, now)
            except Exception:
                log.exception("tick failed", tick=tick.name)


def run(runtime: Runtime) -> None:
    """Work until the process is asked to end; what is under way is finished first."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if runtime.encoder is not None:
        embeddings.mark_recipe(
            runtime.sessions, runtime.encoder
        )  # another model than last time embeds all anew
    due: dict[str, datetime] = {}
    log.info("worker started")
    while not stop.wait(PAUSE_S):
        run_once(runtime, runtime.now(), due)
    runtime.live.save()
    log.info("worker stopped")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("**/*") if path.is_file()] if folder.is_dir() else []
