"""Being signed in: one row for each browser, found by a token that only the browser holds."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, rows_changed

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)  # how exactly the last use is known; finer would write on every click


class SignIn(Base):
    """A browser that is signed in. Deleting the row ends it at once."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    address: Mapped[str] = mapped_column(String(60), default="")
    browser: Mapped[str] = mapped_column(String(300), default="")

    person: Mapped[Person] = relationship()

    def valid(self, now: datetime) -> bool:
        """Whether it still counts: neither idle for too long nor too old, and the person is active."""
        return self.person.active and now - self.seen_at < IDLE and now - self.started_at < LONGEST


def start(db: Session, person: Person, *, now: datetime, address: str = "", browser: str = "") -> str:
    """Sign a person in and return the token (256 random bits); only its hash is kept."""
    token = secrets.token_urlsafe(32)
    db.add(
        SignIn(
            token_hash=_hash(token),
            person=person,
            started_at=now,
            seen_at=now,
            address=address[:60],
            browser=browser[:300],
        )
    )
    db.flush()
    return token


def find(db: Session, token: str, *, now: datetime) -> SignIn | None:
    """Return the valid sign-in that belongs to a token."""
    row = db.get(SignIn, _hash(token))
    return row if row is not None and row.valid(now) else None


def due(row: SignIn, *, now: datetime) -> bool:
    """Whether the last use should be written down again."""
    return now - row.seen_at >= SEEN_EVERY


def end(db: Session, token: str) -> None:
    """Sign this browser out."""
    db.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def end_all(db: Session, person: Person) -> None:
    """Sign a person out everywhere."""
    db.execute(delete(SignIn).where(SignIn.person_id == person.id))


def end_others(db: Session, person: Person, token: str) -> int:
    """Sign a person out everywhere but in the browser with this token; return how many browsers that were."""
    others = (SignIn.person_id == person.id, SignIn.token_hash != _hash(token))
    return rows_changed(db, delete(SignIn).where(*others))


def browsers(db: Session, person: Person, *, now: datetime) -> int:
    """Return in how many browsers a person is signed in."""
    valid = (SignIn.seen_at > now - IDLE, SignIn.started_at > now - LONGEST, SignIn.person_id == person.id)
    return db.scalar(select(func.count()).select_from(SignIn).where(*valid)) or 0


def purge(db: Session, *, now: datetime) -> int:
    """Delete the rows that no longer count and return how many there were."""
    old = select(SignIn.token_hash).where((SignIn.seen_at < now - IDLE) | (SignIn.started_at < now - LONGEST))
    return rows_changed(db, delete(SignIn).where(SignIn.token_hash.in_(old)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
