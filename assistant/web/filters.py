"""The filters of a list as its address says them, and as chips with counts that lead to other addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from assistant.desk import classification, worklist
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.people import Group, Person
from assistant.desk.saved_view import SavedView
from assistant.desk.worklist import FILTERS, LISTS, MOST, PHASES, SORTS, UNSET, Facet
from assistant.identity import viewer
from assistant.web import forms, incoming
from assistant.web.door import db

SHOWN = 20  # values of one filter
MOST_VALUES = 20  # of one filter in an address
NAMED: dict[str, Any] = {
    "service": Service,
    "group": Group,
    "assignee": Person,
    "requester": Person,
    "item": ConfigurationItem,
}


@dataclass(frozen=True)
class Choice:
    """A value of a filter: what it is called, where it leads, how many there are, and whether it is on now."""

    value: Any
    label: str
    url: str
    count: str
    on: bool


@dataclass(frozen=True)
class Chips:
    """What one filter offers."""

    by: str
    label: str
    choices: list[Choice]

    @property
    def on(self) -> list[Choice]:
        """The values that the list is filtered by now."""
        return [choice for choice in self.choices if choice.on]


def asked(field: str, known: Any) -> str:
    """Return which of the known names the address asks for, the first one when it asks for none of them."""
    value = request.values.get(field, "")
    return value if value in known else next(iter(known))


def asked_filters() -> dict[str, list[Any]]:
    """Return the values by which the address filters; what cannot be a value is left out."""
    given = {name: list(islice(_values(name), MOST_VALUES)) for name in FILTERS}
    return {name: values for name, values in given.items() if values}


def asked_list() -> dict[str, Any]:
    """Return the whole question: list, sort and filters, as it is saved under a name and put into addresses."""
    return {"list": asked("list", LISTS), "sort": asked("sort", SORTS), **asked_filters()}


def asked_view() -> dict[str, Any]:
    """Return what is saved under a name: a search where something is searched, else the list."""
    question = forms.question()
    return {"q": question} if question else asked_list()


def address_of_view(view: SavedView, *, opened: bool = True) -> str:
    """Return where a saved view stands: on the page of lists, or of searching. opened: as this view."""
    named = {"view": view.id} if opened else {}
    return url_for("search.index" if "q" in view.asked else "queue.index", **view.asked, **named)


def kept() -> list[tuple[str, Any]]:
    """Return the whole question as names and values, for the hidden fields of a form."""
    given = asked_list().items()
    return [(name, one) for name, value in given for one in (value if isinstance(value, list) else [value])]


def address(**changes: Any) -> str:
    """Return the address of the list that was asked for, with changes; a value of None takes one away."""
    return url_for("queue.index", **{**asked_list(), **changes})


def counted(number: int) -> str:
    """Word a count: “1,000+” where nobody counted further."""
    return f"{MOST:,}+" if number > MOST else f"{number:,}"


def chips(name: str, filters: dict[str, list[Any]]) -> list[Chips]:
    """Return what every filter offers on this list, with counts under the other filters."""
    facets = worklist.facets(db(), viewer(), name, filters)
    offered = {by: _offered(by, facets.get(by), filters.get(by, [])) for by in FILTERS}
    return [Chips(by, FILTERS[by].label, choices) for by, choices in offered.items() if choices]


def _values(name: str) -> Iterator[Any]:
    for value in dict.fromkeys(request.values.getlist(name)):
        if FILTERS[name].words and value and value.isalnum() and len(value) <= 20:
            yield value
        elif not FILTERS[name].words and (number := incoming.whole(value)) is not None:
            yield number


def _offered(by: str, facet: Facet | None, on: list[Any]) -> list[Choice]:
    counts = dict(facet.counts) if facet else {}
    values = [*on, *(value for value in counts if value not in on)][: max(SHOWN, len(on))]
    labels = _labels(by, values)
    more = "+" if facet and facet.more else ""
    choices = [
        Choice(
            value,
            labels.get(value, "Unknown"),
            address(**{by: [one for one in on if one != value] if value in on else [*on, value]}),
            f"{counts.get(value, 0)}{more}" if facet else "",
            value in on,
        )
        for value in values
    ]
    place = {phase: place for place, phase in enumerate(PHASES)} if by == "phase" else {}
    return sorted(choices, key=lambda one: (place.get(one.value, MOST), one.label)) if facet else choices


def _labels(by: str, values: list[Any]) -> dict[Any, str]:
    """Return what values are called: words as they are, ids by the names of their rows."""
    unset = {UNSET: FILTERS[by].unset}
    if by == "phase":
        return PHASES
    if by == "category":
        return unset | {row.id: row.path for row in classification.tree(db())}
    if by not in NAMED:
        return {value: value for value in values}
    kind = NAMED[by]
    return unset | {
        row.id: row.name for row in db().execute(select(kind.id, kind.name).where(kind.id.in_(values)))
    }
