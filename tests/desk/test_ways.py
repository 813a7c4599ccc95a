"""Processes have versions: an incident runs to its end under the one it began with."""

import pytest

from assistant.desk import lifecycle, process, ways
from assistant.desk.errors import EditConflict, Refused
from tests import make

WAITING_ROOM = process.preset_text("itil").replace('label = "New"', 'label = "Waiting room"')


def test_an_incident_goes_on_under_the_version_it_began_with(db, now):
    before = make.incident(db)
    ways.save(db, WAITING_ROOM, seen=0, actor=make.person(db, "dan"), now=now, note="Friendlier")
    after = make.incident(db)
    labels = [ways.of(db, one).states["new"].label for one in (before, after)]
    assert labels == ["New", "Waiting room"]
    assert (before.process_version, after.process_version) == (0, 1)


def test_what_the_checker_says_is_refused_and_nothing_is_kept(db, now):
    with pytest.raises(Refused, match="No state has the phase"):
        ways.save(
            db, WAITING_ROOM.replace('phase = "closed"', 'phase = "active"'), seen=0, actor=None, now=now
        )
    assert ways.newest(db, "itil")[1] == 0


def test_of_two_who_change_the_same_process_the_second_is_told(db, now):
    ways.save(db, WAITING_ROOM, seen=0, actor=None, now=now)
    with pytest.raises(EditConflict):
        ways.save(db, WAITING_ROOM, seen=0, actor=None, now=now)


def test_a_new_process_stands_beside_those_that_came_with_the_desk(db, now):
    ways.save(db, WAITING_ROOM.replace('name = "itil"', 'name = "night"'), seen=0, actor=None, now=now)
    assert set(ways.names(db)) == {*process.presets(), "night"}
    service = make.service(db, process="night")
    incident = make.incident(db, service=service)
    assert (incident.process, incident.process_version) == ("night", 1)
    lifecycle.assign(db, incident, None, make.person(db), actor=make.person(db), now=now)
    assert lifecycle.move(db, incident, "in_progress", actor=make.person(db), now=now).phase == "active"


def test_a_version_that_was_never_there_is_named(db):
    with pytest.raises(process.ProcessDamaged, match="no version 7"):
        ways.load(db, "itil", 7)
