"""Reading the audit trail: filtered, a page at a time, told in words, and never more than the reader may know."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from assistant.desk import site
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.audit import TRAILS, AuditEntry
from assistant.desk.classification import Category
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.desk.permissions import readable_articles, readable_ids, readable_incidents
from assistant.desk.ways import ProcessVersion
from kb.article import Article
from kb.passages import number_of
from kb.viewer import Viewer

PAGE = 50
SUBJECTS = {trail.subject: trail.subject.capitalize() for trail in TRAILS.values()}
ACTIONS = sorted(
    {f"{row.__tablename__} {verb}" for row in TRAILS for verb in ("added", "changed")}
    | {"relation removed", "audit trail exported"}
)
HIDDEN = "something that you may not read"
NUMBERED = re.compile(r"(INC|KB)-0*(\d+)")
KINDS: dict[str, type[Any]] = {  # field that holds an id -> what has it
    **dict.fromkeys(
        (
            *("person_id", "requester_id", "assignee_id", "owner_id", "author_id", "by_id"),
            *("recorded_by_id", "resolved_by_id", "settled_by_id", "apart_by_id"),
        ),
        Person,
    ),
    **dict.fromkeys(("group_id", "restricted_to_id", "team_id"), Group),
    **dict.fromkeys(("category_id", "closing_category_id", "parent_id"), Category),
    **dict.fromkeys(("other_id", "incident_id", "led_to_id"), Incident),
    "service_id": Service,
    "item_id": ConfigurationItem,
    "article_id": Article,
}
NAMED: dict[str, type[Any]] = {  # subject -> what has its name
    "person": Person,
    "group": Group,
    "service": Service,
    "configuration item": ConfigurationItem,
    "category": Category,
}
GUARDED: dict[str, type[Any]] = {
    "incident": Incident,
    "article": Article,
}  # subjects that not everybody may read
Names = Mapping[tuple[type[Any], int], str]


@dataclass(frozen=True)
class Asked:
    """Which entries are wanted; what is None or empty does not matter. subject_id: together with subject."""

    person_id: int | None = None
    subject: str = ""
    subject_id: int | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return this as conditions on AuditEntry."""
        wanted = {
            AuditEntry.person_id: self.person_id,
            AuditEntry.subject: self.subject or None,
            AuditEntry.subject_id: self.subject_id,
            AuditEntry.action: self.action or None,
        }
        conditions = [column == value for column, value in wanted.items() if value is not None]
        conditions += [AuditEntry.at >= self.since] if self.since else []
        return conditions + ([AuditEntry.at < self.until] if self.until else [])


@dataclass(frozen=True)
class Change:
    """One field: what it is called, and what it said before and after, as people read it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An entry in words. about: such as INC-000042; changes: what may be known of them."""

    id: int
    at: datetime | None
    who: str
    subject: str
    subject_id: int
    about: str
    action: str
    changes: tuple[Change, ...]


def page(
    db: Session, viewer: Viewer, asked: Asked, *, before: int | None = None, most: int = PAGE
) -> tuple[list[Told], int | None]:
    """Return entries that the viewer may read, newest first, and where the next page begins; None at the end.

    before: only entries with a smaller number.
    """
    wanted = select(AuditEntry).where(*asked.conditions(), _readable(viewer))
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    wanted = wanted.options(joinedload(AuditEntry.person)).order_by(AuditEntry.id.desc()).limit(most + 1)
    found = list(db.scalars(wanted))
    shown = found[:most]
    return tell(db, viewer, shown), shown[-1].id if len(found) > most else None


def tell(db: Session, viewer: Viewer, entries: Sequence[AuditEntry]) -> list[Told]:
    """Return entries in words; incidents and articles that the viewer may not read are not named."""
    names = _names(db, viewer, entries)
    return [
        Told(
            entry.id,
            entry.at,
            entry.person.name if entry.person else "",
            entry.subject,
            entry.subject_id,
            _about(entry, names),
            entry.action.replace("_", " ").capitalize(),
            tuple(_changes(entry, names)),
        )
        for entry in entries
    ]


def _readable(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on AuditEntry: what it is about may be read, where not everybody may read it."""
    conditions = {"incident": readable_incidents(viewer), "article": readable_articles(viewer)}
    return and_(
        *(
            or_(
                AuditEntry.subject != subject,
                select(kind.id).where(kind.id == AuditEntry.subject_id, conditions[subject]).exists(),
            )
            for subject, kind in GUARDED.items()
        )
    )


def _names(db: Session, viewer: Viewer, entries: Iterable[AuditEntry]) -> Names:
    """Return what everything is called that these entries name; incidents and articles only as far as readable."""
    wanted: dict[type[Any], set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject in NAMED:
            wanted[NAMED[entry.subject]].add(entry.subject_id)
        if entry.subject == "process version":
            wanted[ProcessVersion].add(entry.subject_id)
        for kind, value in _references(entry):
            wanted[kind].add(value)
    names: dict[tuple[type[Any], int], str] = {}
    for kind, ids in wanted.items():
        if kind in (Incident, Article):
            corpus = kind.__tablename__
            names |= {(kind, one): number_of(corpus, one) for one in readable_ids(db, viewer, kind, ids)}
        else:
            names |= {
                (kind, row.id): _called(row) for row in db.scalars(select(kind).where(kind.id.in_(ids)))
            }
    return names


def _called(row: Any) -> str:
    return f"{row.name}, version {row.number}" if isinstance(row, ProcessVersion) else str(row.name)


def _references(entry: AuditEntry) -> Iterable[tuple[type[Any], int]]:
    for field, values in _pairs(entry):
        for value in values:
            reference = _reference(entry.subject, field, value)
            if reference is not None:
                yield reference


def _reference(subject: str, field: str, value: object) -> tuple[type[Any], int] | None:
    """Return what a value points at: by the name of its field, or because it is a number people quote."""
    kind = GUARDED.get(subject) if field == "merged_into_id" else KINDS.get(field)
    if kind is not None and isinstance(value, int):
        return kind, value
    quoted = NUMBERED.fullmatch(value) if isinstance(value, str) else None
    return ({"INC": Incident, "KB": Article}[quoted[1]], int(quoted[2])) if quoted else None


def _pairs(entry: AuditEntry) -> Iterable[tuple[str, tuple[Any, Any]]]:
    for field, values in entry.changes.items():
        pair = values if isinstance(values, list) and len(values) == 2 else [None, values]
        yield field, (pair[0], pair[1])


def _about(entry: AuditEntry, names: Names) -> str:
    if entry.subject in GUARDED:
        return number_of(entry.subject, entry.subject_id)
    if entry.subject == "setting":
        known = list(site.DEFAULTS)
        return known[entry.subject_id - 1] if 0 < entry.subject_id <= len(known) else "setting"
    if entry.subject == "process version":
        return names.get((ProcessVersion, entry.subject_id), "process")
    kind = NAMED.get(entry.subject)
    return (
        names.get((kind, entry.subject_id), f"{entry.subject} {entry.subject_id}") if kind else entry.subject
    )


def _changes(entry: AuditEntry, names: Names) -> Iterable[Change]:
    for field, (before, after) in _pairs(entry):
        if field == "version" and len(entry.changes) > 1:
            continue
        said = (_said(entry.subject, field, value, names) for value in (before, after))
        yield Change(field.removesuffix("_id").replace("_", " "), *said)


def _said(subject: str, field: str, value: object, names: Names) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    reference = _reference(subject, field, value)
    if reference is None:
        return str(value)
    unknown = HIDDEN if reference[0] in (Incident, Article) else str(value)
    return names.get(reference, unknown)
