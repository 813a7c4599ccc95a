"""How soon people are usually answered, from the desk's own history; nothing where the history says too little."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk.incident import Entry, Incident

LOOKED_BACK = timedelta(days=60)
MOST = 3000  # newest incidents that are looked at
ENOUGH = 8  # answers; fewer say nothing
USUALLY = 0.7  # of the answers came within the time that is told
LONGEST = timedelta(days=2)  # a longer wait is no promise worth making
STEPS = (10, 15, 20, 30, 40, 50, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880)  # minutes that are told


def usual(db: Session, *, now: datetime) -> timedelta | None:
    """Return within which time most people who asked at this hour of such a day were answered, rounded up."""
    waits = sorted(
        answered - asked
        for asked, answered in _answers(db, now)
        if _like(asked, now) and answered is not None and answered >= asked
    )
    return _rounded(waits)


def worded(wait: timedelta) -> str:
    """Word a time that was told: “40 minutes”, “an hour”, “3 hours”, “a day”."""
    minutes = int(wait.total_seconds() // 60)
    if minutes == 60:
        return "an hour"
    if minutes < 120:
        return f"{minutes} minutes"
    return (
        "a day"
        if minutes == 1440
        else f"{minutes // 1440} days"
        if minutes > 1440
        else f"{minutes // 60} hours"
    )


def _answers(db: Session, now: datetime) -> Sequence[tuple[datetime, datetime | None]]:
    """Return when incidents were reported and when the desk first said or did something the requester could see."""
    newest = (
        select(Incident.id, Incident.recorded_at, Incident.resolved_at, Incident.requester_id)
        .where(Incident.recorded_at > now - LOOKED_BACK, Incident.recorded_at <= now)
        .where(Incident.restricted_to_id.is_(None))
        .order_by(Incident.recorded_at.desc())
        .limit(MOST)
        .subquery()
    )
    said = (
        select(func.min(Entry.at))
        .where(Entry.incident_id == newest.c.id, Entry.kind == "comment")
        .where(Entry.author_id.is_distinct_from(newest.c.requester_id))
        .scalar_subquery()
    )
    rows = db.execute(select(newest.c.recorded_at, newest.c.resolved_at, said))
    return [(asked, min((at for at in (done, first) if at), default=None)) for asked, done, first in rows]


def _like(asked: datetime, now: datetime) -> bool:
    """Say whether a time was at about this hour, on a day like this: a working day or the weekend."""
    apart = abs(asked.hour - now.hour)
    return min(apart, 24 - apart) <= 1 and (asked.weekday() >= 5) == (now.weekday() >= 5)


def _rounded(waits: Sequence[timedelta]) -> timedelta | None:
    if len(waits) < ENOUGH:
        return None
    minutes = waits[int(USUALLY * (len(waits) - 1))] / timedelta(minutes=1)
    step = next((step for step in STEPS if minutes <= step), None)
    return timedelta(minutes=step) if step and timedelta(minutes=step) <= LONGEST else None
