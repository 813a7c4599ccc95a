"""An incident's pages: new, open, edit. What is done with an open one in place is in `acts`."""

from typing import Any

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import classification, lifecycle, people
from assistant.desk.asset import Service
from assistant.desk.classification import Category
from assistant.desk.incident import SOURCES
from assistant.desk.lifecycle import Report
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.incident_page import incident_page, part_of
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.shown import note_opened
from assistant.web.subjects import (
    chosen,
    chosen_id,
    named_items,
    named_person,
    offered,
    own_group,
    services,
    the_incident,
)

blueprint = Blueprint("incidents", __name__)
TEXTS = ("title", "symptoms", "environment", "contact", "impact", "urgency", "priority", "priority_reason")
LEARNED = ("workaround", "cause", "resolution", "verification")


@blueprint.get("/incidents/new")
@allows("incident.work")
def new() -> ResponseReturnValue:
    """Show the form for a new incident; requesters are asked at the portal."""
    return page("incidents/new.html", asked=forms.question(), panel=None, **choices())


@blueprint.post("/incidents")
@allows("incident.work", form="incidents.new")
def create() -> ResponseReturnValue:
    """Record an incident."""
    incident = lifecycle.open(db(), _report(), actor=me(), now=now())
    target = url_for("incidents.detail", number=incident.number)
    return done(target, f"{incident.number} is recorded.", leave=True)


@blueprint.get("/incidents/<number>")
@allows("incident.read")
def detail(number: str) -> ResponseReturnValue:
    """Show an incident: everything to those who work on it, plain words to the requester."""
    note_opened()
    return incident_page(the_incident(number))


@blueprint.get("/incidents/<number>/head")
@allows("incident.work")
def head(number: str) -> ResponseReturnValue:
    """Show what it is, who works on it and what can be done."""
    return part_of(the_incident(number), "incidents/_head.html")


@blueprint.get("/incidents/<number>/facts")
@allows("incident.work")
def facts(number: str) -> ResponseReturnValue:
    """Show what is known about it, and what hangs on it."""
    return part_of(the_incident(number), "incidents/_facts.html")


@blueprint.get("/incidents/<number>/timeline")
@allows("incident.read")
def timeline(number: str) -> ResponseReturnValue:
    """Show what happened, newest first."""
    return part_of(the_incident(number), "incidents/_timeline.html" if me().works else "portal/_talk.html")


@blueprint.get("/incidents/<number>/edit")
@allows("incident.work")
def edit(number: str) -> ResponseReturnValue:
    """Show the form that changes an incident; after a lost race, both versions."""
    incident = the_incident(number)
    kept = choices(incident.category_id, incident.closing_category_id, service=incident.service)
    return page("incidents/edit.html", incident=incident, lost=g.get("lost_race", False), **kept)


@blueprint.post("/incidents/<number>/edit")
@allows("incident.work", form="incidents.edit")
def save(number: str) -> ResponseReturnValue:
    """Change an incident."""
    incident = the_incident(number)
    seen = forms.number("version") or 0
    lifecycle.edit(db(), incident, _changes(), seen=seen, actor=me(), now=now())
    return done(url_for("incidents.detail", number=number), "Your changes are saved.", leave=True)


def choices(*keep: int | None, service: Service | None = None) -> dict[str, Any]:
    """Return what the forms offer to choose from.

    keep: ids of categories that stand in the form, though retired; service: the one that stands there.
    """
    return {
        "services": offered(services(), service),
        "categories": [(category.id, category.path) for category in classification.tree(db(), *keep)],
        "own_groups": [(group.id, group.name) for group in people.groups_of(me()) if group.restricted],
        "sources": [(key, label) for key, label in SOURCES.items() if key not in ("api", "import")],
    }


def _report() -> Report:
    return Report(
        **forms.texts("title", "symptoms", "environment", "contact", "impact", "urgency", "priority_reason"),
        text=forms.text("reported_text"),
        source=forms.text("source"),
        requester=named_person("requester"),
        occurred_at=forms.moment("occurred_at"),
        service=chosen(Service, "service_id"),
        category_id=chosen_id(Category, "category_id"),
        priority=forms.text("priority") or None,
        restricted_to=own_group("restricted_to_id"),
        items=named_items("items"),
    )


def _changes() -> dict[str, Any]:
    return {
        **forms.texts(*TEXTS, *LEARNED),
        "service_id": chosen_id(Service, "service_id"),
        "category_id": chosen_id(Category, "category_id"),
        "closing_category_id": chosen_id(Category, "closing_category_id"),
        "occurred_at": forms.moment("occurred_at"),
        "items": named_items("items"),
    }
