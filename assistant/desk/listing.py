"""Long lists of named rows, cut into pages: each begins after the last row of the one before."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

Row = TypeVar("Row")
PAGE = 50  # rows on a page


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """A page of rows. after: the id after which the next page begins; None on the last."""

    rows: list[Row]
    after: int | None = None


@dataclass(frozen=True)
class Wanted:
    """Which services or groups are looked for. text: a part of name or description. state: in, out, empty for all."""

    text: str = ""
    state: str = ""
    group_id: int | None = None


def fitting(query: Select[Any], kind: Any, wanted: Wanted) -> Select[Any]:
    """Return a query of rows with name, description and active that is kept to those with the text and the state."""
    if wanted.text:
        name = kind.name.icontains(wanted.text, autoescape=True)
        query = query.where(name | kind.description.icontains(wanted.text, autoescape=True))
    return query.where(kind.active == (wanted.state == "in")) if wanted.state else query


def by_name(db: Session, query: Select[Any], kind: Any, after: int | None = None) -> Listed[Any]:
    """Return one page of a query, by name. after: the id that the page before gave; an unknown one begins anew."""
    last = db.get(kind, after) if after else None
    if last is not None:
        query = query.where(tuple_(kind.name, kind.id) > tuple_(last.name, last.id))
    rows = list(db.scalars(query.order_by(kind.name, kind.id).limit(PAGE + 1)))
    return Listed(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)
