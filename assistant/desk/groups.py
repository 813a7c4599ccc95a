"""Assignment groups as administrators keep them: who is in which, what only they read, when one is needed no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import edition
from assistant.desk.assignment import Route
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.listing import Listed, Wanted, by_name, fitting
from assistant.desk.people import Group, Person, membership
from assistant.desk.worklist import OPEN
from kb.store import acting

EDITABLE = ("name", "description", "restricted")
LONGEST = {"name": 100, "description": 500}


def everyone(db: Session, *, active: bool = False) -> list[Group]:
    """Return the groups by name. active: only those that incidents can still go to."""
    query = select(Group).where(Group.active) if active else select(Group)
    return list(db.scalars(query.order_by(Group.name)))


def page(db: Session, wanted: Wanted, after: int | None = None) -> Listed[Group]:
    """Return one page of the groups that fit, by name."""
    return by_name(db, fitting(select(Group), Group, wanted), Group, after)


def sizes(db: Session) -> dict[int, int]:
    """Return how many people each group has, by its id."""
    counted = (
        select(membership.c.group_id, func.count())
        .join(Person, Person.id == membership.c.person_id)
        .where(Person.active)
    )
    return {row[0]: row[1] for row in db.execute(counted.group_by(membership.c.group_id))}


def add(db: Session, values: Mapping[str, Any], *, actor: Person | None, now: datetime) -> Group:
    """Add a group. Raises Refused with findings."""
    values = {**values, "name": values["name"].strip()}
    _check(db, values)
    acting(db, actor=actor, now=now)
    group = Group(**values)
    db.add(group)
    db.flush()
    return group


def change(
    db: Session,
    group: Group,
    values: Mapping[str, Any],
    *,
    seen: str,
    sure: bool = False,
    actor: Person,
    now: datetime,
) -> Group:
    """Change a group. values: all of EDITABLE. sure: the question about removing the restriction was answered.

    Raises EditConflict, Refused with findings.
    """
    values = {**values, "name": values["name"].strip()}
    edition.hold(db, group, values, seen)
    _check(db, values, group)
    if group.restricted and not values["restricted"] and not sure:
        raise Refused([Finding("sure", _opening(db, group), "Tick the box below and save again.")])
    edition.change(db, group, values, actor=actor, now=now)
    return group


def join(db: Session, group: Group, person: Person, *, actor: Person | None, now: datetime) -> None:
    """Put a person into a group; who is in it already stays in it."""
    acting(db, actor=actor, now=now)
    if person not in group.people and group not in person.groups:
        group.people.append(person)
        db.flush()


def leave(db: Session, group: Group, person: Person, *, actor: Person | None, now: datetime) -> None:
    """Take a person out of a group; what is assigned to them stays assigned."""
    acting(db, actor=actor, now=now)
    if person in group.people and group in person.groups:
        group.people.remove(person)
        db.flush()


def retire(db: Session, group: Group, *, actor: Person, now: datetime) -> None:
    """Offer a group no longer. Raises Refused while something still goes to it."""
    open_ones = db.scalar(select(func.count(Incident.id)).where(Incident.group_id == group.id, OPEN)) or 0
    routes = db.scalar(select(func.count(Route.id)).where(Route.group_id == group.id)) or 0
    findings = []
    if open_ones:
        message = f"{_count(open_ones, 'open incident')} still with this group."
        findings.append(Finding("", message, "Give them to another group first."))
    if routes:
        message = f"{_count(routes, 'route')} still leading here."
        findings.append(Finding("", message, "Let them lead to another group first."))
    if findings:
        raise Refused(findings)
    edition.change(db, group, {"active": False}, actor=actor, now=now)


def revive(db: Session, group: Group, *, actor: Person, now: datetime) -> None:
    """Offer a group again."""
    edition.change(db, group, {"active": True}, actor=actor, now=now)


def _check(db: Session, values: Mapping[str, Any], group: Group | None = None) -> None:
    same = db.scalar(select(Group).where(func.lower(Group.name) == values["name"].lower()))
    findings = []
    if not values["name"]:
        findings.append(Finding("name", "The name is missing.", "Write what people call this group."))
    if same is not None and same is not group:
        message = f"There is a group “{same.name}” already."
        findings.append(Finding("name", message, "Choose another name, or use that group."))
    findings += [
        Finding(key, f"This is longer than {longest} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(values[key]) > longest
    ]
    if findings:
        raise Refused(findings)


def _opening(db: Session, group: Group) -> str:
    kept = db.scalar(select(func.count(Incident.id)).where(Incident.restricted_to_id == group.id)) or 0
    stay = f"{_count(kept, 'incident')} kept to its members; that stays so. " if kept else ""
    return f"{stay}From now on, everybody who works on incidents reads what this group is given."


def _count(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number:,} {what}s are"
