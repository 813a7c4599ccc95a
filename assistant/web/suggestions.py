"""Suggestions beside an incident and beside the form of a new one, and what people do with them."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import suggestions
from assistant.desk.incident import Incident
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.acts import CHANGED
from assistant.web.door import db, keep, now, runtime
from assistant.web.guard import limiter
from assistant.web.incident_page import incident_page
from assistant.web.incidents import choices
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import allows
from assistant.web.subjects import the_incident
from kb.feedback import Search, Showing

blueprint = Blueprint("suggestions", __name__)
REASONS = {
    "environment": "Other environment or version",
    "symptom": "Other symptom",
    "tried": "Tried it, did not help",
    "outdated": "Outdated or wrong",
}


@blueprint.get("/incidents/<number>/suggestions")
@allows("incident.work")
def panel(number: str) -> ResponseReturnValue:
    """Show what resolved this before."""
    incident = the_incident(number)
    found = suggestions.suggest(db(), runtime().live, incident, viewer(), now=now())
    found = keep(suggestions.record, found, kind="suggestion", actor=me(), now=now(), incident_id=incident.id)
    return incident_page(incident, fragment="incidents/_suggestions.html", found=found, reasons=REASONS)


@blueprint.post("/suggestions")
@allows("incident.work", looks=True)
@limiter.limit("120/minute")
def typing() -> ResponseReturnValue:
    """Show what may help while somebody still types a new incident."""
    text = "\n".join(filter(None, forms.texts("title", "reported_text", "symptoms", "environment").values()))
    found = suggestions.suggest_for(db(), runtime().live, text, viewer(), now=now())
    found = keep(suggestions.record, found, kind="typing", actor=me(), now=now())
    keep_typed()
    return page("incidents/new.html", "incidents/_typing.html", panel=found, **choices())


@blueprint.post("/incidents/<number>/suggestions/<int:showing_id>/use")
@allows("suggestion.choose", form="suggestions.panel")
def use(number: str, showing_id: int) -> ResponseReturnValue:
    """Take a suggestion; the form that resolves with it opens beside the conversation."""
    incident = the_incident(number)
    suggestions.use(db(), incident, _shown(incident, showing_id), actor=me(), now=now())
    return done(url_for("resolving.form", number=number), event=f"{CHANGED} suggestion-used")


@blueprint.post("/incidents/<number>/suggestions/<int:showing_id>/reference")
@allows("suggestion.choose", form="suggestions.panel")
def refer(number: str, showing_id: int) -> ResponseReturnValue:
    """Keep a suggestion as reference only."""
    incident = the_incident(number)
    suggestions.refer(db(), incident, _shown(incident, showing_id), actor=me(), now=now())
    return done(_page(number), "Kept as reference.", event=CHANGED)


@blueprint.post("/incidents/<number>/suggestions/<int:showing_id>/attach")
@allows("suggestion.choose", form="suggestions.panel")
def attach(number: str, showing_id: int) -> ResponseReturnValue:
    """Merge this incident into the open one that was shown."""
    incident = the_incident(number)
    suggestions.attach_to(db(), incident, _shown(incident, showing_id), actor=me(), now=now())
    return done(_page(number), "Merged. It goes on in the other one.", event=CHANGED)


@blueprint.post("/incidents/<number>/suggestions/<int:showing_id>/reject")
@allows("suggestion.choose", form="suggestions.panel")
def reject(number: str, showing_id: int) -> ResponseReturnValue:
    """Say why a suggestion does not help here."""
    incident, reason = the_incident(number), REASONS.get(forms.text("reason"), "")
    suggestions.reject(db(), incident, _shown(incident, showing_id), reason, actor=me(), now=now())
    return done(_page(number), "Noted, thank you.", event=CHANGED)


def _shown(incident: Incident, showing_id: int) -> Showing:
    """Return a showing of this incident. Raises NotFound for one of another incident, or of what one may not read."""
    showing: Any = db().get(Showing, showing_id)
    search = db().get(Search, showing.search_id) if showing else None
    if search is None or search.incident_id != incident.id or not suggestions.readable(db(), showing, me()):
        raise NotFound
    return showing


def _page(number: str) -> str:
    return url_for("incidents.detail", number=number)
