"""The first page: agents go to their work; requesters are asked what is not working."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import suggestions, worklist
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, keep, now, runtime
from assistant.web.guard import limiter
from assistant.web.page import done, page
from assistant.web.policy import allows, anybody
from kb import feedback

blueprint = Blueprint("home", __name__)
FIRST = {
    "requester": "home.portal",
    "coach": "curation.index",
}  # role -> its first page, where it is not the queue


@blueprint.get("/")
@anybody()
def index() -> ResponseReturnValue:
    """Go to the page that this person works with."""
    person = me()
    return redirect(url_for(FIRST.get(person.role, "queue.index") if person else "home.portal"), 303)


@blueprint.get("/help")
@allows("incident.open")
@limiter.limit("120/minute")
def portal() -> ResponseReturnValue:
    """Ask what is not working, and answer as far as articles can."""
    question = forms.text("q")
    panel = suggestions.suggest_for(db(), runtime().live, question, viewer())
    panel = keep(suggestions.record, panel, kind="typing", actor=me(), now=now())
    return page("portal/ask.html", "portal/_answers.html", question=question, panel=panel)


@blueprint.post("/help/solved")
@allows("incident.open")
def solved() -> ResponseReturnValue:
    """Keep that an answer helped the person to whom it was shown."""
    feedback.answer(db(), forms.number("shown"), "used", actor=me(), now=now())
    return done(url_for("home.portal"), "Good that it works again.", leave=True)


@blueprint.get("/help/incidents")
@allows("incident.read")
def mine() -> ResponseReturnValue:
    """List what this person filed or follows."""
    return page("portal/mine.html", incidents=worklist.of_requester(db(), viewer()))
