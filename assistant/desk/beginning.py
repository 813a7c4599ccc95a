"""A new desk, step by step: its first administrator, its name, its groups, its process, its services, its people."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import brand, catalogue, directory, edition, groups, invitation, people, site, ways
from assistant.desk.asset import Service
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import ROLES, Group, Person

GROUPS = {  # proposed: name -> what it looks after
    "Service Desk": "Answers first, and knows who can help",
    "Workplace": "Computers, phones, printers",
    "Network": "Lines, Wi-Fi, remote access",
    "Servers and Cloud": "Servers, storage, backup, mail",
    "Applications": "What the business works with",
}
SERVICES = {  # proposed: name -> one sentence for the portal
    "E-mail and calendar": "Mailboxes, shared mailboxes, calendars and rooms.",
    "Sign-in and accounts": "Passwords, second factor, rights.",
    "Computers and devices": "Laptops, screens, phones and what is on them.",
    "Network and Wi-Fi": "Being connected in the building.",
    "Remote access": "Working from home or on the road.",
    "Printing and scanning": "Printers, labels, scanning to mail.",
    "Files and folders": "Shared drives, restoring what was deleted.",
    "Telephony and meetings": "Calls, headsets, meeting rooms.",
    "Business applications": "Orders, accounts, stock, planning.",
}
MOST = 200  # people in one go


def first_administrator(
    db: Session, name: str, email: str, password: str, *, timezone: str, now: datetime
) -> Person:
    """Add the first administrator. Raises Refused with findings, and when there is one who can sign in."""
    if directory.can_be_administered(db):
        raise Refused(
            [Finding("", "This desk has its administrator.", "Sign in, or ask them to invite you.")]
        )
    return people.add(db, name, email, role="administrator", password=password, timezone=timezone, now=now)


def name_desk(db: Session, name: str, timezone: str, *, actor: Person, now: datetime) -> None:
    """Set what the desk is called and the time zone of new people, the administrator's own too."""
    if timezone not in people.timezones():
        raise Refused([Finding("timezone", f"“{timezone}” is not a time zone.", "Choose one of the list.")])
    accent = site.of(db, "brand")["accent"]
    brand.rename(db, name, accent, seen=site.version(db, "brand"), actor=actor, now=now)
    _settle(db, {"timezone": timezone}, actor=actor, now=now)
    edition.change(db, actor, {"timezone": timezone}, actor=actor, now=now)


def choose_process(db: Session, name: str, *, actor: Person, now: datetime) -> None:
    """Let every service work in one way from now on, those that are added later too."""
    if name not in ways.names(db):
        raise Refused([Finding("process", "Nothing is chosen here.", "Choose one of the answers.")])
    _settle(db, {"process": name}, actor=actor, now=now)
    for service in catalogue.everything(db):
        edition.change(db, service, {"process": name}, actor=actor, now=now)


def add_groups(db: Session, names: Iterable[str], *, actor: Person, now: datetime) -> int:
    """Add the groups that are not there yet, the administrator in each; return how many were added."""
    known = set(db.scalars(select(func.lower(Group.name))))
    wanted = _new(names, known)
    for name in wanted:
        values = {"name": name, "description": GROUPS.get(name, ""), "restricted": False}
        groups.join(db, groups.add(db, values, actor=actor, now=now), actor, actor=actor, now=now)
    return len(wanted)


def add_services(
    db: Session, names: Iterable[str], group: Group | None, *, actor: Person, now: datetime
) -> int:
    """Add the services that are not there yet; their incidents go to the group. Return how many were added."""
    known = set(db.scalars(select(func.lower(Service.name))))
    usual = {"process": site.of(db, "desk")["process"], "owner_id": None, "audience": "everybody"}
    wanted = _new(names, known)
    for name in wanted:
        values = {"name": name, "description": SERVICES.get(name, ""), "departments": [], "checklist": ""}
        catalogue.add(db, {**values, **usual}, group, actor=actor, now=now)
    return len(wanted)


def add_people(
    db: Session, lines: str, *, timezone: str, actor: Person, now: datetime
) -> list[tuple[Person, str]]:
    """Add people, one a line as “name, mail address, role”, and invite them; return each with the token of the link.

    The role may be left out: then they are requesters. Raises Refused with what is wrong, by line; nobody is added
    then.
    """
    rows = [(at, line) for at, line in enumerate(lines.splitlines(), 1) if line.strip()]
    findings = [] if rows else [Finding("people", "Nobody is named.", "Write one person a line.")]
    if len(rows) > MOST:
        findings.append(Finding("people", f"These are {len(rows)} people.", f"Add at most {MOST} in one go."))
    added: list[Person] = []
    for at, line in rows[:MOST]:
        try:
            values = {**_read(line), "timezone": timezone}
            added.append(directory.add(db, values, (), actor=actor, now=now))
        except Refused as refused:
            said = (f"Line {at}: {one.message}" for one in refused.findings)
            findings += [
                Finding("people", message, one.cure)
                for message, one in zip(said, refused.findings, strict=True)
            ]
    if findings:
        raise Refused(findings)
    return [(person, invitation.invite(db, person, actor=actor, now=now)) for person in added]


def _read(line: str) -> dict[str, str]:
    name, email, role, *_ = [*(part.strip() for part in re.split(r"[,;\t]", line)), "", ""]
    named = {label.lower(): key for key, label in ROLES.items()}
    wanted = role.lower() or "requester"
    return {"name": name, "email": email, "role": named.get(wanted, wanted)}


def _new(names: Iterable[str], known: set[str]) -> list[str]:
    """Return the names that are not known, each once whatever its capitals."""
    wanted: dict[str, str] = {}
    for name in filter(None, map(str.strip, names)):
        wanted.setdefault(name.lower(), name)
    return [name for key, name in wanted.items() if key not in known]


def _settle(db: Session, values: dict[str, str], *, actor: Person, now: datetime) -> None:
    kept = site.of(db, "desk")
    site.put(db, "desk", {**kept, **values}, seen=site.version(db, "desk"), actor=actor, now=now)
