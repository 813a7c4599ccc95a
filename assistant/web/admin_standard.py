"""The content standard: its document and its checks, their past, and the document as a panel beside an editor."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import content_standard, site
from assistant.identity import me
from assistant.web import forms
from assistant.web.admin_processes import differences
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from kb.standard import CHECKS, LEVELS, TEXT

blueprint = Blueprint("admin_standard", __name__, url_prefix="/admin/standard")


@blueprint.get("")
@allows("administer")
def index() -> ResponseReturnValue:
    """Show the document and the checks to change, and what was saved before."""
    return page(
        "admin/standard.html",
        text=content_standard.text(db()),
        decided=content_standard.of(db()),
        checks=CHECKS,
        levels=list(LEVELS.items()),
        version=site.version(db(), content_standard.SUBJECT),
        past=content_standard.past(db()),
        lost=g.get("lost_race", False),
    )


@blueprint.post("")
@allows("administer", form="admin_standard.index")
def save() -> ResponseReturnValue:
    """Save the document and what each check does."""
    content_standard.put(
        db(),
        forms.text("text") + "\n",
        {check.name: forms.text(f"level_{check.name}") for check in CHECKS},
        {check.name: forms.number(f"number_{check.name}") for check in CHECKS if check.number},
        seen=forms.number("version") or 0,
        actor=me(),
        now=now(),
    )
    return done(url_for("admin_standard.index"), "The content standard is saved.", leave=True)


@blueprint.get("/versions/<int:number>")
@allows("administer")
def version(number: int) -> ResponseReturnValue:
    """Show the document as it was saved once, beside what it says now."""
    shown = content_standard.at(db(), number)
    if shown is None:
        raise NotFound
    before = str(shown.value.get("text") or TEXT)
    lines = differences(before, content_standard.text(db()))
    current = site.version(db(), content_standard.SUBJECT)
    return page("admin/standard_version.html", shown=shown, text=before, lines=lines, version=current)


@blueprint.post("/versions/<int:number>/restore")
@allows("administer", form="admin_standard.version")
def restore(number: int) -> ResponseReturnValue:
    """Save once more what was saved then."""
    shown = content_standard.at(db(), number)
    if shown is None:
        raise NotFound
    seen = forms.number("version") or 0
    site.put(db(), content_standard.SUBJECT, shown.value, seen=seen, actor=me(), now=now())
    return done(
        url_for("admin_standard.index"), "The content standard says again what it said then.", leave=True
    )


@blueprint.get("/panel")
@allows("article.write")
def panel() -> ResponseReturnValue:
    """Show the document to somebody who writes an article."""
    return page("admin/standard_panel.html", "admin/_standard.html", text=content_standard.text(db()))
