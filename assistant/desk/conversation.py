"""What is said about an incident: work notes among agents, comments with the requester, and the time it took."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.desk import news
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Person
from assistant.desk.record import LONGEST_TEXT, stamp

MOST_MINUTES = 24 * 60  # that one entry tells of
AGAIN = timedelta(minutes=10)  # within which the same words were sent again because no answer came


def note(
    db: Session,
    incident: Incident,
    text: str,
    *,
    actor: Person | None,
    now: datetime,
    minutes: int | None = None,
) -> Entry:
    """Add a work note. minutes: of work that it tells of. Raises Refused when it is empty or too long."""
    return _say(db, incident, Entry(kind="note", text=text, minutes=minutes), actor=actor, now=now)


def comment(
    db: Session,
    incident: Incident,
    text: str,
    *,
    actor: Person | None,
    now: datetime,
    minutes: int | None = None,
    to_all: bool = False,
    anew: bool = False,
) -> Entry:
    """Add a comment that the requester reads. to_all: it is meant for everybody who is hurt by the same.

    anew: it says more than its words, as with a file, and is no repetition of the same words.
    Raises Refused when it is empty or too long.
    """
    said = Entry(kind="comment", text=text, minutes=minutes, to_all=to_all)
    return _say(db, incident, said, actor=actor, now=now, anew=anew)


def time_spent(incident: Incident) -> list[tuple[str, int]]:
    """Return the minutes that people say they worked on an incident, by name, most first."""
    spent: Counter[str] = Counter()
    for entry in incident.entries:
        if entry.minutes:
            spent[entry.author.name if entry.author else "The desk"] += entry.minutes
    return spent.most_common()


def _say(
    db: Session, incident: Incident, entry: Entry, *, actor: Person | None, now: datetime, anew: bool = False
) -> Entry:
    entry.text = entry.text.replace("\r\n", "\n").strip()
    findings = _findings(entry)
    if findings:
        raise Refused(findings)
    entry.author, entry.at = actor, now
    if not anew and incident.entries and _repeats(entry, incident.entries[-1]):
        return incident.entries[-1]
    incident.entries.append(entry)
    stamp(incident, actor, now)
    db.flush()
    news.said(db, incident, entry, actor=actor, now=now)
    return entry


def _repeats(entry: Entry, last: Entry) -> bool:
    """Say whether somebody sent again what they said last. Nobody's words are the desk's own, which says what is so."""
    told, before = (
        (one.author, one.kind, one.text, one.minutes, bool(one.to_all))  # unset until it is written
        for one in (entry, last)
    )
    return entry.author is not None and told == before and entry.at - last.at < AGAIN


def _findings(entry: Entry) -> list[Finding]:
    findings = []
    if not entry.text:
        findings.append(Finding("text", "There is nothing written.", "Write something first."))
    if len(entry.text) > LONGEST_TEXT:
        message = f"This is {len(entry.text):,} characters long; {LONGEST_TEXT:,} fit."
        findings.append(Finding("text", message, "Shorten it, or attach it as a file."))
    if entry.minutes is not None and not 0 < entry.minutes <= MOST_MINUTES:
        message = f"{entry.minutes} minutes cannot be."
        findings.append(Finding("minutes", message, f"Write between 1 and {MOST_MINUTES}."))
    return findings
