"""Lists of incidents: who needs what next, filtered, sorted, counted and cut into pages, for one viewer only."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, joinedload

from assistant.desk import marks
from assistant.desk.asset import ConfigurationItem
from assistant.desk.incident import NOTHING_LEARNED, Incident
from assistant.desk.people import membership
from assistant.desk.permissions import readable_ids, readable_incidents
from kb.article import Article
from kb.authoring import NEAR
from kb.feedback import Search, Showing
from kb.viewer import Viewer

OPEN = Incident.phase.in_(("new", "active", "waiting"))
PAGE = 50  # incidents on a page
SURE = "very likely"
MOST = 1000  # counted at most; beyond it a count is “1,000+”
UNSET = 0  # the value of a filter that asks for what has none
PHASES = {  # phase -> what people call it
    "new": "New",
    "active": "In progress",
    "waiting": "Waiting",
    "resolved": "Resolved",
    "closed": "Closed",
}
Asked = Mapping[str, Collection[Any]]  # name of a filter -> the values that fit


def _my_groups(viewer: Viewer) -> ColumnElement[bool]:
    return Incident.group_id.in_(
        select(membership.c.group_id).where(membership.c.person_id == viewer.person_id)
    )


@dataclass(frozen=True)
class Work:
    """A named list. holds: the condition on Incident for one viewer; then: where to look when it is empty."""

    label: str
    holds: Callable[[Viewer], ColumnElement[bool]]
    empty: str
    then: str = ""


LISTS = {
    "mine": Work(
        "My work",
        lambda viewer: OPEN & (Incident.assignee_id == viewer.person_id),
        "Nothing is assigned to you. Take something from your groups.",
        "groups",
    ),
    "document": Work(
        "To write down",
        lambda viewer: (Incident.phase == "resolved") & (Incident.resolved_by_id == viewer.person_id),
        "Everything you resolved has been closed with what was learned.",
        "mine",
    ),
    "groups": Work(
        "My groups",
        lambda viewer: OPEN & _my_groups(viewer),
        "Your groups have no open incidents.",
        "unassigned",
    ),
    "unassigned": Work(
        "Unassigned",
        lambda viewer: OPEN & Incident.assignee_id.is_(None),
        "Every open incident has somebody who works on it.",
    ),
    "open": Work("All open", lambda viewer: OPEN, "No incident is open."),
    "ended": Work(
        "Resolved and closed",
        lambda viewer: ~OPEN,
        "No incident has been resolved yet.",
    ),
    "all": Work("All incidents", lambda viewer: true(), "Nobody has reported anything yet."),
}
COUNTED = ("mine", "document", "groups", "unassigned", "open")  # how many ever ended helps nobody
SORTS = {  # name -> (label, columns, newest first)
    "priority": ("Priority", (Incident.priority, Incident.id), False),
    "newest": ("Newest", (Incident.recorded_at, Incident.id), True),
    "oldest": ("Oldest", (Incident.recorded_at, Incident.id), False),
    "updated": ("Last change", (Incident.updated_at, Incident.id), True),
}


def one_of(column: Any) -> Callable[[Collection[Any]], ColumnElement[bool]]:
    """Return the condition that a column has one of some values, UNSET standing for none."""

    def fits(values: Collection[Any]) -> ColumnElement[bool]:
        known = column.in_([value for value in values if value != UNSET])
        return or_(known, column.is_(None)) if UNSET in values else known

    return fits


@dataclass(frozen=True)
class Filter:
    """One question to a list. holds: the condition for values; column: what is counted by value, None where nothing is.

    unset: how people say that an incident has none; words: the values are words and not ids.
    """

    label: str
    holds: Callable[[Collection[Any]], ColumnElement[bool]]
    column: Any = None
    unset: str = ""
    words: bool = False


def _of(label: str, column: Any, unset: str = "", *, words: bool = False) -> Filter:
    return Filter(label, one_of(column), column, unset, words)


FILTERS = {
    "priority": _of("Priority", Incident.priority, words=True),
    "phase": _of("State", Incident.phase, words=True),
    "service": _of("Service", Incident.service_id, "No service"),
    "group": _of("Group", Incident.group_id, "No group"),
    "assignee": _of("Agent", Incident.assignee_id, "Nobody"),
    "category": _of("Category", Incident.category_id, "No category"),
    "requester": Filter("Requester", one_of(Incident.requester_id)),
    "item": Filter(
        "Configuration item", lambda values: Incident.items.any(ConfigurationItem.id.in_(list(values)))
    ),
}
FACETS = {name: one.column for name, one in FILTERS.items() if one.column is not None}


@dataclass(frozen=True)
class Facet:
    """The values of one filter with their counts under the other filters, most first. more: there are even more."""

    counts: list[tuple[Any, int]]
    more: bool


@dataclass(frozen=True)
class Page:
    """A part of a list. waiting: ids with a very likely suggestion, not yet chosen. after: where the next begins."""

    incidents: list[Incident]
    waiting: set[int] = field(default_factory=set)
    after: str = ""


def page(
    db: Session,
    viewer: Viewer,
    name: str,
    filters: Asked,
    *,
    sort: str = "priority",
    after: str = "",
) -> Page:
    """Return one page of a list. after: the mark that the page before gave; a damaged one starts from the beginning."""
    _, columns, newest_first = SORTS[sort]
    query = _query(viewer, name, filters).with_only_columns(Incident.id)
    if seen := marks.unmark(after, columns):
        edge = tuple_(*columns)
        query = query.where(edge < tuple_(*seen) if newest_first else edge > tuple_(*seen))
    order = [column.desc() if newest_first else column for column in columns]
    ids = list(
        db.scalars(query.order_by(*order).limit(PAGE + 1))
    )  # first only ids: nothing wide is ever sorted
    rows = _rows(db, ids[:PAGE])
    more = _mark(rows[-1], columns) if len(ids) > PAGE else ""
    return Page(rows, _waiting(db, ids[:PAGE]), more)


def counts(db: Session, viewer: Viewer) -> dict[str, int]:
    """Return how many incidents each counted list holds for this viewer; MOST + 1 stands for more than MOST."""
    return {name: count(db, viewer, name, {}) for name in COUNTED}


def count(db: Session, viewer: Viewer, name: str, filters: Asked) -> int:
    """Return how many incidents a list holds; MOST + 1 stands for more than MOST."""
    some = _query(viewer, name, filters).with_only_columns(Incident.id).limit(MOST + 1)
    return db.scalar(select(func.count()).select_from(some.subquery())) or 0


def facets(db: Session, viewer: Viewer, name: str, filters: Asked) -> dict[str, Facet]:
    """Return what each filter could ask for, with counts under the others.

    Of a list longer than MOST its newest MOST incidents are counted, so that every page costs the same.
    """
    shown = _sample(db, viewer, name, filters)
    found = {}
    for place, by in enumerate(FACETS):
        others = {key: values for key, values in filters.items() if key != by}
        rows = _sample(db, viewer, name, others) if by in filters else shown
        counts = Counter(UNSET if row[place] is None else row[place] for row in rows)
        found[by] = Facet(counts.most_common(), len(rows) > MOST)
    return found


def waiting_for(db: Session, viewer: Viewer, incident: Incident) -> tuple[Article | Incident, str] | None:
    """Return the best answer that was shown for an incident and not chosen yet, with its band; None without one."""
    newest = select(func.max(Search.id)).where(Search.incident_id == incident.id, Search.kind == "suggestion")
    trusted = (Showing.band.in_(NEAR), Showing.choice.is_(None))
    query = select(Showing).where(Showing.search_id == newest.scalar_subquery(), *trusted)
    for showing in db.scalars(query.order_by(Showing.score.desc())):
        kind: Any = Article if showing.corpus == "article" else Incident
        item = db.get(kind, showing.item_id) if readable_ids(db, viewer, kind, [showing.item_id]) else None
        if item is not None and not getattr(item, "is_open", False):
            return item, showing.band
    return None


def of_requester(db: Session, viewer: Viewer) -> list[Incident]:
    """Return what a requester filed or watches: open ones first, then the newest two hundred."""
    mine = (
        select(Incident).where(readable_incidents(viewer)).order_by(OPEN.desc(), Incident.updated_at.desc())
    )
    return list(db.scalars(mine.limit(200)))


def nothing_learned(db: Session, viewer: Viewer, reason: str = "", *, after: str = "") -> Page:
    """Return one page of the incidents that were closed with nothing to learn, newest first, all or for one reason."""
    columns = (Incident.closed_at, Incident.id)
    query = select(Incident).where(
        readable_incidents(viewer), NOTHING_LEARNED, Incident.closed_at.is_not(None)
    )
    query = query.options(joinedload(Incident.resolved_by))
    query = query.where(Incident.nothing_reason == reason) if reason else query
    if seen := marks.unmark(after, columns):
        query = query.where(tuple_(*columns) < tuple_(*seen))
    rows = list(db.scalars(query.order_by(*(column.desc() for column in columns)).limit(PAGE + 1)))
    return Page(rows[:PAGE], after=_mark(rows[PAGE - 1], columns) if len(rows) > PAGE else "")


def nothing_counts(db: Session, viewer: Viewer) -> dict[str, int]:
    """Return how often each reason was given, among the incidents that this viewer may read."""
    query = select(Incident.nothing_reason, func.count()).where(readable_incidents(viewer), NOTHING_LEARNED)
    return {str(reason): count for reason, count in db.execute(query.group_by(Incident.nothing_reason))}


def _query(viewer: Viewer, name: str, filters: Asked) -> Any:
    query = select(Incident).where(readable_incidents(viewer), LISTS[name].holds(viewer))
    for key, values in filters.items():
        query = query.where(FILTERS[key].holds(values))
    return query


def _sample(db: Session, viewer: Viewer, name: str, filters: Asked) -> list[Any]:
    """Return what the facets count, a row an incident: of all when they are few, else of the newest and one more."""
    query = _query(viewer, name, filters).with_only_columns(*FACETS.values()).limit(MOST + 1)
    rows = list(db.execute(query))
    return rows if len(rows) <= MOST else list(db.execute(query.order_by(Incident.id.desc())))


def _rows(db: Session, ids: list[int]) -> list[Incident]:
    with_names = (Incident.requester, Incident.service, Incident.assignee)
    query = select(Incident).where(Incident.id.in_(ids)).options(*map(joinedload, with_names))
    return sorted(db.scalars(query), key=lambda incident: ids.index(incident.id))


def _waiting(db: Session, ids: list[int]) -> set[int]:
    ended = (Showing.corpus == "incident") & (Showing.item_id == Incident.id) & ~OPEN
    answers = (Showing.corpus == "article") | Incident.id.is_not(None)
    shown = (
        select(Search.incident_id)
        .join(Showing)
        .outerjoin(Incident, ended)
        .where(Search.incident_id.in_(ids), Showing.band == SURE, answers)
        .group_by(Search.incident_id)
        .having(func.count(Showing.choice) == 0)
    )
    return set(db.scalars(shown))


def _mark(row: Incident, columns: tuple[Any, ...]) -> str:
    return marks.mark(getattr(row, column.key) for column in columns)
