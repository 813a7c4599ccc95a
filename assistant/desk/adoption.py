"""Incidents that come from another desk: adopted once, renewed where neither the file nor this desk contradicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from assistant.desk import assignment, ways
from assistant.desk.assignment import AssignmentSpan
from assistant.desk.audit import AuditEntry
from assistant.desk.corpora import CORPORA
from assistant.desk.incident import Entry, Incident, incident_item
from assistant.desk.people import Group, Person
from assistant.desk.process import Process
from assistant.desk.record import stamp
from kb import embeddings

UNKNOWN = {"department": "", "place": "", "phone": "", "password_hash": None}  # of a person known by name
UNSAID = {  # columns of Incident that a bulk insert has to name
    column.key: column.default.arg if column.default is not None else "" if not column.nullable else None
    for column in Incident.__table__.columns
    if column.key != "id"
}


@dataclass(frozen=True)
class Adoption:
    """An incident to adopt. values: columns of Incident, external_id and state among them; entries: those of Entry."""

    values: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]] = ()
    item_ids: Sequence[int] = ()


def state_for(way: Process, said: str, phase: str) -> str:
    """Return the state of a process for what another desk calls it, or the first one of the phase.

    A process without that phase has its nearest one: paused work is still in progress, resolved work is done.
    """
    for state in way.states.values():
        if said and said.casefold() in (state.name.casefold(), state.label.casefold()):
            return state.name
    nearest = {"waiting": ("waiting", "active", "new"), "resolved": ("resolved", "active", "new")}
    for near in nearest.get(phase, (phase, "active", "new")):
        if states := way.in_phase(near):
            return states[0].name
    return way.start


def take(db: Session, adoptions: Sequence[Adoption], *, now: datetime) -> dict[str, int]:
    """Adopt incidents in bulk: state, dates and resolution stay as they were. Returns their ids by external id.

    The gate is not asked: it is for what closes here. The audit trail tells that they were imported, and the index
    learns of them in the same transaction.
    """
    rows = [_columns(db, adoption.values, now) for adoption in adoptions]
    if not rows:
        return {}
    db.execute(insert(Incident.__table__), rows)  # type: ignore[arg-type]
    wanted = select(Incident.external_id, Incident.id).where(
        Incident.external_id.in_([row["external_id"] for row in rows])
    )
    ids: dict[str, int] = {str(external_id): incident_id for external_id, incident_id in db.execute(wanted)}
    numbered = [
        (ids[row["external_id"]], row, adoption) for row, adoption in zip(rows, adoptions, strict=True)
    ]
    _insert(
        db,
        Entry,
        [{**said, "incident_id": one} for one, _, adoption in numbered for said in adoption.entries],
    )
    _insert(
        db,
        AssignmentSpan,
        [_span(one, row) for one, row, _ in numbered if row["group_id"] or row["assignee_id"]],
    )
    _insert(db, AuditEntry, [_trail(one, row, now) for one, row, _ in numbered])
    items = [
        {"incident_id": one, "item_id": item} for one, _, adoption in numbered for item in adoption.item_ids
    ]
    if items:
        db.execute(insert(incident_item), items)
    embeddings.sync(db, CORPORA["incident"], list(ids.values()))
    return ids


def people_written_about(
    db: Session, names: Mapping[str, str], *, now: datetime, timezone: str
) -> dict[str, int]:
    """Add people who cannot sign in, so that incidents can name them. names: by mail address. Returns their ids."""
    if not names:
        return {}
    usual = {"role": "requester", "active": False, "timezone": timezone, "created_at": now, **UNKNOWN}
    _insert(db, Person, [{"name": name, "email": email, **usual} for email, name in names.items()])
    wanted = select(Person.email, Person.id).where(Person.email.in_(names))
    ids = {str(email): int(person_id) for email, person_id in db.execute(wanted)}
    told = {"at": now, "person_id": None, "version": None, "subject": "person", "action": "person added"}
    changes = ({"name": [None, names[email]], "email": [None, email]} for email in ids)
    _insert(
        db,
        AuditEntry,
        [
            {**told, "subject_id": one, "changes": said}
            for one, said in zip(ids.values(), changes, strict=True)
        ],
    )
    return ids


def renew(
    db: Session,
    incident: Incident,
    changes: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    *,
    actor: Person | None,
    now: datetime,
) -> Incident:
    """Take over what another desk has changed since. The gate is not asked: it is for what closes here."""
    stamp(incident, actor, now, counts=True)  # first: what loads rows below flushes under the new version
    if {"group_id", "assignee_id"} & changes.keys():
        group_id, person_id = (
            changes.get(name, getattr(incident, name)) for name in ("group_id", "assignee_id")
        )
        group = db.get(Group, group_id) if group_id else None
        person = db.get(Person, person_id) if person_id else None
        assignment.hand_over(incident, group, person, by=actor, now=now)
    for name, value in changes.items():
        setattr(incident, name, value)
    incident.phase = ways.of(db, incident).states[incident.state].phase
    incident.entries.extend(Entry(**said) for said in entries)
    return incident


def _columns(db: Session, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    phase = ways.load(db, values["process"], values["process_version"]).states[values["state"]].phase
    return {**UNSAID, "recorded_at": now, **values, "phase": phase, "updated_at": now}


def _span(incident_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return who has had the incident: since when is not known better than since its record."""
    ended = row["phase"] in ("resolved", "closed")
    until = (row["closed_at"] or row["resolved_at"] or row["recorded_at"]) if ended else None
    since = min(row["recorded_at"], until) if until else row["recorded_at"]
    had = {"group_id": row["group_id"], "person_id": row["assignee_id"], "by_id": None}
    return {"incident_id": incident_id, "since": since, "until": until, **had}


def _trail(incident_id: int, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    changes = {name: [None, row[name]] for name in ("external_id", "source", "state")}
    about = {"at": now, "person_id": None, "subject": "incident", "subject_id": incident_id}
    return {**about, "version": row["version"], "action": "incident added", "changes": changes}


def _insert(db: Session, kind: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.execute(insert(kind.__table__), list(rows))
