"""A backup every night: asked for once, at the hour that an administrator chose."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from assistant.desk import nightly, notifications, site
from assistant.desk.errors import Refused
from assistant.desk.jobs import Job
from kb.errors import EditConflict
from tests import make
from tests.make import NOON

LISBON = ZoneInfo("Europe/Lisbon")
WANTED = {"nightly": True, "hour": 3, "folder": "", "keep": 7}


def plan(db, *, seen=0, at=NOON, **more):
    nightly.plan(db, {**WANTED, **more}, seen=seen, actor=make.person(db, "dan"), now=at)


def asked(db, hours, zone=LISBON):
    """Return whether a backup was asked for so many hours after the noon of the plan."""
    return nightly.ask_when_due(db, zone, now=NOON + timedelta(hours=hours)) is not None


def test_none_is_made_until_somebody_wants_it(db):
    assert not site.of(db, "backup")["nightly"]
    assert not asked(db, 24)
    plan(db, nightly=False)
    assert not asked(db, 24)


def test_it_is_asked_for_at_its_hour_and_once_a_night(db):
    plan(db)
    assert [hour for hour in range(72) if asked(db, hour)] == [15, 39, 63], "three at night, each time"


def test_the_hour_is_that_of_the_desk(db):
    plan(db)
    assert [hour for hour in range(24) if asked(db, hour, ZoneInfo("Asia/Tokyo"))] == [6]


def test_a_night_in_which_no_worker_ran_is_made_up_for_once(db):
    plan(db)
    assert asked(db, 15 + 24 + 5)
    assert db.scalars(select(Job.kind)).all() == ["backup"]


def test_a_plan_that_is_changed_in_the_afternoon_makes_no_backup_in_the_afternoon(db):
    plan(db)
    assert asked(db, 15)
    plan(db, seen=1, hour=4, at=NOON + timedelta(hours=24))
    assert not asked(db, 25)
    assert asked(db, 24 + 16)


def test_the_second_administrator_to_decide_sees_what_the_first_decided(db):
    plan(db)
    with pytest.raises(EditConflict):
        plan(db, hour=5)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hour": 24}, "hour"),
        ({"hour": None}, "hour"),
        ({"keep": 0}, "keep"),
        ({"keep": 1001}, "keep"),
        ({"keep": None}, "keep"),
        ({"folder": "backups"}, "folder"),
        ({"folder": "/nowhere/at/all"}, "folder"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(db, wrong, field):
    with pytest.raises(Refused) as refused:
        plan(db, **wrong)
    assert [finding.field for finding in refused.value.findings] == [field]
    assert site.version(db, "backup") == 0


def test_only_administrators_who_are_here_are_told_of_a_failure(db):
    dan, ben = make.person(db, "dan"), make.person(db)
    gone = make.person(db, "old", role="administrator")
    gone.active = False
    for _ in range(2):
        nightly.tell_failure(db, "There is no room.", now=NOON)
    assert [one.text for one in notifications.of(db, dan)] == [
        "A backup failed, and is not tried again by itself: There is no room."
    ]
    assert not notifications.of(db, ben) and not notifications.of(db, gone)
