"""Groups: who is in them, what only they read, and when one is not needed any more."""

import pytest

from assistant.desk import audit, edition, groups
from assistant.desk.assignment import Route
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON


@pytest.fixture
def dan(db):
    return make.person(db, "dan")


def values(group, **other):
    return {name: getattr(group, name) for name in groups.EDITABLE} | other


def change(db, group, *, seen=None, sure=False, **other):
    seen = seen or edition.of(group, groups.EDITABLE)
    dan = make.person(db, "dan")
    return groups.change(db, group, values(group, **other), seen=seen, sure=sure, actor=dan, now=NOON)


def test_a_group_has_a_name_of_its_own(db, dan):
    new = {"name": " Network ", "description": "", "restricted": False}
    network = groups.add(db, new, actor=dan, now=NOON)
    assert network.name == "Network"
    with pytest.raises(Refused, match="already"):
        groups.add(db, {**new, "name": "network"}, actor=dan, now=NOON)
    with pytest.raises(Refused, match="missing"):
        change(db, network, name="")
    change(db, network, name="NETWORK")


def test_who_joins_and_who_leaves_is_told(db, dan):
    ben, network = make.person(db), make.group(db)
    groups.join(db, network, ben, actor=dan, now=NOON)
    groups.join(db, network, ben, actor=dan, now=NOON)
    assert groups.sizes(db) == {network.id: 1}
    groups.leave(db, network, ben, actor=dan, now=NOON)
    told = [(entry.changes, entry.person_id) for entry in audit.newest(db, "group", network.id, most=2)]
    assert told == [({"people": ["Ben Sato", ""]}, dan.id), ({"people": ["", "Ben Sato"]}, dan.id)]


def test_removing_the_restriction_asks_once_and_says_what_it_means(db, dan):
    staff = make.group(db, "Staff matters", restricted=True)
    make.incident(db, restricted_to=staff)
    with pytest.raises(Refused, match="1 incident is kept to its members; that stays so") as refused:
        change(db, staff, restricted=False)
    assert refused.value.findings[0].field == "sure"
    change(db, staff, restricted=False, sure=True)
    assert not staff.restricted


def test_the_second_of_two_administrators_is_told(db, dan):
    network = make.group(db)
    seen = edition.of(network, groups.EDITABLE)
    change(db, network, description="Lines and switches", seen=seen)
    with pytest.raises(EditConflict):
        change(db, network, description="Cables", seen=seen)


def test_a_group_is_given_up_only_when_nothing_goes_to_it(db, dan):
    network, other = make.group(db), make.group(db, "Servers")
    service = make.service(db, group=network)
    incident = make.incident(db, service=service)
    with pytest.raises(Refused, match="1 open incident is still with this group") as refused:
        groups.retire(db, network, actor=dan, now=NOON)
    assert "1 route is still leading here" in str(refused.value)
    incident.group = other
    db.query(Route).update({"group_id": other.id})
    groups.retire(db, network, actor=dan, now=NOON)
    assert groups.everyone(db, active=True) == [other]
    groups.revive(db, network, actor=dan, now=NOON)
    assert groups.everyone(db, active=True) == [network, other]
