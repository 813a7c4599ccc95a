"""The page behind an invitation: one person chooses their password, and is signed in."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assistant import identity
from assistant.desk import invitation
from assistant.web.door import db, now
from assistant.web.guard import get_remote_address, limiter
from assistant.web.page import page
from assistant.web.policy import anybody

blueprint = Blueprint("invitations", __name__)
TRIES = "30/minute;200/hour"


@blueprint.get("/invitations/<token>")
@anybody()
@limiter.limit(TRIES, key_func=get_remote_address)
def form(token: str) -> ResponseReturnValue:
    """Ask for a password; a link that does not work looks the same whatever is wrong with it."""
    return _asking(token)


@blueprint.post("/invitations/<token>")
@anybody(form="invitations.form")
@limiter.limit(TRIES, key_func=get_remote_address)
def accept(token: str) -> ResponseReturnValue:
    """Take the password and sign the person in."""
    if invitation.find(db(), token, now=now()) is None:
        return _asking(token)
    person = invitation.accept(db(), token, request.form.get("password", ""), now=now())
    identity.enter(person)
    return redirect(url_for("home.index"), 303)


def _asking(token: str) -> ResponseReturnValue:
    found = invitation.find(db(), token, now=now())
    return page("invitation.html", status=200 if found else 404, invited=found, gone=invitation.GONE)
