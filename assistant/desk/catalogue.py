"""The services as administrators keep them: what is offered to whom, who answers for it, what its form asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from assistant.desk import edition, question_rows, routing, ways
from assistant.desk.asset import AUDIENCES, ConfigurationItem, Service
from assistant.desk.assignment import Route
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.listing import Listed, Wanted, by_name, fitting
from assistant.desk.people import Group, Person
from assistant.desk.permissions import readable_incidents
from assistant.desk.question_rows import Question
from kb.store import acting
from kb.viewer import Viewer

EDITABLE = ("name", "description", "process", "owner_id", "audience", "departments", "checklist")
ASKED = ("questions",)
LONGEST = {"name": 100, "description": 2000, "checklist": 5000}


def everything(db: Session) -> list[Service]:
    """Return all services by name, those that are offered first."""
    query = select(Service).options(joinedload(Service.owner))
    return list(db.scalars(query.order_by(Service.active.desc(), Service.name)))


def page(db: Session, wanted: Wanted, after: int | None = None) -> Listed[Service]:
    """Return one page of the services that fit, by name. group_id: whose incidents go to that group."""
    query = fitting(select(Service).options(joinedload(Service.owner)), Service, wanted)
    if wanted.group_id is not None:
        routed = (Route.group_id == wanted.group_id, Route.category_id.is_(None))
        query = query.where(Service.id.in_(select(Route.service_id).where(*routed)))
    return by_name(db, query, Service, after)


def sizes(db: Session) -> dict[int | None, int]:
    """Return how many configuration items each service has, by its id."""
    kept = select(ConfigurationItem.service_id, func.count()).where(ConfigurationItem.active)
    return {row[0]: row[1] for row in db.execute(kept.group_by(ConfigurationItem.service_id))}


def add(
    db: Session, values: Mapping[str, Any], group: Group | None, *, actor: Person | None, now: datetime
) -> Service:
    """Add a service whose incidents go to a group. values: all of EDITABLE. Raises Refused with findings."""
    values = _tidy(values)
    _check(db, values)
    acting(db, actor=actor, now=now)
    service = Service(**values)
    db.add(service)
    db.flush()
    routing.send(db, service, group, actor=actor, now=now)
    return service


def change(
    db: Session,
    service: Service,
    values: Mapping[str, Any],
    group: Group | None,
    *,
    seen: str,
    actor: Person,
    now: datetime,
) -> Service:
    """Change a service; what runs already stays in its process and with its group.

    values: all of EDITABLE. Raises EditConflict, Refused with findings.
    """
    values = _tidy(values)
    edition.hold(db, service, values, seen)
    _check(db, values, service)
    edition.change(db, service, values, actor=actor, now=now)
    routing.send(db, service, group, actor=actor, now=now)
    return service


def ask(
    db: Session, service: Service, asked: Sequence[Question], *, seen: str, actor: Person, now: datetime
) -> Service:
    """Let the service's form ask these questions. Raises EditConflict, Refused with findings."""
    edition.hold(db, service, {"questions": list(asked)}, seen)
    edition.change(db, service, {"questions": question_rows.checked(asked)}, actor=actor, now=now)
    return service


def retire(db: Session, service: Service, *, actor: Person, now: datetime) -> None:
    """Offer a service no longer; its incidents and articles keep it."""
    edition.change(db, service, {"active": False}, actor=actor, now=now)


def revive(db: Session, service: Service, *, actor: Person, now: datetime) -> None:
    """Offer a service again."""
    edition.change(db, service, {"active": True}, actor=actor, now=now)


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    steps = "\n".join(line.strip() for line in values["checklist"].splitlines() if line.strip())
    offered = values["departments"] if values["audience"] == "departments" else []
    return {**values, "name": values["name"].strip(), "checklist": steps, "departments": offered}


def _check(db: Session, values: Mapping[str, Any], service: Service | None = None) -> None:
    same = db.scalar(select(Service).where(func.lower(Service.name) == values["name"].lower()))
    findings = []
    if not values["name"]:
        findings.append(Finding("name", "The name is missing.", "Write what people call this service."))
    if same is not None and same is not service:
        findings.append(Finding("name", f"There is a service “{same.name}” already.", "Choose another name."))
    if values["process"] not in ways.names(db):
        findings.append(Finding("process", "There is no such process.", "Choose one of the list."))
    if values["audience"] not in AUDIENCES:
        findings.append(Finding("audience", "Nothing is chosen here.", "Choose to whom it is offered."))
    if values["audience"] == "departments" and not values["departments"]:
        findings.append(Finding("departments", "No department is named.", "Write at least one, one a line."))
    findings += [
        Finding(key, f"This is longer than {longest:,} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(values[key]) > longest
    ]
    if findings:
        raise Refused(findings)


def incidents_by_category(db: Session, viewer: Viewer) -> dict[int, int]:
    """Return how many incidents that the viewer may read each category has, by its id, from indexes alone."""
    counted = select(Incident.category_id, func.count()).where(Incident.category_id.is_not(None))
    hidden = counted.where(Incident.restricted_to_id.is_not(None), ~readable_incidents(viewer))
    unread = {key: count for key, count in db.execute(hidden.group_by(Incident.category_id))}  # noqa: C416  rows
    everything = db.execute(counted.group_by(Incident.category_id))
    return {int(key or 0): count - unread.get(key, 0) for key, count in everything}
