"""My work and the other lists of incidents."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import worklist
from assistant.desk.asset import Service
from assistant.desk.worklist import FILTERS, LISTS, SORTS
from assistant.identity import viewer
from assistant.web import forms
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows

blueprint = Blueprint("queue", __name__)


@blueprint.get("/incidents")
@allows("queue.read")
def index() -> ResponseReturnValue:
    """Show one list, filtered and sorted, page by page."""
    name, sort, filters = _asked("list", LISTS), _asked("sort", SORTS), _filters()
    shown = worklist.page(db(), viewer(), name, filters, sort=sort, after=forms.text("after"))
    return page(
        "incidents/index.html",
        "incidents/_list.html",
        name=name,
        work=LISTS[name],
        sort=sort,
        filters=filters,
        shown=shown,
        chips=_chips(name, filters),
        link=_link,
    )


def nav() -> list[dict[str, Any]]:
    """Return the lists for the menu, with their counts and which one is open."""
    counts = worklist.counts(db(), viewer())
    here = _asked("list", LISTS) if request.endpoint == "queue.index" else ""
    return [
        {
            "label": work.label,
            "url": url_for("queue.index", list=name),
            "count": counts.get(name, ""),
            "here": name == here,
        }
        for name, work in LISTS.items()
    ]


def _asked(field: str, known: Any) -> str:
    value = request.args.get(field, "")
    return value if value in known else next(iter(known))


def _filters() -> dict[str, Any]:
    given = {name: request.args.get(name, "") for name in FILTERS}
    numbers = ("service", "group")
    return {
        name: int(value) if name in numbers else value
        for name, value in given.items()
        if value and (name not in numbers or (value.isascii() and value.isdigit() and len(value) < 13))
    }


def _link(**changes: Any) -> str:
    """Return the address of this list with other filters; a value of None takes one away."""
    kept = {name: value for name, value in request.args.items() if name in ("list", "sort", *FILTERS)}
    return url_for("queue.index", **{**kept, **changes})


def _chips(name: str, filters: dict[str, Any]) -> dict[str, list[tuple[Any, str, int]]]:
    """Return the filters that can be chosen: value, label and count, by name of the filter."""
    chips = {}
    for by in ("priority", "service"):
        found = worklist.facets(db(), viewer(), name, filters, by)
        chips[by] = [(value, _label(by, value), count) for value, count in found]
    return chips


def _label(by: str, value: Any) -> str:
    if by == "priority":
        return str(value)
    service = db().get(Service, value)
    return service.name if service else "Unknown"
