"""Looking people up while somebody types a name."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from assistant.desk.people import Person
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
    """List the people whose name or mail address begins with what is typed."""
    typed = next(filter(None, map(forms.text, FIELDS)), "")
    return page("people.html", "_people.html", people=_named(typed) if typed else [])


def _named(typed: str) -> list[Person]:
    fits = or_(
        Person.name.icontains(typed, autoescape=True), Person.email.startswith(typed.lower(), autoescape=True)
    )
    return list(db().scalars(select(Person).where(Person.active, fits).order_by(Person.name).limit(SHOWN)))
