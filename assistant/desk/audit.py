"""The audit trail: every change with who, when and what, written by the flush that makes it, never altered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, event, insert, inspect, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, sessionmaker

from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.assignment import Route
from assistant.desk.attachment import Attachment
from assistant.desk.checklist import Step
from assistant.desk.classification import Category
from assistant.desk.incident import Entry, Incident, Relation, Watcher
from assistant.desk.link import Link
from assistant.desk.notice import Affected, Notice
from assistant.desk.people import Group, Person
from assistant.desk.site import Setting
from assistant.desk.ways import ProcessVersion
from kb.article import Article, Flag, Version
from kb.store import Base, UtcDateTime
from kb.tuning import Tuning


class AuditEntry(Base):
    """One change. changes: {field: [before, after]}. Triggers of the migration refuse to alter them."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id", "id"),
        Index("ix_audit_entry_person", "person_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    version: Mapped[int | None]  # of the subject after the change, where it counts versions
    action: Mapped[str] = mapped_column(String(40))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)

    person: Mapped[Person | None] = relationship()


@dataclass(frozen=True)
class Trail:
    """How the changes of one kind of row are told: about which subject, by whom, when.

    Empty who and when: the verb says it with `kb.store.acting`. lists: relationships whose members are told too, as
    the names that went and the names that came.
    """

    subject: str
    subject_id: str
    who: str = ""
    when: str = ""
    hide: frozenset[str] = frozenset()
    lists: tuple[str, ...] = ()


STAMPS = frozenset({"updated_at", "updated_by_id"})
TRAILS: dict[type[Base], Trail] = {
    Incident: Trail("incident", "id", "updated_by_id", "updated_at", STAMPS),
    Entry: Trail("incident", "incident_id", "author_id", "at", frozenset({"text"})),
    Watcher: Trail("incident", "incident_id", "by_id", "at"),
    Relation: Trail("incident", "incident_id", "person_id", "at"),
    Attachment: Trail("incident", "incident_id", "person_id", "at", frozenset({"sha256"})),
    Link: Trail("incident", "incident_id", "person_id", "at"),
    Step: Trail("incident", "incident_id", "person_id", "at"),
    Notice: Trail("incident", "incident_id", "updated_by_id", "updated_at", STAMPS),
    Affected: Trail("incident", "incident_id", "person_id", "at", frozenset({"words"})),
    Article: Trail("article", "id", "updated_by_id", "updated_at", STAMPS),
    Version: Trail(
        "article", "article_id", "author_id", "at", frozenset({"issue", "environment", "cause", "resolution"})
    ),
    Flag: Trail("article", "article_id", "person_id", "at"),
    Person: Trail("person", "id", hide=frozenset({"password_hash"}), lists=("groups",)),
    Group: Trail("group", "id", lists=("people",)),
    Service: Trail("service", "id"),
    ConfigurationItem: Trail("configuration item", "id", lists=("needs", "needed_by")),
    Route: Trail("route", "id"),
    Category: Trail("category", "id"),
    Setting: Trail("setting", "number", "updated_by_id", "updated_at", STAMPS),
    ProcessVersion: Trail("process version", "id", "author_id", "at", frozenset({"text"})),
    Tuning: Trail("tuning", "id", hide=frozenset({"numbers"})),
}


def listen(sessions: sessionmaker[Session]) -> None:
    """Write an audit entry for every audited row that a flush of these sessions adds or changes."""
    event.listen(sessions, "after_flush", _after_flush)


def record(
    db: Session,
    subject: str,
    subject_id: int,
    action: str,
    *,
    actor: Person | None,
    now: datetime,
    **changes: Any,
) -> None:
    """Write down something that no changed row tells by itself, such as the removal of one."""
    person_id = actor.id if actor else None
    told = {name: _plain(value) for name, value in changes.items()}
    db.add(
        AuditEntry(
            at=now, person_id=person_id, subject=subject, subject_id=subject_id, action=action, changes=told
        )
    )


def of(db: Session, subject: str, subject_id: int) -> list[AuditEntry]:
    """Return the trail of one subject, oldest first."""
    mine = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
    return list(db.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.id)))


def newest(db: Session, subject: str, subject_id: int, *, most: int = 10) -> list[AuditEntry]:
    """Return the newest entries of one subject's trail, newest first."""
    mine = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
    query = select(AuditEntry).where(*mine).options(joinedload(AuditEntry.person))
    return list(db.scalars(query.order_by(AuditEntry.id.desc()).limit(most)))


def changed_since(db: Session, subject: str, subject_id: int, version: int) -> set[str]:
    """Return the fields that others changed after the given version of a subject."""
    mine = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id, AuditEntry.version > version)
    return {name for changes in db.scalars(select(AuditEntry.changes).where(*mine)) for name in changes}


def _after_flush(db: Session, context: object) -> None:
    person_id, now = db.info.get("acting", (None, None))
    entries = [*_entries(db.new, "added"), *_entries(db.dirty, "changed")]
    for entry in entries:
        entry["person_id"], entry["at"] = entry["person_id"] or person_id, entry["at"] or now
    if entries:
        db.connection().execute(insert(AuditEntry), entries)


def _entries(rows: Any, action: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        trail = TRAILS.get(type(row))
        if trail is None:
            continue
        changes = dict(_changes(row, trail, new=action == "added"))
        if changes:
            yield {
                "at": getattr(row, trail.when) if trail.when else None,
                "person_id": getattr(row, trail.who) if trail.who else None,
                "subject": trail.subject,
                "subject_id": getattr(row, trail.subject_id),
                "version": getattr(row, "version", None),
                "action": f"{row.__tablename__} {action}",
                "changes": changes,
            }


def _changes(row: Base, trail: Trail, *, new: bool) -> Iterator[tuple[str, list[Any]]]:
    state = inspect(row)
    for column in state.mapper.column_attrs:
        if column.key in trail.hide:
            continue
        history = state.attrs[column.key].history
        if new and history.added and history.added[0] not in (None, ""):
            yield column.key, [None, _plain(history.added[0])]
        elif not new and history.has_changes():
            before = _plain(history.deleted[0]) if history.deleted else None
            after = _plain(history.added[0]) if history.added else None
            if before != after:
                yield column.key, [before, after]
    for name in trail.lists:
        members = state.attrs[name].history
        if members.added or members.deleted:
            yield name, [_names(members.deleted), _names(members.added)]


def _names(rows: Any) -> str:
    return ", ".join(sorted(row.name for row in rows))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
