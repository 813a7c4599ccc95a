"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assistant import identity
from assistant.desk import people
from assistant.desk.errors import Finding, Refused
from assistant.web import guard
from assistant.web.door import db
from assistant.web.guard import limiter
from assistant.web.page import done, page
from assistant.web.policy import anybody

blueprint = Blueprint("sign_in", __name__)
WRONG = Finding(
    "",
    "The mail address and the password do not fit together.",
    "Check both; capitals count in the password.",
)


@blueprint.get("/sign-in")
@anybody()
def form() -> ResponseReturnValue:
    """Ask who it is."""
    return page("sign_in.html", next=request.values.get("next", ""))


@blueprint.post("/sign-in")
@anybody(form="sign_in.form")
@limiter.limit("30/minute;200/hour", key_func=guard.get_remote_address)
@limiter.limit("10/minute;60/hour", key_func=guard.account)
def enter() -> ResponseReturnValue:
    """Sign a person in; unknown and known people get the same answer in the same time."""
    person = people.by_email(db(), request.form.get("email", ""))
    if not people.password_matches(person, request.form.get("password", "")) or person is None:
        raise Refused([WRONG])
    identity.enter(person)
    return redirect(_inside(request.form.get("next", "")), 303)


@blueprint.post("/sign-out")
@anybody()
def leave() -> ResponseReturnValue:
    """Sign this browser out."""
    identity.leave()
    return done(url_for("sign_in.form"), "You are signed out.", leave=True)


def _inside(target: str) -> str:
    """Return the address to go on to: only a path of this desk, never another site's."""
    parts = urlsplit(target.replace("\\", "/"))
    inside = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    return target if inside and target.isprintable() and "\\" not in target else url_for("home.index")
