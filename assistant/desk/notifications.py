"""What somebody should know: kept in their own list until they read it. Other ways to reach them come on top of it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, rows_changed

SHOWN = 100  # newest ones in the list


class Notification(Base):
    """One sentence for one person. path: where it leads, within this desk."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_unread", "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(500))
    path: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def tell(
    db: Session, people: Iterable[Person | None], text: str, path: str, *, actor: Person | None, now: datetime
) -> None:
    """Tell people something; nobody is told what they did themselves, nor the same thing twice while it is unread."""
    told = {person.id for person in people if person is not None and person.active}
    told -= {actor.id} if actor else set()
    unread = (Notification.person_id.in_(told), Notification.read_at.is_(None))
    known = set(db.scalars(select(Notification.person_id).where(*unread, Notification.text == text[:500])))
    db.add_all(
        Notification(person_id=person_id, text=text[:500], path=path[:300], at=now)
        for person_id in sorted(told - known)
    )
    db.flush()


def of(db: Session, person: Person) -> list[Notification]:
    """Return what a person was told, newest first."""
    mine = select(Notification).where(Notification.person_id == person.id)
    return list(db.scalars(mine.order_by(Notification.id.desc()).limit(SHOWN)))


def unread(db: Session, person: Person) -> int:
    """Return how much a person has not read yet."""
    mine = (Notification.person_id == person.id, Notification.read_at.is_(None))
    return db.scalar(select(func.count()).select_from(Notification).where(*mine)) or 0


def read_before(db: Session, moment: datetime) -> int:
    """Mark as read, when it came, what is older than that; return how much that was."""
    old = (Notification.at < moment, Notification.read_at.is_(None))
    return rows_changed(db, update(Notification).where(*old).values(read_at=Notification.at))


def read_all(db: Session, person: Person, *, now: datetime) -> int:
    """Mark everything as read and return how much that was."""
    mine = (Notification.person_id == person.id, Notification.read_at.is_(None))
    return rows_changed(db, update(Notification).where(*mine).values(read_at=now))
