"""The worker: keeps the index fresh, runs jobs and tidies up. No broker; the database is the queue.

What must be quick has a loop of its own; what may take long has another, in a second thread.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from assistant.desk import jobs, nightly, presence, signin, site, upkeep
from assistant.desk.attachment import Attachment
from assistant.desk.errors import DeskError
from assistant.desk.heartbeat import beat
from assistant.desk.jobs import Job
from assistant.handlers import HANDLERS, LONG
from assistant.importers import uploads
from assistant.runtime import Runtime
from assistant.telling import Tell
from kb import beside, embeddings, feedback, likeness

log = structlog.get_logger("worker")
MOST_JOBS = 50  # in one round
PAUSE_S = 0.25  # between the beginnings of two looks at what is due; a backlog is worked off without a pause
TELL_EVERY_S = 1.0  # how often a long job writes down how far it is
BREATH_S = 0.1  # a pause with that: whoever waits for SQLite's one writer looks again within this time
MOST_WAITING = 1000  # passages to embed beside which a long job goes on at once
EMBED_S = 0.5  # in one round
AT_ONCE = 32  # passages embedded together; what was written meanwhile waits for them
EMPTYING_S, EMPTYINGS = (
    2.0,
    10,
)  # a long job looks so often, this far apart, whether less waits; within its lease
PATIENCE_S = 10  # for long work to let go when the worker is asked to end


class Stopping(DeskError):
    """The worker is asked to end; what it was doing is done again by the next one."""


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
    until = time.monotonic() + EMBED_S
    while runtime.encoder is not None and embeddings.refresh(runtime.sessions, runtime.encoder, AT_ONCE):
        if time.monotonic() > until:
            break
    with runtime.reading() as db:
        runtime.live.catch_up(db)


def mark(runtime: Runtime, now: datetime) -> None:
    """Let everything be embedded that the model in use has not read: it is another one than before."""
    encoder = runtime.encoder
    if encoder is not None and encoder.recipe.fingerprint() != runtime.marked:
        beside.mark_recipe(runtime.sessions, encoder)
        runtime.marked = encoder.recipe.fingerprint()


def snapshot(runtime: Runtime, now: datetime) -> None:
    """Save the index, so that the next start reads a file instead of all vectors."""
    runtime.live.save()


def run_jobs(runtime: Runtime, now: datetime) -> None:
    """Run the short jobs that are due, the oldest first; other ticks get their turn in between."""
    for _ in range(MOST_JOBS):
        if not run_job(runtime, now, Job.kind.not_in(LONG)):
            return


def run_long_job(runtime: Runtime, now: datetime) -> None:
    """Run one of the jobs that may take long."""
    run_job(runtime, now, Job.kind.in_(LONG))


def run_job(runtime: Runtime, now: datetime, among: ColumnElement[bool] | None = None) -> bool:
    """Run the job that has been due longest; False when there was none."""
    with runtime.writing() as db:
        job = jobs.claim(db, now=now, among=among)
        db.commit()
        if job is None:
            return False
        job_id, lease, kind, payload = job.id, str(job.lease), job.kind, job.payload
    try:
        result = HANDLERS[kind](runtime, payload, _teller(runtime, job_id, lease))
    except jobs.LeaseLost:
        log.warning("job went to another worker", job=job_id, kind=kind)
    except Exception as error:
        with runtime.writing() as db:
            if runtime.stopping.is_set():  # what broke off, broke off for this
                log.info("job given back", job=job_id, kind=kind)
                jobs.give_back(db, job_id, lease)
            else:
                log.exception("job failed", job=job_id, kind=kind)
                _fail(runtime, db, job_id, lease, error)
            db.commit()
    else:
        with runtime.writing() as db:
            jobs.finish(db, job_id, lease, now=runtime.now(), result=result)
            db.commit()
    return True


def _fail(runtime: Runtime, db: Session, job_id: int, lease: str, error: Exception) -> None:
    jobs.fail(db, job_id, lease, f"{type(error).__name__}: {error}", now=runtime.now())
    job = db.get_one(Job, job_id, populate_existing=True)
    if job.parked_at and job.kind == nightly.SUBJECT:
        nightly.tell_failure(db, str(error), now=runtime.now())


def _teller(runtime: Runtime, job_id: int, lease: str) -> Tell:
    """Return what a handler calls to say how far it is, as often as it likes; the lease is renewed with that.

    It raises what ends the handler: Stopping, or LeaseLost.
    """
    last = time.monotonic()

    def tell(step: str, done: int = 0, of: int = 0) -> None:
        nonlocal last
        if runtime.stopping.is_set():
            raise Stopping
        if time.monotonic() - last < TELL_EVERY_S:
            return
        with runtime.writing() as db:
            held = jobs.renew(db, job_id, lease, now=runtime.now(), step=step, done=done, of=of)
            db.commit()
        if not held:
            raise jobs.LeaseLost
        time.sleep(BREATH_S)
        _let_embed(runtime)
        last = time.monotonic()

    return tell


def _let_embed(runtime: Runtime) -> None:
    """Wait while what a long job has changed is being embedded, so that what people write is not behind it."""
    before = None
    for _ in range(EMPTYINGS):
        with runtime.reading() as db:
            waits = embeddings.waiting(db)
        if waits <= MOST_WAITING or (before is not None and waits >= before):
            return
        before = waits
        if runtime.stopping.wait(EMPTYING_S):
            return


def tidy(runtime: Runtime, now: datetime) -> None:
    """Delete what is over: sign-ins, jobs, places, who left, idle searches of long ago, and files that no row knows."""
    with runtime.writing() as db:
        signin.purge(db, now=now)
        jobs.purge(db, now=now)
        embeddings.forget_old_marks(db)
        presence.purge(db, now=now)
        feedback.purge(db, now=now)
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


def ask_nightly(runtime: Runtime, now: datetime) -> None:
    """Ask for the work of this night when its hour has come."""
    with runtime.reading() as db:
        zone = runtime.zone(db)
        due = [one for one in nightly.SUBJECTS if nightly.due_since(db, zone, now=now, subject=one)]
    for subject in due:
        with runtime.writing() as db:
            nightly.ask_when_due(db, zone, now=now, subject=subject)
            db.commit()


def sign_of_life(runtime: Runtime, now: datetime) -> None:
    """Leave a sign of life, which the status page and `/healthz` read."""
    with runtime.writing() as db:
        beat(db, "worker", now=now)
        db.commit()


QUICK = (
    Tick("sign of life", timedelta(seconds=15), sign_of_life),
    Tick("embed", timedelta(seconds=0.5), embed),
    Tick("jobs", timedelta(seconds=1), run_jobs),
    Tick("work of the night", timedelta(minutes=1), ask_nightly),
)
KEEPING = (  # to look through millions of passages takes a while, a new shelf of them minutes
    Tick("another model", timedelta(seconds=1), mark),
    Tick("snapshot", timedelta(minutes=5), snapshot),
)
SLOW = (
    Tick("long jobs", timedelta(seconds=1), run_long_job),
    Tick("tidy", timedelta(hours=1), tidy),
    Tick("near-duplicates", timedelta(hours=1), compare_articles),
    Tick("idle drafts", timedelta(days=1), remind),
)
TICKS = (*QUICK, *KEEPING, *SLOW)


def run_once(
    runtime: Runtime, now: datetime, due: dict[str, datetime] | None = None, ticks: Sequence[Tick] = TICKS
) -> None:
    """Do everything that is due once. due: when each tick is due next, changed here; all of them without it."""
    due = {} if due is None else due
    for tick in ticks:
        if due.get(tick.name, now) <= now:
            due[tick.name] = now + tick.every
            try:
                tick.act(runtime, now)
            except Exception:
                log.exception("tick failed", tick=tick.name)


def run(runtime: Runtime) -> None:
    """Work until the process is asked to end."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: runtime.stopping.set())
    work(runtime)


def work(runtime: Runtime) -> None:
    """Work until the runtime is stopping: what is short is finished first, a long job is given back."""
    log.info("worker started")
    lanes = [threading.Thread(target=loop, args=(runtime, lane), daemon=True) for lane in (KEEPING, SLOW)]
    for lane in lanes:
        lane.start()
    loop(runtime, QUICK)
    for lane in lanes:
        lane.join(PATIENCE_S)
    runtime.live.save()
    log.info("worker stopped")


def loop(runtime: Runtime, ticks: Sequence[Tick]) -> None:
    """Do again and again what is due, until the runtime is stopping."""
    due: dict[str, datetime] = {}
    pause = PAUSE_S
    while not runtime.stopping.wait(pause):
        began = time.monotonic()
        run_once(runtime, runtime.now(), due, ticks)
        pause = max(0.0, PAUSE_S - (time.monotonic() - began))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("**/*") if path.is_file()] if folder.is_dir() else []
