"""Work for later: rows written with the change that wants them, leased to one worker at a time, retried, parked.

At least once: a worker that dies is followed by another when its lease ends, so handlers are idempotent.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.desk.errors import DeskError
from kb.store import Base, UtcDateTime, rows_changed

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
BACK_OFF_S = (5, 30, 120, 600)  # seconds before attempts 2, 3, 4 and 5
KEPT = timedelta(days=14)


class LeaseLost(DeskError):
    """Another worker does this job now, because this one did not say for too long how far it is."""


class Job(Base):
    """A piece of work. lease: the fence; only who holds it may finish the job."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "done_at", "parked_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str] = mapped_column(String(200), default="")  # what it does now
    done: Mapped[int] = mapped_column(default=0)  # of this step
    of: Mapped[int] = mapped_column(default=0)  # 0: nobody knows
    result: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # what came out, for the person who asked


def add(
    db: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    key: str | None = None,
    asked_by_id: int | None = None,
) -> Job:
    """Ask for work; with a key that is already known, return that job instead of adding another."""
    asked = select(Job).where(Job.key == key)
    known = db.scalar(asked) if key else None
    if known is not None:
        return known
    job = Job(kind=kind, payload=dict(payload), key=key, run_at=now, asked_by_id=asked_by_id)
    try:
        with db.begin_nested():
            db.add(job)
    except IntegrityError:  # somebody else asked for it at this moment
        return db.scalars(asked).one()
    return job


def ask(db: Session, kind: str, *, now: datetime, asked_by_id: int | None = None) -> Job:
    """Ask for work that is done for the whole desk; what is asked for while it waits or runs is that same work."""
    open_one = select(Job).where(Job.kind == kind, Job.done_at.is_(None), Job.parked_at.is_(None))
    known = db.scalar(open_one.order_by(Job.id).limit(1))
    return known or add(db, kind, {}, now=now, asked_by_id=asked_by_id)


def note(db: Session, kind: str, result: Mapping[str, Any], *, now: datetime) -> Job:
    """Keep what came out of work that was done outside the queue, beside what came out of it."""
    job = Job(kind=kind, run_at=now, done_at=now, result=dict(result))
    db.add(job)
    db.flush()
    return job


def claim(
    db: Session, *, now: datetime, lease: timedelta = LEASE, among: ColumnElement[bool] | None = None
) -> Job | None:
    """Lease the job that has been due longest, or return None. among: which jobs this worker takes; all without it.

    The attempt is counted before the work begins, so that a job which kills its worker is parked in the end.
    """
    _park_deadly(db, now)
    free = or_(Job.leased_until.is_(None), Job.leased_until < now)
    wanted = (
        Job.done_at.is_(None),
        Job.parked_at.is_(None),
        Job.run_at <= now,
        true() if among is None else among,
    )
    due = select(Job.id).where(*wanted, free)
    for job_id in db.scalars(due.order_by(Job.run_at, Job.id).limit(10)):
        token = secrets.token_hex(16)
        mine = update(Job).where(Job.id == job_id, Job.done_at.is_(None), free)
        if rows_changed(db, mine.values(lease=token, leased_until=now + lease, attempts=Job.attempts + 1)):
            return db.get(Job, job_id, populate_existing=True)
    return None


def renew(
    db: Session, job_id: int, lease: str, *, now: datetime, step: str = "", done: int = 0, of: int = 0
) -> bool:
    """Hold a job longer and say how far it is; False when its lease went to somebody else, who does it now."""
    mine = update(Job).where(Job.id == job_id, Job.lease == lease)
    return rows_changed(db, mine.values(leased_until=now + LEASE, step=step[:200], done=done, of=of)) == 1


def give_back(db: Session, job_id: int, lease: str) -> bool:
    """Let another worker do a job at once: this one is asked to end, which is not counted as an attempt."""
    return _settle(db, job_id, lease, attempts=Job.attempts - 1)


def finish(
    db: Session, job_id: int, lease: str, *, now: datetime, result: Mapping[str, Any] | None = None
) -> bool:
    """Mark a job as done, with what came out; False when the lease went to somebody else in the meantime."""
    return _settle(db, job_id, lease, done_at=now, last_error="", result=dict(result) if result else None)


def fail(db: Session, job_id: int, lease: str, error: str, *, now: datetime) -> bool:
    """Note why a job failed; it runs again later, or is parked for a person after the last attempt."""
    job = db.get_one(Job, job_id, populate_existing=True)
    if job.attempts >= MOST_ATTEMPTS:
        return _settle(db, job_id, lease, parked_at=now, last_error=error)
    pause = timedelta(seconds=BACK_OFF_S[min(job.attempts, len(BACK_OFF_S)) - 1])
    return _settle(db, job_id, lease, run_at=now + pause, last_error=error)


def _park_deadly(db: Session, now: datetime) -> None:
    """Park the jobs whose last attempt ended with the death of their worker: they would kill the next one too."""
    tried = (Job.done_at.is_(None), Job.parked_at.is_(None), Job.attempts >= MOST_ATTEMPTS)
    died = update(Job).where(*tried, Job.leased_until < now)
    told = {"parked_at": now, "lease": None, "last_error": "The worker ended while it did this."}
    db.execute(died.values(leased_until=None, **told).execution_options(synchronize_session=False))


def waiting(db: Session) -> int:
    """Return how many jobs are not done and not parked."""
    return db.scalar(select(func.count()).where(Job.done_at.is_(None), Job.parked_at.is_(None))) or 0


def newest(db: Session, kinds: Collection[str], most: int = 10) -> list[Job]:
    """Return the jobs of these kinds that were asked for last, newest first."""
    return list(db.scalars(select(Job).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(most)))


def again(db: Session, job: Job, *, now: datetime) -> None:
    """Let a parked job run once more from the beginning."""
    job.parked_at, job.attempts, job.run_at, job.last_error = None, 0, now, ""
    db.flush()


def give_up(db: Session, job: Job, *, now: datetime) -> None:
    """Let a parked job be; its error stays with it."""
    job.parked_at, job.done_at = None, now
    db.flush()


def last_done(db: Session, kind: str) -> Job | None:
    """Return the job of a kind that was done last, with what came out."""
    done = select(Job).where(Job.kind == kind, Job.result.is_not(None), Job.done_at.is_not(None))
    return db.scalar(done.order_by(Job.done_at.desc(), Job.id.desc()).limit(1))


def parked(db: Session, most: int = 20) -> list[Job]:
    """Return the jobs that failed for good, newest first."""
    mine = select(Job).where(Job.parked_at.is_not(None))
    return list(db.scalars(mine.order_by(Job.parked_at.desc()).limit(most)))


def count_parked(db: Session) -> int:
    """Return how many jobs failed for good."""
    return db.scalar(select(func.count()).where(Job.parked_at.is_not(None))) or 0


def purge(db: Session, *, now: datetime) -> int:
    """Delete jobs that were done more than KEPT ago and return how many there were."""
    return rows_changed(db, delete(Job).where(Job.done_at < now - KEPT))


def _settle(db: Session, job_id: int, lease: str, **values: Any) -> bool:
    mine = update(Job).where(Job.id == job_id, Job.lease == lease)
    return rows_changed(db, mine.values(lease=None, leased_until=None, **values)) == 1
