"""The priority matrix: a grid to choose from, tried on what happened before it is saved."""

from typing import Any

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import priority, site
from assistant.desk.priority import MATRIX, Pair
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import allows

blueprint = Blueprint("admin_priority", __name__, url_prefix="/admin/priority")


@blueprint.get("")
@allows("administer")
def index() -> ResponseReturnValue:
    """Show the matrix."""
    return page(
        "admin/priority.html", lost=g.get("lost_race", False), **_matrix(site.version(db(), "priority"))
    )


@blueprint.post("")
@allows("administer", form="admin_priority.index")
def save() -> ResponseReturnValue:
    """Give the desk this matrix; incidents that are there keep their priority."""
    priority.decide(db(), _chosen(), seen=forms.number("version") or 0, actor=me(), now=now())
    return done(url_for("admin_priority.index"), "The matrix is saved. It counts from now on.", leave=True)


@blueprint.post("/try")
@allows("administer", form="admin_priority.index", looks=True)
def attempt() -> ResponseReturnValue:
    """Say under the matrix what it would have meant for the incidents of the last 90 days."""
    chosen = _chosen()
    findings = list(priority.findings_in(chosen))
    run = priority.dry_run(db(), viewer(), chosen, now=now())
    keep_typed()
    about = _matrix(forms.number("version") or 0)
    return page("admin/priority.html", "admin/_tried.html", run=run, problems=findings, **about)


@blueprint.post("/reset")
@allows("administer", form="admin_priority.index")
def reset() -> ResponseReturnValue:
    """Go back to the matrix that came with the desk."""
    priority.decide(db(), MATRIX, seen=forms.number("version") or 0, actor=me(), now=now())
    return done(url_for("admin_priority.index"), "The matrix is as it came with the desk.", leave=True)


def _matrix(version: int) -> dict[str, Any]:
    """Return what the grid shows. version: the one that was seen."""
    return {
        "matrix": priority.matrix(db()),
        "usual": MATRIX,
        "version": version,
        "cell": priority.cell,
    }


def _chosen() -> dict[Pair, str]:
    return {pair: forms.text(priority.cell(*pair)) for pair in MATRIX}
