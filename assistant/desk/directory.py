"""The directory as administrators keep it: who is in it, what they may do, whether they may come in at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from assistant.desk import audit, edition, groups, lifecycle, people, signin
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.listing import Listed, by_name
from assistant.desk.people import Group, Person, membership
from assistant.desk.permissions import readable_incidents
from assistant.desk.worklist import OPEN
from kb.store import acting
from kb.viewer import Viewer

MOST = 200  # open incidents that are listed and handed over at once
LAST = Finding(
    "role",
    "This is the last administrator who can sign in.",
    "Make somebody else an administrator first, and let them sign in once.",
)


@dataclass(frozen=True)
class Wanted:
    """Who is looked for. text: a part of the name, or how the mail address begins. state: in, out, or empty for all."""

    text: str = ""
    role: str = ""
    state: str = ""
    group_id: int | None = None


def page(db: Session, wanted: Wanted, after: int | None = None) -> Listed[Person]:
    """Return one page of the people who fit, by name."""
    query = select(Person).options(selectinload(Person.groups))
    if wanted.text:
        name = Person.name.icontains(wanted.text, autoescape=True)
        query = query.where(or_(name, Person.email.startswith(wanted.text.lower(), autoescape=True)))
    if wanted.role:
        query = query.where(Person.role == wanted.role)
    if wanted.state:
        query = query.where(Person.active == (wanted.state == "in"))
    if wanted.group_id is not None:
        members = select(membership.c.person_id).where(membership.c.group_id == wanted.group_id)
        query = query.where(Person.id.in_(members))
    return by_name(db, query, Person, after)


def add(
    db: Session, values: Mapping[str, Any], wanted: Sequence[Group], *, actor: Person | None, now: datetime
) -> Person:
    """Add a person who has no password yet. wanted: the groups they are in. Raises Refused with findings."""
    acting(db, actor=actor, now=now)
    given = dict(values)
    name, email = given.pop("name"), given.pop("email")
    person = people.add(db, name, email, now=now, **given)
    _put(db, person, wanted, actor=actor, now=now)
    return person


def change(
    db: Session,
    person: Person,
    values: Mapping[str, Any],
    wanted: Sequence[Group],
    *,
    seen: str,
    actor: Person,
    now: datetime,
) -> Person:
    """Change a person. Raises EditConflict, Refused with findings.

    values: all of `people.EDITABLE`; wanted: the groups they are in from now on.
    """
    values = {**values, "name": values["name"].strip(), "email": values["email"].strip().lower()}
    edition.hold(db, person, values, seen)
    findings = people.findings_in(db, values, person)
    if values["role"] != "administrator" and is_last_administrator(db, person):
        findings.append(LAST)
    if findings:
        raise Refused(findings)
    edition.change(db, person, values, actor=actor, now=now)
    _put(db, person, wanted, actor=actor, now=now)
    return person


def deactivate(db: Session, person: Person, *, actor: Person, now: datetime) -> None:
    """Let somebody in no longer; what they did stays theirs. Raises Refused for oneself and the last administrator."""
    if person is actor:
        raise Refused([Finding("", "You cannot deactivate yourself.", "Ask another administrator.")])
    if is_last_administrator(db, person):
        raise Refused([Finding("", LAST.message, LAST.cure)])
    signin.end_all(db, person)
    edition.change(db, person, {"active": False}, actor=actor, now=now)


def reactivate(db: Session, person: Person, *, actor: Person, now: datetime) -> None:
    """Let somebody in again, with the password they had."""
    edition.change(db, person, {"active": True}, actor=actor, now=now)


def sign_out(db: Session, person: Person, *, actor: Person, now: datetime) -> None:
    """Sign a person out in every browser."""
    signin.end_all(db, person)
    audit.record(db, "person", person.id, "signed out everywhere", actor=actor, now=now)


def is_last_administrator(db: Session, person: Person) -> bool:
    """Say whether nobody else could administer the desk; holds the administrators' rows until the commit."""
    able = (Person.role == "administrator", Person.active, Person.password_hash.is_not(None))
    return set(db.scalars(select(Person).where(*able).with_for_update())) == {person}


def can_be_administered(db: Session) -> bool:
    """Say whether there is an administrator who can sign in."""
    able = (Person.role == "administrator", Person.active, Person.password_hash.is_not(None))
    return db.scalar(select(Person.id).where(*able).limit(1)) is not None


def open_incidents(db: Session, viewer: Viewer, person: Person) -> list[Incident]:
    """Return what a person still works on, as far as the viewer may read it, most urgent first."""
    theirs = select(Incident).where(Incident.assignee_id == person.id, OPEN, readable_incidents(viewer))
    return list(db.scalars(theirs.order_by(Incident.priority, Incident.id).limit(MOST)))


def hand_over(
    db: Session, viewer: Viewer, person: Person, to: Person | None, *, actor: Person, now: datetime
) -> int:
    """Give what a person still works on to somebody else, or to nobody of its group; return how much that was."""
    theirs = open_incidents(db, viewer, person)
    for incident in theirs:
        lifecycle.assign(db, incident, incident.group, to, actor=actor, now=now)
    return len(theirs)


def departments(db: Session) -> list[str]:
    """Return the departments that people are in."""
    used = select(Person.department).where(Person.department != "").distinct()
    return list(db.scalars(used.order_by(Person.department)))


def _put(
    db: Session, person: Person, wanted: Sequence[Group], *, actor: Person | None, now: datetime
) -> None:
    for group in set(wanted) - set(person.groups):
        groups.join(db, group, person, actor=actor, now=now)
    for group in set(person.groups) - set(wanted):
        groups.leave(db, group, person, actor=actor, now=now)
