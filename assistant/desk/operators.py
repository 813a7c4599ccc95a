"""The operators of a search: which values each has, and what it asks of incidents and of articles."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from assistant.desk import classification
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.classification import Category
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.desk.priority import PRIORITIES
from assistant.desk.worklist import FILTERS, PHASES, UNSET, one_of
from kb.article import CONFIDENCES, Article
from kb.viewer import Viewer

KINDS = {"incident": "Incident", "article": "Article", "person": "Person", "service": "Service"}
STATES = PHASES | CONFIDENCES
UNFINISHED = ("new", "active", "waiting")
DAYS = ("%Y-%m-%d", "%Y-%m", "%Y")


@dataclass(frozen=True)
class Value:
    """What a value of an operator means. keys: what rows have then; names: what it is called, the first is shown.

    about: what else is shown of it. whole: only somebody who writes it in full means it.
    """

    keys: tuple[Any, ...]
    names: tuple[str, ...]
    about: str = ""
    whole: bool = False

    def is_called(self, text: str) -> bool:
        """Say whether a text is one of its names."""
        return text.casefold() in (name.casefold() for name in self.names)

    def begins(self, text: str) -> bool:
        """Say whether one of its names begins with a text."""
        return any(name.casefold().startswith(text.casefold()) for name in self.names)


@dataclass(frozen=True)
class Asker:
    """Who asks, and in which time zone their days begin."""

    viewer: Viewer
    zone: ZoneInfo


Values = Callable[[Session, Asker, str, int], list[Value]]  # those that a text may mean, at most so many
Holds = Callable[[Collection[Any]], ColumnElement[bool]]


def _words(*known: Value) -> Values:
    def fitting(db: Session, asker: Asker, text: str, limit: int) -> list[Value]:
        return [value for value in known if value.begins(text)][:limit]

    return fitting


def _rows(kind: Any, unset: str, *columns: Any) -> Values:
    """Return the rows with a text in one of the columns, what is called or begins so first.

    unset: how people say that there is none.
    """
    none = [Value((UNSET,), (unset, "none"), whole=True)] if unset else []

    def fitting(db: Session, asker: Asker, text: str, limit: int) -> list[Value]:
        fits = or_(*(column.icontains(text, autoescape=True) for column in columns))
        called = or_(*(func.lower(column) == text.lower() for column in columns))
        begins = or_(*(column.istartswith(text, autoescape=True) for column in columns))
        query = select(kind.id, *columns).where(fits)
        best = (called.desc(), kind.active.desc(), begins.desc(), kind.name)
        rows = db.execute(query.order_by(*best).limit(limit))
        me = [Value((asker.viewer.person_id,), ("me",), whole=True)] if kind is Person else []
        own = [value for value in (*me, *none) if value.begins(text)]
        return [*(Value((row.id,), tuple(row)[1:], ", ".join(row[2:])) for row in rows), *own]

    return fitting


def _categories(db: Session, asker: Asker, text: str, limit: int) -> list[Value]:
    """Return the categories with a text in their path; each means those below it too."""
    unset = Value((UNSET,), (FILTERS["category"].unset, "none"), whole=True)
    tree = classification.everything(db)
    low = text.casefold()
    fits = [row for row in tree if low in row.path.casefold()]
    fits.sort(
        key=lambda row: not (row.name.casefold().startswith(low) or row.path.casefold().startswith(low))
    )
    return [
        *(Value(_branch(row, tree), (row.path, row.name)) for row in fits[:limit]),
        *([unset] if unset.begins(text) else []),
    ]


def _branch(top: Category, tree: Iterable[Category]) -> tuple[int, ...]:
    below = top.path + classification.SEPARATOR
    return tuple(row.id for row in tree if row.id == top.id or row.path.startswith(below))


def _days(db: Session, asker: Asker, text: str, limit: int) -> list[Value]:
    for form in DAYS:
        try:
            day = datetime.strptime(text, form).replace(tzinfo=asker.zone)
            return [Value((day.astimezone(UTC),), (text,))]
        except (ValueError, OverflowError):
            continue
    return []


def _of_tables(table: Mapping[str, str]) -> list[Value]:
    return [Value((key,), (label, key)) for key, label in table.items()]


VALUES: dict[str, Values] = {
    "kind": _words(*_of_tables(KINDS)),
    "state": _words(Value(UNFINISHED, ("Open",)), *_of_tables(STATES)),
    "priority": _words(*(Value((key,), (key, label), label) for key, label in PRIORITIES.items())),
    "service": _rows(Service, FILTERS["service"].unset, Service.name),
    "group": _rows(Group, FILTERS["group"].unset, Group.name),
    "assignee": _rows(Person, FILTERS["assignee"].unset, Person.name, Person.email),
    "requester": _rows(Person, "", Person.name, Person.email),
    "category": _categories,
    "item": _rows(ConfigurationItem, "", ConfigurationItem.name),
    "after": _days,
    "before": _days,
}


def _since(column: Any) -> Holds:
    return lambda days: or_(*(column >= day for day in days))


def _until(column: Any) -> Holds:
    return lambda days: or_(*(column < day for day in days))


def _of_services(ids: Collection[Any]) -> ColumnElement[bool]:
    among = Article.services.any(Service.id.in_([one for one in ids if one != UNSET]))
    return or_(among, ~Article.services.any()) if UNSET in ids else among


# kind -> what can be asked of it; another operator leaves nothing of it
HOLDS: dict[str, dict[str, Holds]] = {
    "incident": {
        "state": FILTERS["phase"].holds,
        **{
            name: FILTERS[name].holds
            for name in ("service", "priority", "group", "assignee", "requester", "category")
        },
        "item": lambda ids: Incident.items.any(ConfigurationItem.id.in_(ids)),
        "after": _since(Incident.recorded_at),
        "before": _until(Incident.recorded_at),
    },
    "article": {
        "state": one_of(Article.confidence),
        "service": _of_services,
        "category": one_of(Article.category_id),
        "after": _since(Article.updated_at),
        "before": _until(Article.updated_at),
    },
    "person": {},
    "service": {},
}
