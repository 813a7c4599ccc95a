"""What agents do for requesters on an incident’s page: announce it, end the notice; what was tried before asking."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import notice
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.page import done, wants_part
from assistant.web.policy import allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("portal_announce", __name__)
CHANGED = "incident-changed"


@blueprint.get("/incidents/<number>/notice")
@allows("notice.announce")
def form(number: str) -> ResponseReturnValue:
    """Show what requesters are told of an incident, and the form that says it; shut where it only catches up."""
    catches_up = wants_part() and not g.get("refused")
    return part_of(the_incident(number), "portal/_notice.html", panel="" if catches_up else "notice")


@blueprint.post("/incidents/<number>/notice")
@allows("notice.announce", form="portal_announce.form")
def announce(number: str) -> ResponseReturnValue:
    """Tell requesters of an incident."""
    title, text = forms.text("notice_title"), forms.text("notice_text")
    agreed = {"seen": forms.text("seen"), "confirmed": bool(forms.text("confirmed"))}
    notice.announce(db(), the_incident(number), title, text, actor=me(), now=now(), **agreed)
    return done(_page(number), "Requesters can read it now.", event=CHANGED)


@blueprint.post("/incidents/<number>/notice/end")
@allows("notice.announce", form="portal_announce.form")
def end(number: str) -> ResponseReturnValue:
    """Take a notice back."""
    told = notice.of(db(), the_incident(number))
    if told is None:
        raise NotFound
    notice.end(db(), told, actor=me(), now=now())
    return done(_page(number), "The notice is not shown any more.", event=CHANGED)


@blueprint.get("/incidents/<number>/before")
@allows("incident.work")
def before(number: str) -> ResponseReturnValue:
    """Show what the requester searched and read before asking."""
    return part_of(the_incident(number), "portal/_before.html")


def _page(number: str) -> str:
    return url_for("incidents.detail", number=number)
