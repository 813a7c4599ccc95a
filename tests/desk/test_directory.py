"""The directory: who is in it, what they may do, and that somebody can always administer the desk."""

import pytest

from assistant.desk import audit, directory, edition, lifecycle, people, signin
from assistant.desk.directory import Wanted
from assistant.desk.permissions import viewer_of
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON, PASSWORD


@pytest.fixture
def dan(db):
    return make.person(db, "dan", password=PASSWORD)


def values(person, **other):
    return {name: getattr(person, name) for name in people.EDITABLE} | other


def change(db, person, groups=(), *, seen=None, **other):
    seen = seen or edition.of(person, people.EDITABLE)
    dan = make.person(db, "dan")
    return directory.change(db, person, values(person, **other), groups, seen=seen, actor=dan, now=NOON)


def names(db, **wanted):
    return [person.name for person in directory.page(db, Wanted(**wanted)).rows]


def test_people_are_found_by_a_part_of_the_name_by_address_role_state_and_group(db, dan):
    ben, ada = make.person(db), make.person(db, "ada")
    network = make.group(db, "Network", ben)
    directory.deactivate(db, ada, actor=dan, now=NOON)
    assert names(db, text="sat") == names(db, text="ben@") == names(db, role="agent") == ["Ben Sato"]
    assert names(db, group_id=network.id) == ["Ben Sato"]
    assert names(db, state="out") == ["Ada Okafor"]
    assert names(db, state="in") == ["Ben Sato", "Dan Novak"]


@pytest.mark.parametrize("name", ["Élodie Martin", "Fátima Öz", "Łukasz Dvořák", "ЯНА Новак"])
def test_people_are_found_by_name_whatever_the_case_of_its_letters(db, dan, name):
    people.add(db, name, "new@example.org", role="agent", now=NOON)
    assert names(db, text=name.upper()) == names(db, text=name.lower()) == [name]


def test_ten_thousand_people_come_page_by_page_each_once(db, monkeypatch):
    monkeypatch.setattr("assistant.desk.listing.PAGE", 4)
    for number in range(10):
        people.add(db, "Kim Lee" if number % 2 else "Jo Park", f"p{number}@example.org", now=NOON)
    seen, after = [], None
    while True:
        page = directory.page(db, Wanted(), after)
        seen += [person.id for person in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 10


def test_what_dan_changes_is_told_with_his_name(db, dan):
    ben = make.person(db)
    network, servers = make.group(db, "Network", ben), make.group(db, "Servers")
    db.expire_all()
    change(db, ben, [servers], role="coach", department="IT")
    entries = audit.newest(db, "person", ben.id, most=3)
    assert {(entry.person_id, entry.at) for entry in entries} == {(dan.id, NOON)}
    assert [entry.changes for entry in reversed(entries)] == [
        {"role": ["agent", "coach"], "department": ["", "IT"]},
        {"groups": ["", "Servers"]},
        {"groups": ["Network", ""]},
    ]
    assert audit.newest(db, "group", network.id, most=1)[0].changes == {"people": ["Ben Sato", ""]}
    assert audit.newest(db, "group", servers.id, most=1)[0].changes == {"people": ["", "Ben Sato"]}


def test_the_second_of_two_administrators_is_told(db, dan):
    ben = make.person(db)
    seen = edition.of(ben, people.EDITABLE)
    change(db, ben, phone="1200", seen=seen)
    with pytest.raises(EditConflict):
        change(db, ben, phone="1300", seen=seen)
    assert ben.phone == "1200"


def test_an_address_that_somebody_else_has_is_refused_and_ones_own_is_not(db, dan):
    ben = make.person(db)
    change(db, ben, email="BEN@example.org")
    with pytest.raises(Refused, match="already here"):
        change(db, ben, email="dan@example.org")


def test_the_last_administrator_stays_one(db, dan):
    mia = make.person(db, "mia", role="administrator")  # who has no password yet, and so could not help
    with pytest.raises(Refused, match="last administrator"):
        change(db, dan, role="agent")
    with pytest.raises(Refused, match="last administrator"):
        directory.deactivate(db, dan, actor=mia, now=NOON)
    people.set_password(mia, PASSWORD)
    directory.deactivate(db, dan, actor=mia, now=NOON)
    assert not dan.active


def test_nobody_deactivates_themselves(db, dan):
    with pytest.raises(Refused, match="yourself"):
        directory.deactivate(db, dan, actor=dan, now=NOON)


def test_who_is_deactivated_is_out_at_once_and_comes_back_with_the_same_password(db, dan):
    ben = make.person(db, password=PASSWORD)
    token = signin.start(db, ben, now=NOON)
    directory.deactivate(db, ben, actor=dan, now=NOON)
    assert signin.find(db, token, now=NOON) is None and not people.password_matches(ben, PASSWORD)
    directory.reactivate(db, ben, actor=dan, now=NOON)
    assert people.password_matches(ben, PASSWORD) and signin.find(db, token, now=NOON) is None
    told = [(entry.changes, entry.person_id) for entry in audit.newest(db, "person", ben.id, most=2)]
    assert told == [({"active": [False, True]}, dan.id), ({"active": [True, False]}, dan.id)]


def test_what_ben_worked_on_is_handed_to_cleo_as_far_as_dan_may_read_it(db, dan):
    ben, cleo = make.person(db), make.person(db, "cleo")
    staff = make.group(db, "Staff matters", ben, restricted=True)
    plain, closed = make.incident(db), make.incident(db, state="closed")
    private = make.incident(db, restricted_to=staff)
    for one in (plain, private, closed):
        lifecycle.assign(db, one, None, ben, actor=ben, now=NOON)
    viewer = viewer_of(db, dan)
    assert directory.open_incidents(db, viewer, ben) == [plain]
    assert directory.hand_over(db, viewer, ben, cleo, actor=dan, now=NOON) == 1
    assert (plain.assignee, private.assignee, closed.assignee) == (cleo, ben, ben)
