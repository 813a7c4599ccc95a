"""What happened to an incident, as one line of events: what was said, and what was changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import audit, ways
from assistant.desk.asset import Service
from assistant.desk.audit import AuditEntry
from assistant.desk.classification import Category
from assistant.desk.incident import Entry, Incident
from assistant.desk.link import KINDS
from assistant.desk.people import Group, Person
from assistant.desk.permissions import may_read_article, may_read_incident, readable_ids
from assistant.desk.priority import IMPACTS, URGENCIES
from kb.article import Article
from kb.viewer import Viewer

NAMES = {  # column -> what people call it
    "title": "title",
    "symptoms": "symptoms",
    "environment": "environment",
    "occurred_at": "time of occurrence",
    "contact": "contact",
    "service_id": "service",
    "category_id": "category",
    "closing_category_id": "closing category",
    "impact": "impact",
    "urgency": "urgency",
    "priority": "priority",
    "priority_reason": "reason for the priority",
    "workaround": "workaround",
    "cause": "cause",
    "resolution": "resolution",
    "verification": "verification",
    "restricted_to_id": "restriction",
    "hold_reason": "reason for waiting",
    "requester_id": "requester",
}
NOBODY = "nobody"
ROWS = {
    "service_id": Service,
    "category_id": Category,
    "closing_category_id": Category,
    "group_id": Group,
    "restricted_to_id": Group,
    "assignee_id": Person,
    "requester_id": Person,
}
CHOICES = {"impact": IMPACTS, "urgency": URGENCIES}
PLAIN = {  # phase -> what requesters read when their incident gets there
    "new": "It waits for somebody to begin.",
    "active": "We are working on it.",
    "waiting": "It waits.",
    "resolved": "We think it is solved.",
    "closed": "It is closed.",
}
Changes = dict[str, list[Any]]  # column -> [before, after]
LONG_TEXTS = ("symptoms", "environment", "workaround", "cause", "resolution", "verification")


@dataclass(frozen=True)
class Event:
    """Something that happened. kind: note, comment or change; entry: the row of what was said.

    origin: number of the merged duplicate where it happened, empty for the incident itself.
    """

    kind: str
    at: datetime
    person: Person | None
    text: str
    entry: Entry | None = None
    origin: str = ""


def of(db: Session, incident: Incident, viewer: Viewer) -> list[Event]:
    """Return the events of an incident that this viewer may read, newest first; notes are for those who work on it.

    What happened to the duplicates that were merged into it stands among them, as far as the viewer may read those;
    what was said to all stands once.
    """
    own = _own(db, incident, viewer)
    to_all = {(event.at, event.text) for event in own if event.entry is not None and event.entry.to_all}
    known = readable_ids(db, viewer, Incident, [other.id for other in incident.merged_here])
    merged = [
        replace(event, origin=other.number)
        for other in incident.merged_here
        if other.id in known
        for event in _own(db, other, viewer)
        if (event.at, event.text) not in to_all
    ]
    return sorted([*own, *merged], key=lambda event: event.at)[::-1]


def _own(db: Session, incident: Incident, viewer: Viewer) -> list[Event]:
    with_notes = viewer.ranks("agent")
    said = [
        Event(entry.kind, entry.at, entry.author, entry.text, entry)
        for entry in incident.entries
        if with_notes or entry.kind == "comment"
    ]
    changed = [
        Event("change", entry.at or incident.recorded_at, entry.person, text)
        for entry in audit.of(db, "incident", incident.id)
        if (text := _told(db, incident, entry, viewer))
    ]
    return [*changed, *said]


def _told(db: Session, incident: Incident, entry: AuditEntry, viewer: Viewer) -> str:
    """Return an audit entry as a sentence, empty when it says nothing that this reader needs."""
    changes, with_notes = entry.changes, viewer.ranks("agent")
    if entry.action == "incident added":
        return f"Recorded, source: {incident.source}." if with_notes else "We got it."
    if entry.action == "incident changed":
        said = _sentences if with_notes else _plainly
        sentences = [_merged(db, changes, viewer), *said(db, incident, changes)]
        return " ".join(sentence for sentence in sentences if sentence)
    if entry.action == "attachment added":
        return f"Attached {changes['name'][1]}."
    if not with_notes:
        return ""
    return _hanging(db, entry, viewer)


def _plainly(db: Session, incident: Incident, changes: Changes) -> list[str]:
    """Tell requesters where it stands now and with whom it is, whatever the process calls that."""
    states, sentences = ways.of(db, incident).states, []
    before, after = (states.get(name) for name in changes.get("state", ("", "")))
    if after is not None and (before is None or before.phase != after.phase):
        waits = _waits(changes) if after.phase == "waiting" else ""
        sentences.append(f"It waits for: {waits}." if waits else PLAIN[after.phase])
    if ("assignee_id" in changes or "group_id" in changes) and (owner := _owner(db, changes)) != NOBODY:
        sentences.append(f"It is with {owner}.")
    return sentences


def _sentences(db: Session, incident: Incident, changes: Changes) -> list[str]:
    sentences = []
    if "state" in changes:
        states = ways.of(db, incident).states
        label = states[changes["state"][1]].label if changes["state"][1] in states else changes["state"][1]
        waits = _waits(changes)
        sentences.append(f"State: {label}, waiting for: {waits}." if waits else f"State: {label}.")
    if "assignee_id" in changes or "group_id" in changes:
        sentences.append(f"Assigned to {_owner(db, changes)}.")
    return sentences + [
        _field(db, name, *changes[name]) for name in changes if name in NAMES and name != "hold_reason"
    ]


def _waits(changes: Changes) -> str:
    return (changes.get("hold_reason", ("", ""))[1] or "").rstrip(".")


def _owner(db: Session, changes: Changes) -> str:
    group = changes.get("group_id", [None, None])[1]
    person = changes.get("assignee_id", [None, None])[1]
    names = [
        _shown(db, "group_id", group) if group else "",
        _shown(db, "assignee_id", person) if person else "",
    ]
    return ", ".join(name for name in names if name) or NOBODY


def _field(db: Session, name: str, before: object, after: object) -> str:
    what = NAMES[name].capitalize()
    if name in LONG_TEXTS:
        return f"{what} {'changed' if before else 'written'}." if after else f"{what} removed."
    if after in (None, ""):
        return f"{what} removed."
    return f"{what}: {_shown(db, name, after)}{f' (was {_shown(db, name, before)})' if before else ''}."


def _shown(db: Session, name: str, value: object) -> str:
    row: Any = db.get(ROWS[name], value) if name in ROWS and value else None
    if row is not None:
        return row.path if isinstance(row, Category) else row.name
    return str(CHOICES.get(name, {}).get(str(value), value))


def _hanging(db: Session, entry: AuditEntry, viewer: Viewer) -> str:
    """Tell what was hung on an incident; nothing about an article or incident that the viewer may not read."""
    changes = entry.changes
    if entry.action == "link added":
        article = db.get(Article, changes["article_id"][1])
        shown = article if article and may_read_article(db, viewer, article) else None
        return f"{KINDS[changes['kind'][1]]}: {shown.number} {shown.title}." if shown else ""
    if entry.action == "link changed" and "failed_at" in changes:
        return "The linked article did not hold."
    if entry.action == "relation added":
        other = db.get(Incident, changes["other_id"][1])
        beside = other if other and may_read_incident(db, viewer, other) else None
        return f"{changes['kind'][1].replace('_', ' ').capitalize()} {beside.number}." if beside else ""
    if entry.action == "watcher added":
        person = db.scalar(select(Person).where(Person.id == changes["person_id"][1]))
        return f"{person.name} follows this." if person else ""
    return "Relation removed." if entry.action == "relation removed" else ""


def _merged(db: Session, changes: Changes, viewer: Viewer) -> str:
    """Tell that an incident was merged, or is not any more; nothing of where to when that may not be read."""
    if "merged_into_id" not in changes:
        return ""
    other = db.get(Incident, changes["merged_into_id"][1]) if changes["merged_into_id"][1] else None
    if other is None:
        return "Goes on by itself again."
    return f"Merged into {other.number}." if may_read_incident(db, viewer, other) else "Merged."
