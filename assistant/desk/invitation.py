"""Invitations: a link that lets one person choose their password, once, within three days."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk import audit, people, signin
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, rows_changed

VALID = timedelta(hours=72)
GONE = Finding(
    "",
    "This link does not work.",
    "It may be incomplete, used already, replaced by a newer one, or older than three days. "
    "Ask an administrator of this desk for a new one.",
)


class Invitation(Base):
    """A link that was given out; only the hash of its token is kept. address: that it was made for."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    def valid(self, now: datetime) -> bool:
        """Whether it still lets somebody in: unused, fresh, and for the address that an active person has now."""
        fresh = self.used_at is None and now - self.at < VALID
        return fresh and self.person.active and self.person.email == self.address


def invite(db: Session, person: Person, *, actor: Person | None, now: datetime) -> str:
    """Return the token (256 random bits) of a new invitation; it is known only here, and those before it are void."""
    if not person.active:
        message = f"{person.name} is deactivated."
        raise Refused([Finding("", message, "Reactivate them first; then a link can be made.")])
    db.execute(delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)))
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(token), "address": person.email, "at": now}
    db.add(Invitation(person=person, by_id=actor.id if actor else None, **row))
    audit.record(db, "person", person.id, "invited", actor=actor, now=now)
    db.flush()
    return token


def find(db: Session, token: str, *, now: datetime) -> Invitation | None:
    """Return the valid invitation that belongs to a token."""
    row = db.get(Invitation, _hash(token))
    return row if row is not None and row.valid(now) else None


def waiting(db: Session, person: Person, *, now: datetime) -> Invitation | None:
    """Return the invitation that a person has not used yet."""
    unused = select(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None))
    row = db.scalar(unused.order_by(Invitation.at.desc()).limit(1))
    return row if row is not None and row.valid(now) else None


def accept(db: Session, token: str, password: str, *, now: datetime) -> Person:
    """Give the invited person the password they chose; every browser they were signed in with ends.

    Raises Refused, in the same words whatever is wrong with the link, and at the field for a password that is too
    short: the link stays good then.
    """
    row = find(db, token, now=now)
    if row is None:
        raise Refused([GONE])
    people.set_password(row.person, password)
    mine = (Invitation.token_hash == row.token_hash, Invitation.used_at.is_(None))
    if not rows_changed(db, update(Invitation).where(*mine).values(used_at=now)):
        raise Refused([GONE])
    signin.end_all(db, row.person)
    audit.record(db, "person", row.person_id, "invitation accepted", actor=row.person, now=now)
    db.flush()
    return row.person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
