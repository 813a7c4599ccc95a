"""One's own settings: time zone, password, colours."""

from zoneinfo import available_timezones

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant import identity
from assistant.desk import people, signin
from assistant.desk.errors import Finding, Refused
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.guard import limiter
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.words import THEMES

blueprint = Blueprint("profile", __name__)
A_YEAR_S = 31_536_000


@blueprint.get("/profile")
@allows("profile")
def index() -> ResponseReturnValue:
    """Show one's own settings."""
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    others = signin.browsers(db(), me(), now=now()) - 1
    return page("profile.html", zones=["UTC", *zones], others=others)


@blueprint.post("/profile/timezone")
@allows("profile", form="profile.index")
def timezone() -> ResponseReturnValue:
    """Choose the zone in which times are shown."""
    me().timezone = forms.chosen("timezone", available_timezones())
    return done(url_for("profile.index"), "Times are shown in your zone now.", leave=True)


@blueprint.post("/profile/password")
@allows("profile", form="profile.index")
@limiter.limit("10/minute")
def password() -> ResponseReturnValue:
    """Choose a new password; every other browser is signed out."""
    person = me()
    if not people.password_matches(person, request.form.get("password", "")):
        raise Refused([Finding("password", "This is not your present password.", "Type it again.")])
    _set(person, request.form.get("new", ""))
    signin.end_all(db(), person)
    identity.enter(person)
    return done(
        url_for("profile.index"), "Your password is changed. Other browsers are signed out.", leave=True
    )


@blueprint.post("/profile/sign-out-others")
@allows("profile", form="profile.index")
def leave_others() -> ResponseReturnValue:
    """Sign every other browser out."""
    count = identity.leave_others()
    said = "1 other browser is signed out." if count == 1 else f"{count} other browsers are signed out."
    return done(url_for("profile.index"), said, leave=True)


@blueprint.post("/profile/theme")
@allows("profile")
def theme() -> ResponseReturnValue:
    """Choose light or dark, or follow the system."""
    answer = done(url_for("profile.index"))
    chosen = forms.text("theme")
    if chosen in THEMES:
        answer.set_cookie(
            "theme", chosen, max_age=A_YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure
        )
    else:
        answer.delete_cookie("theme")
    return answer


def _set(person: people.Person, new: str) -> None:
    try:
        people.set_password(person, new)
    except Refused as refusal:
        raise Refused([Finding("new", one.message, one.cure) for one in refusal.findings]) from refusal
