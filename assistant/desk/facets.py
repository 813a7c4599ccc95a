"""What narrows a search further, and how many of what was found would be left; nothing else is counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk.asset import Service
from assistant.desk.incident import Incident
from assistant.desk.operators import KINDS, STATES
from assistant.desk.priority import PRIORITIES
from assistant.desk.query import Term
from kb.article import Article, article_service

VALUES = 8  # of a facet
COUNTED: tuple[tuple[str, str, Any, Any], ...] = (  # facet, kind, what is counted, of which id
    ("state", "incident", Incident.phase, Incident.id),
    ("state", "article", Article.confidence, Article.id),
    ("priority", "incident", Incident.priority, Incident.id),
    ("service", "incident", Incident.service_id, Incident.id),
    ("service", "article", article_service.c.service_id, article_service.c.article_id),
)
Ids = Mapping[str, Sequence[int]]  # kind -> ids


@dataclass(frozen=True)
class Facet:
    """What an operator would leave: each of its values, what people call it, and how many of those found have it."""

    by: str
    values: list[tuple[Term, str, int]]


def left(db: Session, found: Ids, clauses: Mapping[str, Sequence[Any]]) -> list[Facet]:
    """Return what narrows a list further; a value that is on already, or that all or none have, does not.

    clauses: what is on already, by operator.
    """
    counts = _counts(db, found)
    total = counts["kind"].total()
    names = db.execute(select(Service.id, Service.name).where(Service.id.in_(counts["service"])))
    services = sorted((row for row in names), key=lambda row: (-counts["service"][row.id], row.name))
    values = {  # facet -> key in a row, as it is written, as it is read
        "kind": [(key, name, name) for key, name in KINDS.items()],
        "state": [(key, name, name) for key, name in STATES.items()],
        "priority": [(key, key, f"{key} {name}") for key, name in PRIORITIES.items()],
        "service": [(row.id, row.name, row.name) for row in services[:VALUES]],
    }
    facets = []
    for by, known in values.items():
        on = clauses.get(by, ())
        narrows = [one for one in known if one[0] not in on and 0 < counts[by][one[0]] < total]
        facets.append(
            Facet(by, [(Term(by, written), shown, counts[by][key]) for key, written, shown in narrows])
        )
    return [facet for facet in facets if facet.values]


def _counts(db: Session, found: Ids) -> dict[str, Counter[Any]]:
    """Return how many of what was found have each value of each facet."""
    counts: dict[str, Counter[Any]] = defaultdict(Counter)
    counts["kind"].update({kind: len(ids) for kind, ids in found.items()})
    for by, kind, column, row in COUNTED:
        values = select(column, func.count()).where(row.in_(found[kind])).group_by(column)
        for value, count in db.execute(values):
            counts[by][value] += count
    return counts
