"""Lists of incidents: who needs what next, filtered, sorted, counted and cut into pages, for one viewer only."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from assistant.desk.incident import Incident
from assistant.desk.people import membership
from assistant.desk.permissions import readable_incidents
from kb.feedback import Search, Showing
from kb.viewer import Viewer

OPEN = Incident.phase.in_(("new", "active", "waiting"))
NOTHING = Incident.closing_door == "nothing"
PAGE = 50  # incidents on a page
SURE = "very likely"


def _my_groups(viewer: Viewer) -> ColumnElement[bool]:
    return Incident.group_id.in_(
        select(membership.c.group_id).where(membership.c.person_id == viewer.person_id)
    )


@dataclass(frozen=True)
class Work:
    """A named list. holds: the condition on Incident for one viewer."""

    label: str
    holds: Callable[[Viewer], ColumnElement[bool]]
    empty: str


LISTS = {
    "mine": Work(
        "My work",
        lambda viewer: OPEN & (Incident.assignee_id == viewer.person_id),
        "Nothing is assigned to you. Take something from your groups.",
    ),
    "document": Work(
        "To write down",
        lambda viewer: (Incident.phase == "resolved") & (Incident.resolved_by_id == viewer.person_id),
        "Everything you resolved has been closed with what was learned.",
    ),
    "groups": Work(
        "My groups", lambda viewer: OPEN & _my_groups(viewer), "Your groups have no open incidents."
    ),
    "unassigned": Work(
        "Unassigned",
        lambda viewer: OPEN & Incident.assignee_id.is_(None),
        "Every open incident has somebody who works on it.",
    ),
    "open": Work("All open", lambda viewer: OPEN, "No incident is open."),
    "ended": Work("Resolved and closed", lambda viewer: ~OPEN, "No incident has been resolved yet."),
}
COUNTED = ("mine", "document", "groups", "unassigned", "open")  # counting all that ever ended helps nobody
SORTS = {  # name -> (label, columns, newest first)
    "priority": ("Priority", (Incident.priority, Incident.id), False),
    "newest": ("Newest", (Incident.recorded_at, Incident.id), True),
    "oldest": ("Oldest", (Incident.recorded_at, Incident.id), False),
    "updated": ("Last change", (Incident.updated_at, Incident.id), True),
}
FILTERS = {  # name -> the column it asks for
    "priority": Incident.priority,
    "phase": Incident.phase,
    "service": Incident.service_id,
    "group": Incident.group_id,
}


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
    filters: Mapping[str, Any],
    *,
    sort: str = "priority",
    after: str = "",
) -> Page:
    """Return one page of a list. after: the mark that the page before gave; a damaged one starts from the beginning."""
    _, columns, newest_first = SORTS[sort]
    query = _query(viewer, name, filters).options(
        joinedload(Incident.requester), joinedload(Incident.service), joinedload(Incident.assignee)
    )
    seen = _unmark(after, columns)
    if seen:
        edge = tuple_(*columns)
        query = query.where(edge < tuple_(*seen) if newest_first else edge > tuple_(*seen))
    order = [column.desc() if newest_first else column for column in columns]
    rows = list(db.scalars(query.order_by(*order).limit(PAGE + 1)))
    more = _mark(rows[PAGE - 1], columns) if len(rows) > PAGE else ""
    return Page(rows[:PAGE], _waiting(db, [row.id for row in rows[:PAGE]]), more)


def counts(db: Session, viewer: Viewer) -> dict[str, int]:
    """Return how many incidents each counted list holds for this viewer."""
    return {
        name: db.scalar(select(func.count()).select_from(_query(viewer, name, {}).subquery())) or 0
        for name in COUNTED
    }


def facets(
    db: Session, viewer: Viewer, name: str, filters: Mapping[str, Any], by: str
) -> list[tuple[Any, int]]:
    """Return the values of one filter with their counts, the other filters applied."""
    column = FILTERS[by]
    others = {key: value for key, value in filters.items() if key != by}
    query = _query(viewer, name, others).with_only_columns(column, func.count()).group_by(column)
    return [(value, count) for value, count in db.execute(query.order_by(column)) if value is not None]


def of_requester(db: Session, viewer: Viewer) -> list[Incident]:
    """Return what a requester filed or watches: open ones first, then the newest two hundred."""
    mine = (
        select(Incident).where(readable_incidents(viewer)).order_by(OPEN.desc(), Incident.updated_at.desc())
    )
    return list(db.scalars(mine.limit(200)))


def nothing_learned(db: Session, viewer: Viewer, reason: str = "") -> list[Incident]:
    """Return the newest two hundred incidents that were closed with nothing to learn, all or for one reason."""
    query = select(Incident).where(readable_incidents(viewer), NOTHING)
    query = query.where(Incident.nothing_reason == reason) if reason else query
    return list(db.scalars(query.order_by(Incident.closed_at.desc(), Incident.id.desc()).limit(200)))


def nothing_counts(db: Session, viewer: Viewer) -> dict[str, int]:
    """Return how often each reason was given, among the incidents that this viewer may read."""
    query = select(Incident.nothing_reason, func.count()).where(readable_incidents(viewer), NOTHING)
    return {str(reason): count for reason, count in db.execute(query.group_by(Incident.nothing_reason))}


def _query(viewer: Viewer, name: str, filters: Mapping[str, Any]) -> Any:
    query = select(Incident).where(readable_incidents(viewer), LISTS[name].holds(viewer))
    for key, value in filters.items():
        query = query.where(FILTERS[key] == value)
    return query


def _waiting(db: Session, ids: list[int]) -> set[int]:
    answers = (Showing.corpus == "article") | Showing.item_id.in_(select(Incident.id).where(~OPEN))
    shown = (
        select(Search.incident_id)
        .join(Showing)
        .where(Search.incident_id.in_(ids), Showing.band == SURE, answers)
        .group_by(Search.incident_id)
        .having(func.count(Showing.choice) == 0)
    )
    return set(db.scalars(shown))


def _mark(row: Incident, columns: tuple[Any, ...]) -> str:
    values = [getattr(row, column.key) for column in columns]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _unmark(mark: str, columns: tuple[Any, ...]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        first, last = values
        return [datetime.fromisoformat(first) if "at" in columns[0].key else str(first), int(last)]
    except (ValueError, TypeError, binascii.Error):
        return []
