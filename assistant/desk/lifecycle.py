"""The verbs that move an incident through its life. Every door uses these; the gate stands in `move`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk import assignment, checklist, closure_gate, jobs, news, priority, ways
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.errors import GateRefused, MoveNotAllowed, Refused
from assistant.desk.incident import Incident, Watcher
from assistant.desk.people import Group, Person
from assistant.desk.record import findings_in, fit, stamp
from kb import feedback
from kb.errors import Finding
from kb.store import lock

LOOK = "suggestions"  # the job that looks for what resolved a new incident before
USUAL_PROCESS = "itil"  # of incidents without a service
NEEDS = {  # what a state may need -> (field, what is missing, the cure)
    "assignee": ("assignee_id", "Nobody is assigned.", "Take it, or choose who works on it."),
    "group": ("group_id", "No assignment group is chosen.", "Choose the group that works on it."),
    "hold_reason": ("hold_reason", "The reason for waiting is missing.", "Say what or whom this waits for."),
    "resolution": ("resolution", "The resolution is missing.", "Write what restored the service."),
    "verification": (
        "verification",
        "The verification is missing.",
        "Write how it was tested that service is back.",
    ),
    "closing_category": (
        "closing_category_id",
        "The closing category is missing.",
        "Choose what it turned out to be.",
    ),
}


TAKEN_OVER = (  # from a report as they are
    *("symptoms", "environment", "source", "contact", "requester", "occurred_at", "service", "category_id"),
    *("impact", "urgency", "priority_reason", "restricted_to"),
)


@dataclass(frozen=True)
class Report:
    """What arrives at a door before it is an incident."""

    title: str
    text: str = ""  # the requester's own words
    symptoms: str = ""
    environment: str = ""
    source: str = "portal"
    contact: str = ""
    requester: Person | None = None
    occurred_at: datetime | None = None
    service: Service | None = None
    category_id: int | None = None
    impact: str = "person"
    urgency: str = "soon"
    priority: str | None = None
    priority_reason: str = ""
    restricted_to: Group | None = None
    items: list[ConfigurationItem] = field(default_factory=list)


def open(db: Session, report: Report, *, actor: Person | None, now: datetime) -> Incident:
    """Record an incident: priority from the matrix, group from the routes, start of the service's process.

    Raises Refused with what is missing or wrong, field by field.
    """
    values = {name: getattr(report, name) for name in TAKEN_OVER}
    values |= {"title": report.title.strip(), "reported_text": report.text}
    findings = findings_in(values, now=now) + _priority_findings(db, report)
    if findings:
        raise Refused(findings)
    incident = Incident(
        **values,
        **_beginning(db, report.service),
        priority=report.priority or priority.of(db, report.impact, report.urgency),
        items=list(report.items),
        recorded_at=now,
        recorded_by_id=actor.id if actor else None,
    )
    stamp(incident, actor, now)
    db.add(incident)
    if report.service is not None:
        checklist.begin(incident, report.service.checklist, actor=actor, now=now)
    group = assignment.route(db, report.service.id if report.service else None, report.category_id)
    assignment.hand_over(incident, group, None, by=None, now=now)
    db.flush()
    jobs.add(db, LOOK, {"incident_id": incident.id}, now=now)
    return incident


def edit(
    db: Session, incident: Incident, changes: Mapping[str, Any], *, seen: int, actor: Person, now: datetime
) -> Incident:
    """Change fields of an incident.

    changes: new values of the columns in `record.EDITABLE`, and of items. seen: the version that the person looked
    at. Raises EditConflict when somebody else changed one of these fields since, Refused with findings.
    """
    lock(db, incident)
    changes = {name: value for name, value in changes.items() if getattr(incident, name) != value}
    fit(db, incident, changes, seen)
    findings = findings_in(changes, now=now) + _matrix_findings(db, incident, changes)
    if findings:
        raise Refused(findings)
    if {"impact", "urgency"} & changes.keys() and "priority" not in changes and not incident.priority_reason:
        urgency = changes.get("urgency", incident.urgency)
        changes["priority"] = priority.of(db, changes.get("impact", incident.impact), urgency)
    if changes:
        stamp(incident, actor, now, counts=True)
    for name, value in changes.items():
        setattr(incident, name, value)
    db.flush()
    return incident


def move(
    db: Session, incident: Incident, state: str, *, actor: Person | None, now: datetime, hold_reason: str = ""
) -> Incident:
    """Move an incident to another state of its process.

    Raises MoveNotAllowed when the process has no such step, GateRefused when something is missing.
    """
    lock(db, incident)
    way = ways.of(db, incident)
    if state not in way.moves.get(incident.state, ()):
        here, there = (
            way.states[incident.state].label,
            way.states[state].label if state in way.states else state,
        )
        raise MoveNotAllowed(f"{incident.number} is “{here}” and cannot go to “{there}” from there.")
    target = way.states[state]
    if incident.merged_into is not None and target.phase != "closed":
        raise MoveNotAllowed(f"{incident.number} was merged into another incident and goes on there.")
    given = {"hold_reason": hold_reason.strip() if target.phase == "waiting" else ""}
    findings = [Finding(*NEEDS[need]) for need in target.needs if not _has(incident, need, given)]
    findings += closure_gate.findings(incident, way) if way.gates.get(state) == "article" else []
    if findings:
        raise GateRefused(findings)
    stamp(
        incident, actor, now, counts=True
    )  # first: whatever is flushed from here on belongs to the new version
    if incident.phase in ("resolved", "closed") and target.phase not in ("resolved", "closed"):
        _come_back(db, incident, now)
    before = incident.phase
    incident.state, incident.phase, incident.hold_reason = state, target.phase, given["hold_reason"]
    _date(incident, actor, now)
    db.flush()
    news.moved(db, incident, before, actor=actor, now=now)
    return incident


def advance(db: Session, incident: Incident, phase: str, *, actor: Person | None, now: datetime) -> Incident:
    """Move an incident into a phase along the shortest path of its process; nothing when it is there already."""
    way = ways.of(db, incident)
    if incident.phase == phase:
        return incident
    path = way.path(incident.state, phase)
    if not path:
        raise MoveNotAllowed(
            f"The process “{way.title}” has no way from “{way.states[incident.state].label}” to there."
        )
    for state in path:
        move(db, incident, state, actor=actor, now=now)
    return incident


def reopen(db: Session, incident: Incident, *, actor: Person | None, now: datetime) -> Incident:
    """Open a resolved or closed incident again: it is counted, and what had resolved it counts as not held."""
    if incident.is_open:
        raise MoveNotAllowed(f"{incident.number} is open already.")
    way = ways.of(db, incident)
    back = [state for state in way.moves[incident.state] if way.states[state].phase in ("active", "new")]
    if not back:
        raise MoveNotAllowed(f"The process “{way.title}” does not open incidents again.")
    return move(db, incident, back[0], actor=actor, now=now)


def take_back(
    db: Session, incident: Incident, state: str, *, actor: Person | None, now: datetime, hold_reason: str = ""
) -> Incident:
    """Put an incident back into the state it had before it was closed by mistake: nothing counts as opened again."""
    incident.state, incident.phase = state, ways.of(db, incident).states[state].phase
    incident.hold_reason = hold_reason
    incident.closed_at = incident.closing_door = incident.nothing_reason = None
    if incident.phase != "resolved":
        incident.resolved_at = incident.resolved_by = None
    stamp(incident, actor, now, counts=True)
    db.flush()
    return incident


def assign(
    db: Session,
    incident: Incident,
    group: Group | None,
    person: Person | None,
    *,
    actor: Person | None,
    now: datetime,
) -> Incident:
    """Give an incident to a group, a person, or a person of a group. Raises Refused when that cannot be."""
    findings = []
    if person is not None and not (person.works and person.active):
        message = f"{person.name} does not work on incidents."
        findings.append(Finding("assignee_id", message, "Choose an agent."))
    if group is not None and not group.active and group is not incident.group:
        findings.append(Finding("group_id", f"{group.name} is not in use any more.", "Choose another group."))
    if incident.restricted_to and person is not None and incident.restricted_to not in person.groups:
        message = f"{person.name} may not read incidents of {incident.restricted_to.name}."
        findings.append(Finding("assignee_id", message, "Choose one of its members."))
    if findings:
        raise Refused(findings)
    lock(db, incident)
    if (incident.group, incident.assignee) != (group, person):
        stamp(incident, actor, now, counts=True)
        assignment.hand_over(incident, group, person, by=actor, now=now)
    db.flush()
    return incident


def watch(db: Session, incident: Incident, person: Person, *, actor: Person, now: datetime) -> Watcher:
    """Let a person follow an incident, which also lets them read it."""
    lock(db, incident)
    for watcher in incident.watchers:
        if watcher.person_id == person.id:
            return watcher
    watcher = Watcher(person=person, at=now, by_id=actor.id)
    incident.watchers.append(watcher)
    db.flush()
    return watcher


def _beginning(db: Session, service: Service | None) -> dict[str, Any]:
    way, number = ways.newest(db, service.process if service else USUAL_PROCESS)
    return {
        "process": way.name,
        "process_version": number,
        "state": way.start,
        "phase": way.states[way.start].phase,
    }


def _has(incident: Incident, need: str, given: Mapping[str, str]) -> bool:
    name = need if need in ("assignee", "group") else NEEDS[need][0]
    value = given[name] if name in given else getattr(incident, name)
    return bool(value.strip() if isinstance(value, str) else value)


def _date(incident: Incident, actor: Person | None, now: datetime) -> None:
    if incident.phase in ("resolved", "closed") and incident.resolved_at is None:
        incident.resolved_at, incident.resolved_by = now, actor
    if incident.phase == "closed":
        incident.closed_at = now


def _come_back(db: Session, incident: Incident, now: datetime) -> None:
    feedback.came_back(db, incident.id, now=now)
    incident.reopen_count += 1
    incident.resolved_at = incident.resolved_by = incident.closed_at = None
    incident.closing_door = incident.nothing_reason = None
    for link in incident.links:
        if link.kind == "resolved" and link.failed_at is None:
            link.failed_at = now


def _priority_findings(db: Session, report: Report) -> list[Finding]:
    if report.priority is None or (report.impact, report.urgency) not in priority.MATRIX:
        return []
    usual = priority.of(db, report.impact, report.urgency)
    return _reasoned(report.priority, usual, report.priority_reason)


def _matrix_findings(db: Session, incident: Incident, changes: Mapping[str, Any]) -> list[Finding]:
    if "priority" not in changes:
        return []
    now = {
        name: changes.get(name, getattr(incident, name)) for name in ("impact", "urgency", "priority_reason")
    }
    if (now["impact"], now["urgency"]) not in priority.MATRIX:
        return []
    usual = priority.of(db, now["impact"], now["urgency"])
    return _reasoned(changes["priority"], usual, now["priority_reason"])


def _reasoned(wanted: str, usual: str, reason: str) -> list[Finding]:
    if wanted == usual or reason.strip():
        return []
    message = f"Impact and urgency give {usual}, not {wanted}."
    return [Finding("priority_reason", message, "Say why this incident has another priority.")]
