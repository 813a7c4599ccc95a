"""Processes have versions: an incident runs to its end under the one it began with."""

import pytest

from assistant.desk import lifecycle, process, ways
from assistant.desk.errors import EditConflict, Refused
from assistant.desk.permissions import viewer_of
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


def test_what_was_retired_never_breaks_the_incidents_that_have_it(db, now):
    ben, dan = make.person(db), make.person(db, "dan")
    held = make.incident(db, "Waits", state="on_hold")
    closed = make.incident(db, "Nothing")
    closed.closing_door, closed.nothing_reason = "nothing", "withdrawn"
    without = process.preset_text("itil")
    for line in ("on_hold     = {", "on_hold     = [", "withdrawn  "):
        without = "\n".join(one for one in without.splitlines() if not one.startswith(line))
    without = without.replace('"on_hold", ', "")
    ways.save(db, without, seen=0, actor=dan, now=now)
    assert "on_hold" not in ways.newest(db, "itil")[0].states
    lifecycle.assign(db, held, None, ben, actor=ben, now=now)
    assert lifecycle.move(db, held, "in_progress", actor=ben, now=now).state == "in_progress"
    assert ways.labels(db)["withdrawn"] == "Withdrawn by the requester"


def test_a_version_that_was_sound_once_is_read_whatever_the_checker_says_today(db, now, monkeypatch):
    ways.save(db, WAITING_ROOM, seen=0, actor=None, now=now)
    monkeypatch.setattr(process, "PHASES", ("open",))
    assert process.check(WAITING_ROOM)
    assert ways.newest(db, "itil")[0].states["new"].label == "Waiting room"


def test_the_history_says_who_what_and_how_many_incidents_run_under_each(db, now):
    dan = make.person(db, "dan")
    make.incident(db)
    ways.save(db, WAITING_ROOM, seen=0, actor=dan, now=now, note="Friendlier")
    make.incident(db)
    make.incident(db, state="closed")
    viewer = viewer_of(db, dan)
    assert [(one.number, one.author.name, one.note) for one in ways.history(db, "itil")] == [
        (1, "Dan Novak", "Friendlier")
    ]
    assert ways.running(db, viewer) == {("itil", 0): 1, ("itil", 1): 1}
    make.incident(db, restricted_to=make.group(db, "Staff matters", restricted=True))
    assert ways.running(db, viewer) == {("itil", 0): 1, ("itil", 1): 1}, (
        "what Dan may not read counts nothing"
    )


def test_a_new_process_needs_a_name_of_its_own(db, now):
    with pytest.raises(Refused, match="Line 1: There is a process “itil” already"):
        ways.begin(db, WAITING_ROOM, actor=None, now=now)
    night = WAITING_ROOM.replace('name = "itil"', 'name = "night"')
    assert ways.begin(db, night, actor=None, now=now).number == 1
    with pytest.raises(Refused, match="night"):
        ways.begin(db, night, actor=None, now=now)


def test_services_that_follow_a_process_are_known(db):
    old, *_ = [make.service(db, name) for name in ("Old", "VPN", "Mail")]
    old.active = False
    db.flush()
    assert [service.name for service in ways.users(db)["itil"]] == ["Mail", "VPN"]
