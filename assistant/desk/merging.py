"""Merging duplicates: one incident goes on in another, with its people and its history, until that is taken back."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.desk import audit, conversation, lifecycle, notifications, relations, ways
from assistant.desk.errors import Finding, MoveNotAllowed, Refused
from assistant.desk.incident import Entry, Incident, Relation, Watcher
from assistant.desk.people import Person
from assistant.desk.permissions import may_read_incident, viewer_of
from assistant.desk.record import stamp
from kb.store import lock

SAME = "duplicate_of"
BROUGHT_BACK = ("state", "hold_reason")


def merge(db: Session, incident: Incident, into: Incident, *, actor: Person, now: datetime) -> Incident:
    """Let an incident go on in another one, and return that one.

    The duplicate is closed at once, people who work on incidents and follow it follow the other, and what was merged
    into the duplicate goes on there too. Raises Refused for itself, for circles, and where people could read what
    they may not.
    """
    _lock(db, incident, into)
    target = into.merged_into or into
    findings = _findings(db, incident, target, actor)
    if findings:
        raise Refused(findings)
    if incident.merged_into is not None:
        unmerge(db, incident, actor=actor, now=now)
    for duplicate in (incident, *incident.merged_here):
        _point(db, duplicate, target, actor, now)
    _bring_watchers(incident, target, actor, now)
    _close(db, incident, target, actor, now)
    stamp(target, actor, now)
    db.flush()
    return target


def unmerge(db: Session, incident: Incident, *, actor: Person, now: datetime) -> Incident:
    """Take a merge back, as if it had not been. Raises MoveNotAllowed once something hangs on it."""
    if incident.merged_into is None:
        raise MoveNotAllowed(f"{incident.number} is not merged into another incident.")
    target = incident.merged_into
    _lock(db, incident, target)
    since = merged_at(incident) or now
    reason = _hangs(incident, target, since)
    if reason:
        raise MoveNotAllowed(reason)
    along = [one for one in target.merged_here if merged_at(one) == since and _relation(one, incident)]
    _take_watchers(
        incident, target, since, [one for one in target.merged_here if one not in (incident, *along)]
    )
    for one in along:
        _unpoint(db, one, target, actor, now)
        one.merged_into = incident
    _unpoint(db, incident, target, actor, now)
    before = _before(db, incident)
    incident.merged_into = None
    if "state" in before:
        lifecycle.take_back(db, incident, **before, actor=actor, now=now)
    stamp(incident, actor, now, counts=True)
    db.flush()
    return incident


def reopen(db: Session, incident: Incident, said: str, *, actor: Person, now: datetime) -> Incident:
    """Open an ended incident again, with what was said about it; one that was merged goes on where it went."""
    if incident.merged_into is not None:
        return came_back(db, incident, said, actor=actor, now=now)
    lifecycle.reopen(db, incident, actor=actor, now=now)
    if said.strip():
        conversation.comment(db, incident, said, actor=actor, now=now)
    return incident


def came_back(db: Session, incident: Incident, said: str, *, actor: Person, now: datetime) -> Incident:
    """Keep what somebody says about a duplicate that still does not work, and tell who works on the other incident."""
    target = incident.merged_into or incident
    text = said.strip() or "It still does not work."
    conversation.comment(db, incident, text, actor=actor, now=now)
    told = f"{incident.number}, merged into {target.number}: “{' '.join(text.split())[:200]}”"
    notifications.tell(db, [target.assignee], told, f"/incidents/{target.number}", actor=actor, now=now)
    return target


def _lock(db: Session, *both: Incident) -> None:
    """Hold both, always in the same order, so that two merges never wait for each other."""
    for incident in sorted(set(both), key=lambda one: one.id):
        lock(db, incident)


def merged_at(incident: Incident) -> datetime | None:
    """Return since when an incident goes on in the one it was merged into."""
    relation = _relation(incident, incident.merged_into) if incident.merged_into else None
    return relation.at if relation else None


def _findings(db: Session, incident: Incident, target: Incident, actor: Person) -> list[Finding]:
    viewer = viewer_of(db, actor)
    if not (may_read_incident(db, viewer, target) and may_read_incident(db, viewer, incident)):
        return [Finding("into", "There is no such incident.", "Write its number like INC-000042.")]
    if target.id == incident.id:
        message = "An incident cannot be merged into itself, nor into what was merged into it."
        return [Finding("into", message, "Give another number, or take the other merge back first.")]
    if target.restricted_to_id != incident.restricted_to_id:
        message = "These two are not read by the same people."
        return [Finding("into", message, "Relate them instead, or restrict both to the same group first.")]
    return []


def _point(db: Session, incident: Incident, target: Incident, actor: Person, now: datetime) -> None:
    """Let an incident go on in the target; one that was said to repeat this very one does not any more."""
    turned = _relation(target, incident)
    if turned is not None:
        relations.unrelate(db, turned, actor=actor, now=now)
    relation = relations.relate(db, incident, target, SAME, actor=actor, now=now)
    relation.at, relation.person_id = now, actor.id
    if incident.merged_into is not None:
        incident.merged_into = target
        stamp(incident, actor, now, counts=True)


def _unpoint(db: Session, incident: Incident, target: Incident, actor: Person, now: datetime) -> None:
    relation = _relation(incident, target)
    if relation is not None:
        relations.unrelate(db, relation, actor=actor, now=now)
    stamp(incident, actor, now, counts=True)


def _bring_watchers(incident: Incident, target: Incident, actor: Person, now: datetime) -> None:
    """Let people who work on incidents follow the other one; requesters go on reading only what was theirs to read."""
    known = {watcher.person_id for watcher in target.watchers}
    for watcher in incident.watchers:
        if watcher.person.works and watcher.person_id not in known:
            target.watchers.append(Watcher(person=watcher.person, at=now, by_id=actor.id))


def _take_watchers(incident: Incident, target: Incident, since: datetime, staying: list[Incident]) -> None:
    """Let those no longer follow whom only this merge brought."""
    for watcher in list(target.watchers):
        kept = any(_follows(other, watcher) for other in staying)
        if watcher.at == since and _follows(incident, watcher) and not kept:
            target.watchers.remove(watcher)


def _close(db: Session, incident: Incident, target: Incident, actor: Person, now: datetime) -> None:
    incident.merged_into = target
    if incident.phase == "closed":
        stamp(incident, actor, now, counts=True)
        return
    reasons = ways.of(db, incident).reasons.values()
    incident.nothing_reason = next((one.name for one in reasons if one.proof == "duplicate"), None)
    incident.closing_door = "nothing" if incident.nothing_reason else None
    lifecycle.advance(db, incident, "closed", actor=actor, now=now)


def _hangs(incident: Incident, target: Incident, since: datetime) -> str:
    """Return what stands in the way of taking a merge back, empty when nothing does."""
    if any(_said_to_all(entry, since) for entry in target.entries):
        return (
            f"{target.number} has answered the requester of {incident.number} since; that cannot be unsaid."
        )
    if target.phase == "closed" and target.closed_at is not None and target.closed_at > since:
        return f"{target.number} has been closed since, and {incident.number} with it. Open {target.number} first."
    return ""


def _said_to_all(entry: Entry, since: datetime) -> bool:
    return entry.to_all and entry.at > since


def _follows(incident: Incident, watcher: Watcher) -> bool:
    return any(own.person_id == watcher.person_id for own in incident.watchers)


def _relation(incident: Incident, target: Incident) -> Relation | None:
    return next((one for one in incident.relations if one.other_id == target.id and one.kind == SAME), None)


def _before(db: Session, incident: Incident) -> dict[str, str]:
    """Return the state from which the merge closed an incident, with its reason to wait; nothing if it was closed."""
    db.flush()
    before: dict[str, str] = {}
    for entry in reversed(audit.of(db, "incident", incident.id)):
        before |= {name: entry.changes[name][0] for name in BROUGHT_BACK if name in entry.changes}
        if "merged_into_id" in entry.changes and entry.changes["merged_into_id"][0] is None:
            break
    return before
