"""A look at an incident beside the list, without leaving the list."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import worklist
from assistant.identity import viewer
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("preview", __name__)
SHOWN = 3  # of what was said last


@blueprint.get("/incidents/<number>/preview")
@allows("incident.work")
def pane(number: str) -> ResponseReturnValue:
    """Show what it is about, what was said last, and the best answer that waits."""
    incident = the_incident(number)
    return page(
        "incidents/preview.html",
        "incidents/_preview.html",
        incident=incident,
        entries=incident.entries[: -SHOWN - 1 : -1],
        waits=worklist.waiting_for(db(), viewer(), incident),
    )
