"""Incidents and incidents: duplicate of, child of, related to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import audit
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import RELATIONS, Incident, Relation
from assistant.desk.people import Person
from assistant.desk.record import stamp
from kb.passages import id_numbered
from kb.store import lock


def by_number(db: Session, number: str) -> Incident | None:
    """Return the incident with this number; INC-000042, inc42 and 42 all mean the same."""
    meant = id_numbered("incident", number)
    return db.get(Incident, meant) if meant is not None else None


def relate(
    db: Session, incident: Incident, other: Incident, kind: str, *, actor: Person | None, now: datetime
) -> Relation:
    """Say how two incidents belong together. Raises Refused for itself, unknown kinds and circles of parents."""
    if kind not in RELATIONS:
        raise Refused(
            [
                Finding(
                    "kind", f"“{kind}” is not a relation.", f"Choose one of: {', '.join(RELATIONS.values())}."
                )
            ]
        )
    lock(db, incident)
    if kind != "related_to" and incident.id in _above(db, other, kind):
        message = f"{other.number} already hangs below {incident.number}."
        raise Refused([Finding("other", message, "Choose another incident, or turn the relation round.")])
    if incident.id == other.id:
        raise Refused([Finding("other", "An incident cannot be related to itself.", "Give another number.")])
    for relation in incident.relations:
        if relation.other_id == other.id:
            relation.kind = kind
            break
    else:
        relation = Relation(other=other, kind=kind, person_id=actor.id if actor else None, at=now)
        incident.relations.append(relation)
    stamp(incident, actor, now)
    db.flush()
    return relation


def unrelate(db: Session, relation: Relation, *, actor: Person, now: datetime) -> None:
    """Take a relation back; the audit trail keeps that it was there."""
    incident, other, kind = relation.incident, relation.other, relation.kind
    audit.record(
        db,
        "incident",
        incident.id,
        "relation removed",
        actor=actor,
        now=now,
        kind=[kind, None],
        other_id=[other.id, None],
    )
    incident.relations.remove(relation)
    stamp(incident, actor, now)
    db.flush()


def _above(db: Session, incident: Incident, kind: str) -> set[int]:
    """Return the incident and everything that it is, directly or not, of this kind of."""
    seen: set[int] = set()
    front = {incident.id}
    while front:
        seen |= front
        up = select(Relation.other_id).where(Relation.incident_id.in_(front), Relation.kind == kind)
        front = set(db.scalars(up)) - seen
    return seen
