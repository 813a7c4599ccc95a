"""Looking people up while somebody types a name."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import people
from assistant.web import forms
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows

blueprint = Blueprint("people", __name__)
SHOWN = 10
FIELDS = ("requester", "watcher", "person", "owner")  # of the forms that ask for somebody


@blueprint.get("/people")
@allows("incident.work")
def index() -> ResponseReturnValue:
    """List the people whose name holds what is typed, or whose mail address begins so."""
    typed = next(filter(None, map(forms.text, FIELDS)), "")
    return page("people.html", "_people.html", people=people.named(db(), typed, SHOWN) if typed else [])
