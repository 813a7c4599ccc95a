"""Runs of the laboratory: how well the desk found what solved its own incidents, when, and by which recipe."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from kb.store import Base, UtcDateTime

SUBJECT = "laboratory"  # of the setting, and the kind of the job
GOES_ON = timedelta(days=1)  # for so long a run that was broken off is gone on with
KEPT = 10  # runs whose outcomes are kept, incident by incident; of all others the figures
Values = Mapping[str, Any]


class LaboratoryRun(Base):
    """One run. recipe: model and ranking that were measured; outcomes: one for each incident that was asked.

    finished_at: None while it is under way; what came of it so far stands in its outcomes.
    """

    __tablename__ = "laboratory_run"
    __table_args__ = (Index("ix_laboratory_run_finished", "finished_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recipe: Mapped[str] = mapped_column(String(100))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, deferred=True)


def begin(db: Session, recipe: str, *, now: datetime) -> LaboratoryRun:
    """Return the run that was broken off lately with the same recipe, or a new one."""
    open_one = select(LaboratoryRun).where(LaboratoryRun.finished_at.is_(None))
    same = (LaboratoryRun.recipe == recipe, LaboratoryRun.begun_at > now - GOES_ON)
    known = db.scalar(open_one.where(*same).order_by(LaboratoryRun.id.desc()).limit(1))
    db.execute(
        delete(LaboratoryRun).where(
            LaboratoryRun.finished_at.is_(None), LaboratoryRun.id != (known.id if known else 0)
        )
    )
    run = known or LaboratoryRun(begun_at=now, recipe=recipe, figures={}, outcomes=[])
    db.add(run)
    db.flush()
    return run


def keep(db: Session, run_id: int, outcomes: Sequence[Values]) -> None:
    """Add to a run what came of more incidents; an incident that it has already counts once."""
    run = db.get_one(LaboratoryRun, run_id)
    known = {one["incident_id"] for one in run.outcomes}
    run.outcomes = [*run.outcomes, *(dict(one) for one in outcomes if one["incident_id"] not in known)]
    db.flush()


def finish(db: Session, run_id: int, figures: Values, *, now: datetime) -> LaboratoryRun:
    """Give a run its figures; the outcomes of all but the newest runs are forgotten."""
    run = db.get_one(LaboratoryRun, run_id)
    run.figures, run.finished_at = dict(figures), now
    db.flush()
    newest = select(LaboratoryRun.id).where(LaboratoryRun.finished_at.is_not(None))
    old = db.scalars(newest.order_by(LaboratoryRun.id.desc()).offset(KEPT)).all()
    db.execute(update(LaboratoryRun).where(LaboratoryRun.id.in_(old)).values(outcomes=[]))
    return run


def last(db: Session) -> LaboratoryRun | None:
    """Return the newest run that came to its end, with its outcomes."""
    return db.scalar(_finished().options(undefer(LaboratoryRun.outcomes)).limit(1))


def before(db: Session, recipe: str) -> LaboratoryRun | None:
    """Return the newest finished run of any other recipe whose outcomes are still there."""
    others = _finished().where(LaboratoryRun.recipe != recipe).options(undefer(LaboratoryRun.outcomes))
    return next((run for run in db.scalars(others.limit(KEPT)) if run.outcomes), None)


def past(db: Session, most: int) -> list[LaboratoryRun]:
    """Return the newest runs without their outcomes, oldest first."""
    return list(db.scalars(_finished().limit(most)))[::-1]


def _finished() -> Any:
    ended = select(LaboratoryRun).where(LaboratoryRun.finished_at.is_not(None))
    return ended.order_by(LaboratoryRun.finished_at.desc(), LaboratoryRun.id.desc())
