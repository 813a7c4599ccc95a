"""What is done with an incident in place: say, assign, move, link, relate, watch, open again, confirm."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import closure, conversation, family, lifecycle, link, merging, relations
from assistant.desk.incident import RELATIONS
from assistant.desk.link import KINDS
from assistant.desk.people import Group, Person
from assistant.desk.permissions import may_read_incident
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.incident_page import part_of
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import chosen, named_article, named_incident, named_person, the_incident

blueprint = Blueprint("acts", __name__)
CHANGED = "incident-changed"
SAY = {"note": conversation.note, "comment": conversation.comment, "all": family.comment}
SAID = {
    "note": "Work note added.",
    "comment": "Comment sent.",
    "all": "Sent to everybody who is hurt by the same.",
}
OPENED = {
    True: "{} is open again.",
    False: "{} goes on together with others that say the same. Who works on it is told what you wrote.",
}


@blueprint.get("/incidents/<number>/say")
@allows("incident.comment")
def composer(number: str) -> ResponseReturnValue:
    """Show the field for notes and comments."""
    return part_of(the_incident(number), "incidents/_composer.html" if me().works else "portal/_reply.html")


@blueprint.post("/incidents/<number>/note")
@allows("incident.work", form="acts.composer")
def note(number: str) -> ResponseReturnValue:
    """Add a work note, a comment, or a comment to all, as the agent chose beside the field."""
    kind, minutes = forms.chosen("kind", SAY), forms.whole("minutes")
    SAY[kind](db(), the_incident(number), forms.text("text"), actor=me(), now=now(), minutes=minutes)
    return done(_page(number), SAID[kind], event=CHANGED)


@blueprint.post("/incidents/<number>/comment")
@allows("incident.comment", form="acts.composer")
def comment(number: str) -> ResponseReturnValue:
    """Add a comment."""
    conversation.comment(db(), the_incident(number), forms.text("text"), actor=me(), now=now())
    return done(_page(number), "Your comment is sent.", event=CHANGED)


@blueprint.get("/incidents/<number>/assign")
@allows("incident.work")
def assigning(number: str) -> ResponseReturnValue:
    """Show who could work on it."""
    return part_of(the_incident(number), "incidents/_head.html", panel="assign")


@blueprint.post("/incidents/<number>/assign")
@allows("incident.work", form="acts.assigning")
def assign(number: str) -> ResponseReturnValue:
    """Give the incident to a group, a person, or both."""
    group, person = chosen(Group, "group_id"), chosen(Person, "assignee_id")
    lifecycle.assign(db(), the_incident(number), group, person, actor=me(), now=now())
    return done(_page(number), f"Assigned to {person.name if person else 'nobody'}.", event=CHANGED)


@blueprint.post("/incidents/<number>/take")
@allows("incident.work", form="acts.assigning")
def take(number: str) -> ResponseReturnValue:
    """Take the incident."""
    incident = the_incident(number)
    lifecycle.assign(db(), incident, incident.group, me(), actor=me(), now=now())
    return done(_page(number), "It is yours.", event=CHANGED)


@blueprint.get("/incidents/<number>/move")
@allows("incident.work")
def moving(number: str) -> ResponseReturnValue:
    """Show the states it can go to."""
    return part_of(the_incident(number), "incidents/_head.html", panel="move")


@blueprint.post("/incidents/<number>/move")
@allows("incident.work", form="acts.moving")
def move(number: str) -> ResponseReturnValue:
    """Move the incident to another state of its process."""
    reason = forms.text("hold_reason")
    state = forms.text("state")
    lifecycle.move(db(), the_incident(number), state, actor=me(), now=now(), hold_reason=reason)
    return done(_page(number), "The state is changed.", event=CHANGED)


@blueprint.get("/incidents/<number>/more")
@allows("incident.work")
def more(number: str) -> ResponseReturnValue:
    """Show what else can be done: link, relate, attach, watch."""
    return part_of(the_incident(number), "incidents/_head.html", panel="more")


@blueprint.post("/incidents/<number>/link")
@allows("incident.work", form="acts.more")
def link_article(number: str) -> ResponseReturnValue:
    """Link an article, as what resolved it or as reference."""
    incident, article = the_incident(number), named_article("article")
    link.add(db(), incident, article, forms.chosen("link_kind", KINDS), actor=me(), now=now())
    return done(_page(number), f"{article.number} is linked.", event=CHANGED)


@blueprint.post("/incidents/<number>/relate")
@allows("incident.work", form="acts.more")
def relate(number: str) -> ResponseReturnValue:
    """Say how this incident and another one belong together."""
    incident, other = the_incident(number), named_incident("other")
    relations.relate(db(), incident, other, forms.chosen("kind", RELATIONS), actor=me(), now=now())
    return done(_page(number), f"Related to {other.number}.", event=CHANGED)


@blueprint.post("/incidents/<number>/relations/<int:relation_id>/remove")
@allows("incident.work")
def unrelate(number: str, relation_id: int) -> ResponseReturnValue:
    """Take a relation back."""
    incident = the_incident(number)
    relation = next((one for one in incident.relations if one.id == relation_id), None)
    if relation is None or not may_read_incident(db(), viewer(), relation.other):
        raise NotFound
    relations.unrelate(db(), relation, actor=me(), now=now())
    return done(_page(number), "The relation is removed.", event=CHANGED)


@blueprint.post("/incidents/<number>/watch")
@allows("incident.work", form="acts.more")
def watch(number: str) -> ResponseReturnValue:
    """Let a person follow the incident; nobody named means oneself."""
    person = named_person("watcher") or me()
    lifecycle.watch(db(), the_incident(number), person, actor=me(), now=now())
    return done(_page(number), f"{person.name} follows this now.", event=CHANGED)


@blueprint.post("/incidents/<number>/reopen")
@allows("incident.reopen", form="incidents.detail")
def reopen(number: str) -> ResponseReturnValue:
    """Open a resolved or closed incident again, with what was said about it."""
    incident = the_incident(number)
    merging.reopen(db(), incident, forms.text("text"), actor=me(), now=now())
    return done(_page(number), OPENED[incident.is_open].format(incident.number), event=CHANGED)


@blueprint.post("/incidents/<number>/confirm")
@allows("incident.confirm", form="incidents.detail")
def confirm(number: str) -> ResponseReturnValue:
    """Say that the service is back for the person who asked."""
    closure.confirm(db(), the_incident(number), actor=me(), now=now())
    return done(_page(number), "Thank you. Good that it works again.", event=CHANGED)


@blueprint.post("/incidents/<number>/close")
@allows("incident.work", form="resolving.form")
def close(number: str) -> ResponseReturnValue:
    """Close a resolved incident that has its article."""
    incident = closure.close(db(), the_incident(number), actor=me(), now=now())
    return done(_page(number), f"{incident.number} is closed.", event=CHANGED)


def _page(number: str) -> str:
    return url_for("incidents.detail", number=number)
