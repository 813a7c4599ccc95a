"""The care taken with every change to an incident: stamped, checked field by field, no change lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk import audit
from assistant.desk.errors import EditConflict
from assistant.desk.incident import SOURCES, Incident
from assistant.desk.people import Person
from assistant.desk.priority import IMPACTS, PRIORITIES, URGENCIES
from kb.errors import Finding

EDITABLE = (
    *(
        "title",
        "symptoms",
        "environment",
        "occurred_at",
        "contact",
        "service_id",
        "category_id",
        "closing_category_id",
    ),
    *(
        "impact",
        "urgency",
        "priority",
        "priority_reason",
        "workaround",
        "cause",
        "resolution",
        "verification",
    ),
    *("restricted_to_id", "items"),
)
LONGEST = {"title": 300, "contact": 200, "priority_reason": 500, "hold_reason": 500}
LONGEST_TEXT = 200_000  # characters
CHOICES = {"impact": IMPACTS, "urgency": URGENCIES, "priority": PRIORITIES, "source": SOURCES}
CLOCKS_DIFFER = timedelta(minutes=5)


def stamp(incident: Incident, actor: Person | None, now: datetime, *, counts: bool = False) -> None:
    """Note who changed the incident and when. counts: the change is one that an open form could overwrite."""
    incident.updated_at = now
    incident.updated_by_id = actor.id if actor else None
    if counts:
        incident.version += 1


def fit(db: Session, incident: Incident, changes: Mapping[str, Any], seen: int) -> None:
    """Raise EditConflict when a field of these changes was changed by somebody else after version seen."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise ValueError(f"These fields cannot be edited: {', '.join(sorted(unknown))}.")
    if seen != incident.version and audit.changed_since(db, "incident", incident.id, seen) & set(changes):
        raise EditConflict(incident, dict(changes))


def findings_in(values: Mapping[str, Any], *, now: datetime) -> list[Finding]:
    """Return what is wrong with new values of an incident's fields; only the given ones are looked at."""
    findings = []
    if "title" in values and not values["title"].strip():
        findings.append(Finding("title", "The title is missing.", "Say in a few words what does not work."))
    for name, value in values.items():
        most = LONGEST.get(name, LONGEST_TEXT)
        if isinstance(value, str) and len(value) > most:
            message = f"This is {len(value):,} characters long; {most:,} fit."
            findings.append(Finding(name, message, "Shorten it, or attach it as a file."))
        if name in CHOICES and value not in CHOICES[name]:
            findings.append(
                Finding(name, f"“{value}” is not a choice.", f"Choose one of: {', '.join(CHOICES[name])}.")
            )
    occurred = values.get("occurred_at")
    if occurred is not None and occurred > now + CLOCKS_DIFFER:
        findings.append(Finding("occurred_at", "This time is in the future.", "Give the time when it began."))
    return findings
