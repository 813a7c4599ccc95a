"""The knowledge manager's worklist: what matters this week, why, what it is worth, for one viewer only.

Each kind of task is a query of (key, rank) that is cut into pages, and the lines made of those keys.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from assistant.desk import curation_lines as lines
from assistant.desk import curation_queries as queries
from assistant.desk import marks
from assistant.desk.curation_lines import Task
from assistant.desk.curation_queries import Asked

PAGE = 30  # lines on a page
EACH = 6  # lines of each kind that the whole worklist looks at
COUNTED = 1_000  # beyond that, the exact number helps nobody


@dataclass(frozen=True)
class Kind:
    """A kind of task. newest: whether the highest rank comes first. about: what the list is for, in a sentence."""

    label: str
    query: Callable[[Asked], Select[Any]]
    lines: Callable[[Asked, Sequence[int]], list[Task]]
    about: str
    empty: str
    newest: bool = True


KINDS = {
    "flags": Kind(
        "Flags",
        queries.flags,
        lines.flags,
        "Somebody found something wrong. Mend it or say why not; whoever raised it hears back.",
        "Nobody has found anything wrong that is not settled.",
        newest=False,
    ),
    "votes": Kind(
        "It did not help",
        queries.votes,
        lines.votes,
        "Readers said that an article did not solve it. What was missing?",
        "No reader was left without help since the last look.",
    ),
    "searches": Kind(
        "Found nothing",
        queries.searches,
        lines.searches,
        "What people asked in their words, and nothing here could be trusted. Write it, or take it off the list.",
        "Everything that was asked found something.",
    ),
    "unvalidated": Kind(
        "Not validated",
        queries.unvalidated,
        lines.unvalidated,
        "Used without anybody having confirmed them, the most used first.",
        "Every article has been validated.",
    ),
    "pairs": Kind(
        "Near-duplicates",
        queries.pairs,
        lines.pairs,
        "Pairs of articles that seem to say the same, the nearest first. Merge them, or say that they differ.",
        "No two articles say the same.",
    ),
    "remarks": Kind(
        "Remarks",
        queries.remarks,
        lines.remarks,
        "What colleagues wrote beside an article.",
        "Every remark has been taken up.",
        newest=False,
    ),
    "ignored": Kind(
        "Nobody opened",
        queries.ignored,
        lines.ignored,
        "Something was found, and nobody looked into it. Does the title say what people call it?",
        "Whatever was found was opened.",
    ),
    "drafts": Kind(
        "Idle drafts",
        queries.drafts,
        lines.drafts,
        "Work in progress that nobody has touched for a while: finish it, hand it over, merge or archive it.",
        "No draft has been left lying.",
        newest=False,
    ),
    "closures": Kind(
        "Nothing to learn",
        queries.closures,
        lines.closures,
        "Closed without an article in the last thirty days. Does the reason hold?",
        "Every closure without an article has been looked at.",
    ),
}


@dataclass(frozen=True)
class Page:
    """A part of a list. after: where the next begins, empty on the last. counts: how much waits of each kind."""

    tasks: list[Task]
    after: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def worklist(asked: Asked) -> Page:
    """Return the first page of everything: what is overdue, then what most people met, then what waits longest.

    What waits about the same article stands in one line.
    """
    parts = {name: page(asked, name, most=EACH) for name in KINDS}
    tasks = [task for part in parts.values() for task in part.tasks]
    tasks.sort(key=lambda task: (not task.overdue, -task.reach, list(KINDS).index(task.kind), task.at))
    first: dict[str, Task] = {}
    for task in tasks:
        name = task.number or f"{task.kind} {task.key}"
        known = first.setdefault(name, task)
        if task is not known and task.kind not in (known.kind, *known.also):
            first[name] = replace(known, also=(*known.also, task.kind))
    counts = {name: part.counts[name] for name, part in parts.items()}
    return Page(list(first.values())[:PAGE], counts=counts)


def page(asked: Asked, name: str, *, after: str = "", most: int = PAGE) -> Page:
    """Return one page of a kind. after: the mark that the page before gave."""
    kind = KINDS[name]
    keys, more, of = cut(asked.db, kind.query(asked), after=after, most=most, newest=kind.newest)
    return Page(kind.lines(asked, keys), more, {name: of})


def cut(db: Session, found: Any, *, after: str, most: int, newest: bool) -> tuple[list[int], str, int]:
    """Return one page of keys in the order of their rank, the mark of the next page, and how many remain.

    found: a query of (key, rank). after: the mark that the page before gave; a damaged one starts at the beginning.
    """
    rows = found.subquery()
    key, rank = rows.c.key, rows.c.rank
    query = select(key, rank, func.count().over().label("of"))
    if edge := marks.unmark(after, (rank, key)):
        beyond = tuple_(rank, key)
        query = query.where(beyond < tuple_(*edge) if newest else beyond > tuple_(*edge))
    order = (rank.desc(), key.desc()) if newest else (rank, key)
    page = db.execute(query.order_by(*order).limit(most + 1)).all()
    more = marks.mark((page[most - 1].rank, page[most - 1].key)) if len(page) > most else ""
    return [row.key for row in page[:most]], more, page[0].of if page else 0


def one(asked: Asked, name: str, key: int) -> Task | None:
    """Return one line, None when there is none, or none that this viewer may see."""
    found = KINDS[name].query(asked).subquery()
    there = asked.db.scalar(select(found.c.key).where(found.c.key == key))
    return next(iter(KINDS[name].lines(asked, [key])), None) if there is not None else None


def counts(asked: Asked) -> dict[str, int]:
    """Return how much waits of each kind, at most COUNTED of each."""
    return {name: count(asked.db, kind.query(asked)) for name, kind in KINDS.items()}


def count(db: Session, query: Any) -> int:
    """Return how many rows a query has, at most COUNTED."""
    return db.scalar(select(func.count()).select_from(query.limit(COUNTED).subquery())) or 0
