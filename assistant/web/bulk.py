"""Many incidents at once: select them in a list, act, and see which were refused and why."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from assistant.desk import bulk, groups, link, people, ways
from assistant.desk.bulk import ACTS, Asked, Outcome
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.desk.permissions import readable_incidents
from assistant.identity import me, viewer
from assistant.web import filters, forms
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen, named_article, named_incident, offered
from kb.passages import id_numbered

blueprint = Blueprint("bulk", __name__)


@blueprint.get("/incidents/bulk")
@allows("incident.work")
def form() -> ResponseReturnValue:
    """Show the selected incidents with what can be done to them."""
    return result_page(selected(), Outcome())


@blueprint.post("/incidents/bulk")
@allows("incident.work", form="bulk.form")
def act() -> ResponseReturnValue:
    """Do one thing to all that are selected; what is refused is named and stays selected."""
    name = forms.chosen("do", ACTS)
    outcome = bulk.act(db(), ticked(), name, _asked(name), actor=me(), now=now())
    return told(outcome, ACTS[name][0])


def told(outcome: Outcome, did: str, back: str = "") -> ResponseReturnValue:
    """End an act on many: back to the list when all went well, else a page that names what was refused."""
    if not outcome.refused:
        return done(back or filters.address(), f"{_number(outcome.done)} {did}.")
    return result_page([one.incident for one in outcome.refused], outcome, did=did, back=back)


def result_page(incidents: list[Incident], outcome: Outcome, **more: Any) -> ResponseReturnValue:
    """Show incidents, all selected, each with the findings that an act left on it."""
    return page(
        "incidents/bulk.html",
        incidents=incidents,
        found={one.incident.id: one.findings for one in outcome.refused},
        done_count=_number(outcome.done),
        kept=filters.kept(),
        link=filters.address,
        **choices(incidents),
        **more,
    )


def selected() -> list[Incident]:
    """Return the incidents that are ticked, as far as the viewer may read them."""
    named = [id_numbered("incident", number) for number in request.values.getlist("number")]
    ids = list(dict.fromkeys(one for one in named if one is not None))[: bulk.MOST + 1]
    query = select(Incident).where(Incident.id.in_(ids), readable_incidents(viewer()))
    return sorted(db().scalars(query), key=lambda incident: ids.index(incident.id))


def ticked() -> list[Incident]:
    """Return what is selected. Raises Refused when that is nothing."""
    incidents = selected()
    if not incidents:
        raise Refused([Finding("", "Nothing is selected.", "Tick the incidents in the list first.")])
    return incidents


def choices(incidents: list[Incident]) -> dict[str, Any]:
    """Return what the acts offer for these incidents: groups, people, and the states of their processes."""
    states = {
        state.name: state.label
        for process in {(one.process, one.process_version): one for one in incidents}.values()
        for state in ways.of(db(), process).states.values()
        if state.phase in ("new", "active", "waiting")
    }
    return {
        "states": list(states.items()),
        "groups": offered(groups.everyone(db(), active=True)),
        "people": offered(people.who_work(db())),
    }


def _asked(name: str) -> Asked:
    return Asked(
        group=chosen(Group, "group_id"),
        person=chosen(Person, "assignee_id"),
        state=forms.text("state"),
        hold_reason=forms.text("hold_reason"),
        article=named_article("article") if name == "link" else None,
        link_kind=forms.chosen("link_kind", link.KINDS) if name == "link" else "",
        parent=named_incident("parent") if name == "parent" else None,
    )


def _number(incidents: list[Incident]) -> str:
    return f"{len(incidents)} incident{' is' if len(incidents) == 1 else 's are'}"
