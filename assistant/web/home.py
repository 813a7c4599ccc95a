"""The first page: agents go to their work, everybody else to the portal."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import directory
from assistant.identity import me, portal_is_open
from assistant.web.door import db
from assistant.web.policy import anybody

blueprint = Blueprint("home", __name__)
FIRST = {
    "requester": "portal.home",
    "coach": "curation.index",
}  # role -> its first page, where it is not the queue


@blueprint.get("/")
@anybody()
def index() -> ResponseReturnValue:
    """Go to the page that this person works with."""
    person = me()
    if person is None and not directory.can_be_administered(db()):
        return redirect(url_for("set_up.index"), 303)
    nobody = "portal.home" if portal_is_open() else "sign_in.form"
    return redirect(url_for(FIRST.get(person.role, "queue.index") if person else nobody), 303)
