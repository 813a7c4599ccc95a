"""A known incident as requesters see it: what was announced, who else is affected, “me too”, and that it is back."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import notice, relations
from assistant.desk.notice import Affected, Notice
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows

blueprint = Blueprint("portal_known", __name__)


@blueprint.get("/help/known/<number>")
@allows("notice.join")
def detail(number: str) -> ResponseReturnValue:
    """Show what is known: the words of the notice, its state, what was said to all, how many it hurts."""
    told = the_notice(number)
    return page(
        "portal/known.html",
        "portal/_joined.html",
        notice=told,
        incident=told.incident,
        said=notice.told_to_all(told.incident),
        many=notice.how_many(db(), told.incident_id),
        mine=db().get(Affected, (told.incident_id, me().id)),
    )


@blueprint.post("/help/known/<number>/join")
@allows("notice.join", form="portal_known.detail")
def join(number: str) -> ResponseReturnValue:
    """Add the person to those whom it hurts."""
    notice.join(db(), the_notice(number), forms.text("words"), actor=me(), now=now())
    said = "You are counted in. We tell you when there is news."
    return done(url_for("portal_known.detail", number=number), said, event="joined")


@blueprint.post("/help/known/<number>/back")
@allows("notice.join", form="portal_known.detail")
def back(number: str) -> ResponseReturnValue:
    """Keep that it works again for this person."""
    notice.back(db(), the_notice(number), actor=me(), now=now())
    said = "Thank you. Good that it works again."
    return done(url_for("portal_known.detail", number=number), said, event="joined")


def the_notice(number: str) -> Notice:
    """Return the notice of the incident with this number. Raises NotFound for what was never told, or is over."""
    incident = relations.by_number(db(), number)
    told = notice.of(db(), incident) if incident else None
    if told is None or not notice.may_read(db(), told, me()):
        raise NotFound
    return told
