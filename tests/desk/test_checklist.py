"""Checklists: taken from the service, ticked by whoever did it, never a bar to resolving."""

from datetime import timedelta

import pytest

from assistant.desk import audit, checklist
from assistant.desk.errors import Refused
from tests import make

LATER = timedelta(minutes=5)


@pytest.fixture
def incident(db):
    """An incident of a service with two steps."""
    service = make.service(db)
    service.checklist = "Ask for the serial number\n\n  Check the warranty  "
    return make.incident(db, service=service)


def texts(incident):
    return [step.text for step in checklist.of(incident)]


def test_an_incident_begins_with_the_steps_of_its_service(incident):
    assert texts(incident) == ["Ask for the serial number", "Check the warranty"]


def test_ben_adds_a_step_and_it_is_said_who_ticked_it_and_when(db, now, incident):
    ben, cleo = make.person(db), make.person(db, "cleo")
    step = checklist.add(db, incident, "Order the  part", actor=ben, now=now)
    checklist.tick(db, step, done=True, actor=cleo, now=now + LATER)
    assert texts(incident)[-1] == "Order the part"
    assert (step.person, step.done_at) == (cleo, now + LATER)
    assert step not in checklist.open_steps(incident)
    checklist.tick(db, step, done=True, actor=ben, now=now + 2 * LATER)
    assert step.person is cleo
    checklist.tick(db, step, done=False, actor=ben, now=now + 2 * LATER)
    assert step in checklist.open_steps(incident)


def test_a_removed_step_is_kept_in_the_trail_and_can_be_put_back(db, now, incident):
    ben, step = make.person(db), checklist.of(incident)[0]
    checklist.remove(db, step, actor=ben, now=now)
    assert texts(incident) == ["Check the warranty"]
    assert audit.of(db, "incident", incident.id)[-1].changes["position"] == [1, 0]
    checklist.put_back(db, incident, step, actor=ben, now=now)
    db.refresh(incident)
    assert texts(incident) == ["Check the warranty", "Ask for the serial number"]


@pytest.mark.parametrize("text", ["  ", "x" * 301])
def test_a_step_that_says_nothing_or_too_much_is_refused_at_its_field(db, now, incident, text):
    with pytest.raises(Refused) as refused:
        checklist.add(db, incident, text, actor=make.person(db), now=now)
    assert [finding.field for finding in refused.value.findings] == ["step"]
