"""What stands on an incident's page, gathered once for the page and for each of its parts."""

from functools import partial
from typing import Any

from flask import Response

from assistant.desk import (
    checklist,
    closure_gate,
    conversation,
    family,
    groups,
    merging,
    people,
    permissions,
    presence,
    timeline,
    ways,
    worklist,
)
from assistant.desk.incident import RELATIONS, Incident, Relation
from assistant.desk.link import Link
from assistant.identity import me, viewer
from assistant.web.door import db, now
from assistant.web.page import page
from assistant.web.portal_incident import Portal, for_requester
from assistant.web.subjects import offered
from kb.article import Article

WORKING = ("new", "active", "waiting")  # phases of the state menu; the others have their own button
REVERSED = {"duplicate_of": "Has the duplicate", "child_of": "Parent of", "related_to": "Related to"}


def incident_page(
    incident: Incident, *, panel: str = "", fragment: str | None = None, **more: Any
) -> Response:
    """Show the whole page, or the fragment when only that is wanted. panel: which small form is open."""
    template = "incidents/detail.html" if me().works else "portal/incident.html"
    return page(template, fragment, **_about(incident), panel=panel, **more)


def part_of(incident: Incident, fragment: str, **more: Any) -> Response:
    """Show one part of the page; its address opens the whole page in a browser."""
    return incident_page(incident, fragment=fragment, **more)


def state_label(incident: Incident) -> str:
    """Return what the incident's process calls its state."""
    states = ways.of(db(), incident).states
    return states[incident.state].label if incident.state in states else incident.state


def readable_links(incident: Incident) -> list[Link]:
    """Return the links to articles that the viewer may read."""
    ids = [link.article_id for link in incident.links]
    known = permissions.readable_ids(db(), viewer(), Article, ids)
    return [link for link in incident.links if link.article_id in known]


def _about(incident: Incident) -> dict[str, Any]:
    way = ways.of(db(), incident)
    works = me().works
    return {
        "incident": incident,
        "way": way,
        "moves": [
            state
            for name in way.moves.get(incident.state, ())
            if (state := way.states[name]).phase in WORKING
        ],
        "events": timeline.of(db(), incident, viewer()),
        "watching": any(watcher.person_id == me().id for watcher in incident.watchers),
        "learned": closure_gate.has_article(incident),
        "kin": _kin(incident),
        "links": readable_links(incident),
        **({**_for_agents(incident), "portal": Portal(incident)} if works else for_requester(incident)),
    }


def _kin(incident: Incident) -> list[tuple[str, Incident, Relation | None]]:
    """Return the related incidents that the viewer may read: how, which, and the relation if it is removed here."""
    apart = ("child_of", "duplicate_of")  # below an incident these stand in its family
    ids = [one.other_id for one in incident.relations] + [one.incident_id for one in incident.related]
    known = permissions.readable_ids(db(), viewer(), Incident, ids)
    own = [(RELATIONS[one.kind], one.other, one) for one in incident.relations if one.other_id in known]
    others = [
        (REVERSED[one.kind], one.incident, None)
        for one in incident.related
        if one.incident_id in known and not (one.kind in apart and _in_family(one, incident))
    ]
    return [*own, *others]


def _in_family(relation: Relation, incident: Incident) -> bool:
    return relation.kind == "child_of" or relation.incident.merged_into_id == incident.id


def _merged(incident: Incident) -> list[Incident]:
    """Return the duplicates that were merged into an incident, as far as the viewer may read them."""
    known = permissions.readable_ids(db(), viewer(), Incident, [other.id for other in incident.merged_here])
    return [other for other in incident.merged_here if other.id in known]


def _for_agents(incident: Incident) -> dict[str, Any]:
    """Return what only people who work on incidents see. What costs a question is asked where a part shows it."""
    into = incident.merged_into
    return {
        "goes_on": into if into and permissions.may_read_incident(db(), viewer(), into) else None,
        "merged_since": merging.merged_at(incident),
        "merged": partial(_merged, incident),
        "children": partial(family.children, db(), incident, viewer()),
        "reached": partial(family.reached, db(), incident, viewer()),
        "waits": partial(worklist.waiting_for, db(), viewer(), incident),
        "others": partial(presence.others, db(), incident, me(), now=now()),
        "steps": checklist.of(incident),
        "removed_steps": [step for step in incident.steps if step.position == checklist.REMOVED],
        "spent": conversation.time_spent(incident),
        "people": offered(people.who_work(db()), incident.assignee),
        "groups": offered(groups.everyone(db(), active=True), incident.group),
        "relations": list(RELATIONS.items()),
    }
