"""Categories: one tree that grows, moves and loses branches without losing what hangs on them."""

import pytest

from assistant.desk import audit, classification, edition
from assistant.desk.classification import EDITABLE, Category
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON


@pytest.fixture
def dan(db):
    return make.person(db, "dan")


@pytest.fixture
def vpn(db):
    return classification.ensure(db, "Network › VPN")


def change(db, category, name=None, parent=None, *, seen=None):
    seen = seen or edition.of(category, EDITABLE)
    dan, name = make.person(db, "dan"), name or category.name
    return classification.change(db, category, name, parent, seen=seen, actor=dan, now=NOON)


def paths(db, *keep):
    return [category.path for category in classification.tree(db, *keep)]


def test_a_branch_moves_with_all_that_is_under_it(db, dan, vpn):
    access = classification.add(db, "Access", None, actor=dan, now=NOON)
    change(db, vpn.parent, "Networks", access)
    assert paths(db) == ["Access", "Access › Networks", "Access › Networks › VPN"]
    (entry,) = audit.newest(db, "category", vpn.parent.id, most=1)
    assert entry.person_id == dan.id and entry.changes["name"] == ["Network", "Networks"]


def test_a_branch_cannot_be_moved_under_itself(db, dan, vpn):
    for under in (vpn, vpn.parent):
        with pytest.raises(Refused, match="under itself"):
            change(db, vpn.parent, parent=under)


def test_two_branches_of_one_place_have_different_names(db, dan, vpn):
    with pytest.raises(Refused, match="here already"):
        classification.add(db, "network", None, actor=dan, now=NOON)
    classification.add(db, "Network", vpn, actor=dan, now=NOON)
    for name in ("", "A / B", "x" * 101):
        with pytest.raises(Refused):
            classification.add(db, name, None, actor=dan, now=NOON)


def test_a_retired_branch_is_not_offered_nor_what_is_under_it_but_what_has_it_keeps_it(db, dan, vpn):
    classification.retire(db, vpn.parent, actor=dan, now=NOON)
    assert paths(db) == []
    assert paths(db, vpn.id, None) == ["Network › VPN"]
    assert [one.path for one in classification.everything(db)] == ["Network", "Network › VPN"]
    classification.revive(db, vpn.parent, actor=dan, now=NOON)
    assert paths(db) == ["Network", "Network › VPN"]


def test_the_second_of_two_administrators_is_told(db, dan, vpn):
    seen = edition.of(vpn, EDITABLE)
    change(db, vpn, "Tunnel", vpn.parent, seen=seen)
    with pytest.raises(EditConflict):
        change(db, vpn, "Gate", vpn.parent, seen=seen)
    assert db.query(Category).count() == 2
