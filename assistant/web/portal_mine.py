"""What a requester filed or joined, and what they answer; reading one stands with the incident's page."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import conversation, notice, worklist
from assistant.desk.attachment import LARGEST
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.attachments import keep_files, sent_files
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.page import done, page
from assistant.web.policy import MEBIBYTE, allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("portal_mine", __name__)
WITH_FILE = "See the file."


@blueprint.get("/help/incidents")
@allows("incident.read")
def index() -> ResponseReturnValue:
    """List what this person filed or follows, and the known incidents that hurt them too."""
    incidents = worklist.of_requester(db(), viewer())
    return page("portal/mine.html", incidents=incidents, joined=notice.joined(db(), me()))


@blueprint.get("/help/incidents/<number>/reply")
@allows("incident.comment")
def composer(number: str) -> ResponseReturnValue:
    """Show the field for an answer to the service desk."""
    return part_of(the_incident(number), "portal/_reply.html")


@blueprint.post("/help/incidents/<number>/reply")
@allows("incident.comment", form="portal_mine.composer", body_bytes=LARGEST + MEBIBYTE)
def reply(number: str) -> ResponseReturnValue:
    """Add a comment with its files; files alone say so themselves."""
    incident = the_incident(number)
    files = bool(sent_files())
    words = forms.text("text") or (WITH_FILE if files else "")
    entry = conversation.comment(db(), incident, words, actor=me(), now=now(), anew=files)
    keep_files(incident, entry.id)
    target = url_for("incidents.detail", number=incident.number)
    return done(target, "Your answer is sent.", event="incident-changed")
