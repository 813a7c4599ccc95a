"""What is said about an incident: work notes among those who work on it, comments with the requester."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Person
from assistant.desk.record import LONGEST_TEXT, stamp


def note(db: Session, incident: Incident, text: str, *, actor: Person | None, now: datetime) -> Entry:
    """Add a work note. Raises Refused when it is empty or too long."""
    return _say(db, incident, "note", text, actor=actor, now=now)


def comment(db: Session, incident: Incident, text: str, *, actor: Person | None, now: datetime) -> Entry:
    """Add a comment that the requester reads. Raises Refused when it is empty or too long."""
    return _say(db, incident, "comment", text, actor=actor, now=now)


def _say(
    db: Session, incident: Incident, kind: str, text: str, *, actor: Person | None, now: datetime
) -> Entry:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused([Finding("text", "There is nothing written.", "Write something first.")])
    if len(text) > LONGEST_TEXT:
        message = f"This is {len(text):,} characters long; {LONGEST_TEXT:,} fit."
        raise Refused([Finding("text", message, "Shorten it, or attach it as a file.")])
    entry = Entry(kind=kind, author=actor, text=text, at=now)
    incident.entries.append(entry)
    stamp(incident, actor, now)
    db.flush()
    return entry
