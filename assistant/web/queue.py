"""My work and the other lists of incidents, and the saved ones, as pages and as lines of the menu."""

from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import closure_gate, people, saved_view, ways, worklist
from assistant.desk.incident import Incident
from assistant.desk.people import Group
from assistant.desk.saved_view import SavedView
from assistant.desk.worklist import LISTS, SORTS
from assistant.identity import me, viewer
from assistant.web import bulk, filters, forms
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.subjects import offered

blueprint = Blueprint("queue", __name__)


@blueprint.get("/incidents")
@allows("queue.read")
def index() -> ResponseReturnValue:
    """Show one list, filtered and sorted, page by page."""
    name, sort, chosen = filters.asked("list", LISTS), filters.asked("sort", SORTS), filters.asked_filters()
    shown = worklist.page(db(), viewer(), name, chosen, sort=sort, after=forms.text("after"))
    return page(
        "incidents/index.html",
        "incidents/_list.html",
        name=name,
        work=LISTS[name],
        after=LISTS.get(LISTS[name].then),
        sort=sort,
        filters=chosen,
        shown=shown,
        missing=_missing(shown.incidents) if name == "document" else {},
        total=filters.counted(worklist.count(db(), viewer(), name, chosen)),
        chips=filters.chips(name, chosen),
        link=filters.address,
        kept=filters.kept(),
        view=opened_view(),
        **bulk.choices(shown.incidents),
    )


def nav() -> list[dict[str, Any]]:
    """Return the lists for the menu, with their counts and which one is open."""
    counts = worklist.counts(db(), viewer())
    here = filters.asked("list", LISTS) if request.endpoint == "queue.index" and not opened_view() else ""
    return [
        {
            "label": work.label,
            "url": url_for("queue.index", list=name),
            "count": filters.counted(counts[name]) if name in counts else "",
            "here": name == here,
        }
        for name, work in LISTS.items()
    ]


def saved() -> list[dict[str, Any]]:
    """Return the saved views for the menu, one's own and those of one's groups, and which one is open."""
    here = opened_view()
    return [
        {
            "label": view.name,
            "by": "" if view.person_id == me().id else view.person.name,
            "url": filters.address_of_view(view),
            "search": "q" in view.asked,
            "here": view is here,
        }
        for view in _views()
    ]


def _views() -> list[SavedView]:
    if "views" not in g:
        g.views = saved_view.of(db(), me())
    return g.views  # type: ignore[no-any-return]


def opened_view() -> SavedView | None:
    """Return the saved view that the address names, if the viewer has it."""
    named = request.args.get("view", "")
    return next((view for view in _views() if str(view.id) == named), None) if named else None


def _missing(incidents: list[Incident]) -> dict[int, str]:
    """Return for each resolved incident what still has to be written down before it can close, empty for nothing."""
    found = {one.id: closure_gate.findings(one, ways.of(db(), one)) for one in incidents}
    return {key: findings[0].message if findings else "" for key, findings in found.items()}


def my_groups(present: Group | None = None) -> list[tuple[int, str]]:
    """Return the viewer's own groups to choose from, and the one that is chosen now."""
    return offered(people.groups_of(me()), present)
