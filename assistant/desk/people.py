"""People and the groups they work in; their passwords."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Boolean, Column, ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.errors import Finding, Refused
from kb.store import Base, UtcDateTime

ROLES = {
    "requester": "Requester",
    "agent": "Agent",
    "coach": "Knowledge coach",
    "manager": "Service manager",
    "administrator": "Administrator",
}
EDITABLE = ("name", "email", "role", "department", "place", "phone", "timezone")
LONGEST = {"name": 200, "email": 320, "department": 100, "place": 100, "phone": 60}
FIELDS = ("name", "email", "role", "timezone", "department", "place", "phone")  # in the order of the forms
SHORTEST_PASSWORD = 12
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_hasher = PasswordHasher()

membership = Table(
    "membership",
    Base.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Group(Base):
    """An assignment group. What a restricted one works on is read by its members only."""

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(String(500), default="")
    restricted: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    people: Mapped[list["Person"]] = relationship(
        secondary=membership, back_populates="groups", order_by="Person.name"
    )


class Person(Base):
    """Somebody the desk knows: with a password they can sign in, without one they are only written about."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="requester")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    department: Mapped[str] = mapped_column(String(100), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    groups: Mapped[list[Group]] = relationship(
        secondary=membership, back_populates="people", order_by=Group.name
    )

    @property
    def works(self) -> bool:
        """Whether this person works on incidents, whatever else they do."""
        return self.role != "requester"


def add(
    db: Session,
    name: str,
    email: str,
    *,
    now: datetime,
    role: str = "requester",
    password: str | None = None,
    **more: object,
) -> Person:
    """Add a person. more: further columns of Person. Raises Refused with what is wrong, field by field."""
    email = email.strip().lower()
    values = {"name": name, "email": email, "role": role, "timezone": more.get("timezone", "UTC")}
    findings = findings_in(db, values)
    if findings:
        raise Refused(findings)
    person = Person(name=name.strip(), email=email, role=role, created_at=now, **more)
    if password is not None:
        set_password(person, password)
    db.add(person)
    db.flush()
    return person


def by_email(db: Session, email: str) -> Person | None:
    """Return the person with this mail address, whatever its capitals."""
    return db.scalar(select(Person).where(Person.email == email.strip().lower()))


def named(db: Session, typed: str, most: int) -> list[Person]:
    """Return those who are here and whose name holds what is typed, or whose mail address begins so, by name."""
    fits = Person.name.icontains(typed, autoescape=True) | Person.email.startswith(
        typed.lower(), autoescape=True
    )
    return list(db.scalars(select(Person).where(Person.active, fits).order_by(Person.name).limit(most)))


def who_work(db: Session) -> list[Person]:
    """Return everybody to whom an incident can be assigned, by name."""
    return list(
        db.scalars(select(Person).where(Person.role != "requester", Person.active).order_by(Person.name))
    )


def groups_of(person: Person) -> list[Group]:
    """Return the groups in use that a person is in."""
    return [group for group in person.groups if group.active]


def set_password(person: Person, password: str) -> None:
    """Keep the argon2id hash of a password. Raises Refused when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        message = f"The password has {len(password)} characters."
        raise Refused(
            [Finding("password", message, f"Use at least {SHORTEST_PASSWORD}; a few words do well.")]
        )
    person.password_hash = _hasher.hash(password)


def password_matches(person: Person | None, password: str) -> bool:
    """Say whether the password is right; an unknown person costs the same time as a known one."""
    known = person.password_hash if person is not None and person.active else None
    try:
        _hasher.verify(known or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


@cache
def timezones() -> set[str]:
    """Return the names of all time zones."""
    return available_timezones()  # walks through the whole time zone database


def findings_in(db: Session, values: Mapping[str, object], person: Person | None = None) -> list[Finding]:
    """Return what is wrong with these columns. person: whose they are, when somebody is changed."""
    email, findings = str(values["email"]), wrong_in(values)
    taken = by_email(db, email)
    if MAIL.fullmatch(email) and taken is not None and taken is not person:
        cure = "Use another address or find that person."
        findings.append(Finding("email", f"{email} is already here.", cure))
    return sorted(findings, key=lambda finding: FIELDS.index(finding.field))


def wrong_in(values: Mapping[str, object]) -> list[Finding]:
    """Return what is wrong with these columns by themselves, whoever is here already."""
    name, email, role, timezone = (str(values[key]) for key in ("name", "email", "role", "timezone"))
    findings = []
    if not name.strip():
        findings.append(Finding("name", "The name is missing.", "Write the person’s full name."))
    if not MAIL.fullmatch(email):
        findings.append(
            Finding("email", f"“{email}” is not a mail address.", "Write it like name@example.com.")
        )
    if role not in ROLES:
        findings.append(Finding("role", f"There is no role “{role}”.", f"Choose one of: {', '.join(ROLES)}."))
    if timezone not in timezones():
        findings.append(
            Finding("timezone", f"“{timezone}” is not a time zone.", "Use a name such as Europe/Lisbon.")
        )
    return findings + [
        Finding(key, f"This is longer than {longest} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(str(values.get(key, ""))) > longest
    ]
