"""The reasons of the fourth door, process by process, as a form; saving writes a new version of the process."""

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import process, reasons, ways
from assistant.desk.process import Reason
from assistant.desk.reasons import PROOFS
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.admin_processes import the_newest
from assistant.web.door import db, now
from assistant.web.page import done, page, typed
from assistant.web.policy import allows

blueprint = Blueprint("admin_reasons", __name__, url_prefix="/admin/reasons")

EMPTY_ROWS = 2  # to add reasons in
MOST = 30  # rows of a form


@blueprint.get("")
@allows("administer")
def index() -> ResponseReturnValue:
    """List the reasons of every process, with how often each was given."""
    known = {name: ways.newest(db(), name)[0] for name in ways.names(db())}
    counts = {name: reasons.uses(db(), viewer(), name) for name in known}
    return page("admin/reasons.html", known=known, counts=counts, proofs=PROOFS)


@blueprint.get("/<name>")
@allows("administer")
def form(name: str) -> ResponseReturnValue:
    """Show the reasons of a process to change, add, retire and put in order."""
    number = the_newest(name)
    way = ways.load(db(), name, number)
    return page(
        "admin/reasons_edit.html",
        way=way,
        number=number,
        rows=_rows(way),
        counts=reasons.uses(db(), viewer(), name),
        proofs=list(PROOFS.items()),
        lost=g.get("lost_race", False),
    )


@blueprint.post("/<name>")
@allows("administer", form="admin_reasons.form")
def save(name: str) -> ResponseReturnValue:
    """Save the reasons as a new version of the process."""
    the_newest(name)
    seen = forms.number("version") or 0
    made = reasons.save(db(), name, _chosen(), seen=seen, actor=me(), now=now())
    target = url_for("admin_reasons.form", name=name)
    return done(target, f"The reasons are saved, as version {made.number} of the process.", leave=True)


def _rows(way: process.Process) -> list[tuple[int, str, str, str]]:
    """Return the rows of the form as (place, name, label, proof); those of a refused form as they were typed."""
    count = int(typed("rows", "0") or 0)
    if count:
        return [
            (place, typed(f"name_{place}"), typed(f"label_{place}"), typed(f"proof_{place}", "none"))
            for place in range(min(count, MOST))
        ]
    known = [(reason.name, reason.label, reason.proof) for reason in way.reasons.values()]
    return [(place, *row) for place, row in enumerate([*known, *[("", "", "none")] * EMPTY_ROWS])]


def _chosen() -> list[Reason]:
    """Return the reasons that the form gives, in the order of their places; an empty new row is none."""
    taken: list[str] = [request.form.get(f"name_{place}", "") for place in range(MOST)]
    found: list[tuple[float, int, Reason]] = []
    for place in range(min(forms.number("rows") or 0, MOST)):
        label = " ".join(forms.text(f"label_{place}").split())
        name = forms.text(f"name_{place}")
        if forms.text(f"retire_{place}") or not (name or label):
            continue
        if not name:
            name = reasons.named(label, taken)
            taken.append(name)
        order = forms.number(f"order_{place}")
        reason = Reason(name, label, forms.text(f"proof_{place}") or "none")
        found.append((MOST if order is None else order, place, reason))
    return [reason for _, _, reason in sorted(found, key=lambda row: row[:2])]
