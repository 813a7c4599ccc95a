"""The checklist of an incident: tick, add, remove, put back."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import checklist
from assistant.desk.checklist import Step
from assistant.desk.incident import Incident
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("steps", __name__)
CHANGED = "steps-changed"


@blueprint.get("/incidents/<number>/steps")
@allows("incident.work")
def show(number: str) -> ResponseReturnValue:
    """Show what has to be done, and what of it is done."""
    return part_of(the_incident(number), "incidents/_steps.html")


@blueprint.post("/incidents/<number>/steps")
@allows("incident.work", form="steps.show")
def add(number: str) -> ResponseReturnValue:
    """Add a step."""
    checklist.add(db(), the_incident(number), forms.text("step"), actor=me(), now=now())
    return done(_page(number), "The step is added.", event=CHANGED)


@blueprint.post("/incidents/<number>/steps/<int:step_id>/tick")
@allows("incident.work", form="steps.show")
def tick(number: str, step_id: int) -> ResponseReturnValue:
    """Say that a step is done, or not after all."""
    step = _step(the_incident(number), step_id)
    checklist.tick(db(), step, done=bool(forms.text("done")), actor=me(), now=now())
    return done(_page(number), event=CHANGED)


@blueprint.post("/incidents/<number>/steps/<int:step_id>/remove")
@allows("incident.work", form="steps.show")
def remove(number: str, step_id: int) -> ResponseReturnValue:
    """Take a step off the list; it can be put back."""
    checklist.remove(db(), _step(the_incident(number), step_id), actor=me(), now=now())
    return done(_page(number), "The step is removed. You can put it back below the list.", event=CHANGED)


@blueprint.post("/incidents/<number>/steps/<int:step_id>/put-back")
@allows("incident.work", form="steps.show")
def put_back(number: str, step_id: int) -> ResponseReturnValue:
    """Put a step that was removed back on the list."""
    incident = the_incident(number)
    checklist.put_back(db(), incident, _step(incident, step_id), actor=me(), now=now())
    return done(_page(number), "The step is back.", event=CHANGED)


def _step(incident: Incident, step_id: int) -> Step:
    """Return a step of this incident. Raises NotFound for one of another."""
    step = next((step for step in incident.steps if step.id == step_id), None)
    if step is None:
        raise NotFound
    return step


def _page(number: str) -> str:
    return f"{url_for('incidents.detail', number=number)}#steps"
