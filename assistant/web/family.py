"""Incidents that belong together: parent and children, duplicates that were merged."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import family, merging
from assistant.identity import me
from assistant.web import bulk
from assistant.web.acts import CHANGED
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import named_incident, the_incident

blueprint = Blueprint("family", __name__)


@blueprint.get("/incidents/<number>/family")
@allows("incident.work")
def show(number: str) -> ResponseReturnValue:
    """Show the children of an incident and what was merged into it."""
    return part_of(the_incident(number), "incidents/_family.html")


@blueprint.post("/incidents/<number>/children/resolve")
@allows("incident.work", form="family.show")
def resolve(number: str) -> ResponseReturnValue:
    """Resolve the ticked children as their parent was; those that are refused are named."""
    incident = the_incident(number)
    outcome = family.resolve_children(db(), incident, bulk.ticked(), actor=me(), now=now())
    return bulk.told(outcome, "resolved the same way", _page(number))


@blueprint.post("/incidents/<number>/merge")
@allows("incident.work", form="acts.more")
def merge(number: str) -> ResponseReturnValue:
    """Let this incident go on in another one that says the same."""
    into = merging.merge(db(), the_incident(number), named_incident("into"), actor=me(), now=now())
    return done(_page(number), f"Merged into {into.number}. You can take that back here.", event=CHANGED)


@blueprint.post("/incidents/<number>/unmerge")
@allows("incident.work", form="incidents.detail")
def unmerge(number: str) -> ResponseReturnValue:
    """Take a merge back."""
    incident = merging.unmerge(db(), the_incident(number), actor=me(), now=now())
    return done(_page(number), f"{incident.number} goes on by itself again.", event=CHANGED)


def _page(number: str) -> str:
    return url_for("incidents.detail", number=number)
