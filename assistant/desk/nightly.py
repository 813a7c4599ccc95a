"""The work of every night, as an administrator wants it: whether, at which hour; backups also where and how many."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import jobs, laboratory, notifications, site, tongue
from assistant.desk.errors import Finding, Refused
from assistant.desk.jobs import Job
from assistant.desk.people import Person

SUBJECT = "backup"  # of the setting, and the kind of the job
SUBJECTS = (SUBJECT, laboratory.SUBJECT, tongue.SUBJECT)
MOST_KEPT = 1000
HOURS = range(24)


def plan(
    db: Session,
    values: Mapping[str, Any],
    *,
    seen: int,
    actor: Person | None,
    now: datetime,
    subject: str = SUBJECT,
) -> None:
    """Decide about work of every night. values: nightly, hour; for backups folder (empty: as the settings say), keep.

    Raises Refused with what is wrong with hour, folder or number; EditConflict when somebody else was faster.
    """
    findings = [finding for check in CHECKS[subject] for finding in check(values)]
    if findings:
        raise Refused(findings)
    site.put(db, subject, values, seen=seen, actor=actor, now=now)


def place(db: Session, folder: Path, keep: int) -> tuple[Path, int]:
    """Return the folder of backups and how many are kept, as decided; folder and keep where nothing is."""
    decided = site.of(db, SUBJECT)
    return Path(decided["folder"] or folder), decided["keep"] or keep


def ask_when_due(db: Session, zone: ZoneInfo, *, now: datetime, subject: str = SUBJECT) -> Job | None:
    """Ask for tonight's work once its hour has come, also when nobody worked at that hour; None when it is not due.

    A plan counts from the first such hour after it was made.
    """
    moment = due_since(db, zone, now=now, subject=subject)
    return jobs.add(db, subject, {}, key=_key(subject, moment), now=now) if moment else None


def due_since(db: Session, zone: ZoneInfo, *, now: datetime, subject: str = SUBJECT) -> datetime | None:
    """Return the hour for which the work has still to be asked; None when there is none."""
    decided, row = site.of(db, subject), db.get(site.Setting, subject)
    if row is None or not decided["nightly"]:
        return None
    local = now.astimezone(zone)
    moment = datetime.combine(local, time(decided["hour"]), zone)
    moment -= timedelta(days=1) if moment > local else timedelta()
    asked = db.scalar(select(Job.id).where(Job.key == _key(subject, moment)))
    return None if asked or moment <= row.updated_at else moment


def tell_failure(db: Session, error: str, *, now: datetime) -> None:
    """Tell the administrators that a backup failed for good."""
    administrators = db.scalars(select(Person).where(Person.role == "administrator", Person.active))
    text = f"A backup failed, and is not tried again by itself: {error}"
    notifications.tell(db, administrators, text, "/admin/health", actor=None, now=now)


def _key(subject: str, moment: datetime) -> str:
    return f"{subject} of {moment:%Y-%m-%d}"


def _hour_findings(values: Mapping[str, Any]) -> list[Finding]:
    if values["hour"] in HOURS:
        return []
    return [Finding("hour", "This is no hour of the day.", "Choose one of the list.")]


def _number_findings(values: Mapping[str, Any]) -> list[Finding]:
    if values["keep"] is not None and 1 <= values["keep"] <= MOST_KEPT:
        return []
    return [Finding("keep", f"From 1 to {MOST_KEPT:,} can be kept.", "Write a number such as 7.")]


def _folder_findings(values: Mapping[str, Any]) -> list[Finding]:
    folder = values["folder"]
    if not folder:
        return []
    path = Path(folder)
    if not path.is_absolute():
        return [
            Finding("folder", "This is not a whole path.", "Begin it with a slash, such as /backup/desk.")
        ]
    if not (path.is_dir() and os.access(path, os.W_OK | os.X_OK)):
        cure = "Make it on the server, let the desk's user write there, and save again."
        return [Finding("folder", "The desk cannot write into this folder.", cure)]
    return []


CHECKS: dict[str, tuple[Callable[[Mapping[str, Any]], list[Finding]], ...]] = {
    SUBJECT: (_hour_findings, _number_findings, _folder_findings),
    laboratory.SUBJECT: (_hour_findings,),
    tongue.SUBJECT: (_hour_findings,),
}
