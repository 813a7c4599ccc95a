"""Who else is looking at an incident or writing on it, and whether somebody changed it meanwhile."""

from datetime import datetime

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import presence
from assistant.desk.incident import Incident
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.policy import allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("presence", __name__)
FRAGMENT = "incidents/_presence.html"


@blueprint.get("/incidents/<number>/presence")
@allows("incident.work")
def show(number: str) -> ResponseReturnValue:
    """Show who else is here."""
    return part_of(the_incident(number), FRAGMENT)


@blueprint.post("/incidents/<number>/presence")
@allows("incident.work", form="presence.show")
def note(number: str) -> ResponseReturnValue:
    """Keep that one is here, and say who else is."""
    incident = the_incident(number)
    presence.note(db(), incident, me(), writing=bool(forms.text("writing")), now=now())
    return part_of(incident, FRAGMENT, seen=_seen(incident))


def _seen(incident: Incident) -> datetime:
    """Return what the page shows: the incident as it was loaded, or after the viewer's own change."""
    try:
        seen = datetime.fromisoformat(forms.text("seen"))
    except ValueError:
        return incident.updated_at
    own = incident.updated_by_id == me().id or seen.tzinfo is None
    return incident.updated_at if own else seen
