"""Incidents of another desk are adopted as they were, and renewed later."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from assistant.desk import adoption, audit, process
from assistant.desk.adoption import Adoption
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from kb.embeddings import Embedding
from tests import make

CLOSED = {
    "external_id": "old:7",
    "title": "VPN drops",
    "reported_text": "It drops.",
    "resolution": "Turned off power saving.",
    "process": "itil",
    "process_version": 0,
    "state": "closed",
    "recorded_at": make.NOON - timedelta(days=3),
    "closed_at": make.NOON - timedelta(days=1),
}


def taken(db, **more):
    items = more.pop("item_ids", ())
    entries = more.pop("entries", ())
    ids = adoption.take(db, [Adoption({**CLOSED, **more}, entries, items)], now=make.NOON)
    return db.get_one(Incident, ids["old:7"])


def test_a_closed_incident_is_adopted_without_the_gate(db):
    incident = taken(db)
    assert (incident.state, incident.phase, incident.closing_door, incident.version) == (
        "closed",
        "closed",
        None,
        1,
    )
    assert incident.closed_at == CLOSED["closed_at"] and incident.updated_at == make.NOON
    assert incident.source == "portal" and incident.impact == "person"


def test_what_was_said_and_what_was_broken_come_with_it(db):
    said = {"kind": "note", "text": "Called back.", "author_id": make.person(db).id, "at": make.NOON}
    incident = taken(db, entries=[said], item_ids=[make.item(db).id])
    assert [entry.text for entry in incident.entries] == ["Called back."]
    assert [item.name for item in incident.items] == ["LT-20981"]


def test_who_had_it_is_kept_until_it_ended(db):
    ben = make.person(db)
    incident = taken(db, assignee_id=ben.id, group_id=make.group(db).id)
    assert [(span.person_id, span.since, span.until) for span in incident.spans] == [
        (ben.id, CLOSED["recorded_at"], CLOSED["closed_at"])
    ]


def test_the_trail_and_the_index_know_it(db):
    incident = taken(db)
    (entry,) = audit.of(db, "incident", incident.id)
    assert entry.action == "incident added" and entry.changes["external_id"] == [None, "old:7"]
    parts = db.scalars(select(Embedding.part).where(Embedding.item_id == incident.id))
    assert set(parts) == {"title", "symptoms", "resolution"}


def test_a_renewed_incident_takes_over_state_and_people(db):
    ben, cleo = make.person(db), make.person(db, "cleo")
    incident = taken(db, state="in_progress", closed_at=None, assignee_id=ben.id)
    changes = {"state": "closed", "closed_at": make.NOON, "assignee_id": cleo.id}
    said = [{"kind": "comment", "text": "Done.", "author_id": None, "at": make.NOON}]
    adoption.renew(db, incident, changes, said, actor=None, now=make.NOON)
    db.flush()
    assert (incident.phase, incident.assignee_id, incident.version) == ("closed", cleo.id, 2)
    assert [span.person_id for span in incident.spans] == [ben.id, cleo.id] and incident.spans[
        0
    ].until == make.NOON
    assert audit.changed_since(db, "incident", incident.id, 1) >= {"state", "assignee_id"}


def test_people_written_about_cannot_sign_in(db):
    ids = adoption.people_written_about(db, {"ada@imported.invalid": "Ada"}, now=make.NOON, timezone="UTC")
    ada = db.get_one(Person, ids["ada@imported.invalid"])
    assert (ada.name, ada.role, ada.active, ada.password_hash) == ("Ada", "requester", False, None)
    assert [entry.action for entry in audit.of(db, "person", ada.id)] == ["person added"]


@pytest.mark.parametrize(
    ("name", "said", "phase", "state"),
    [
        ("itil", "In progress", "new", "in_progress"),
        ("itil", "Gelöst", "resolved", "resolved"),
        ("itil", "", "waiting", "on_hold"),
        ("adhoc", "", "resolved", "open"),
        ("adhoc", "", "closed", "done"),
        ("adhoc", "", "active", "open"),
    ],
)
def test_a_state_of_another_desk_finds_its_place(name, said, phase, state):
    assert adoption.state_for(process.preset(name), said, phase) == state
