"""Invitations: a link for one person, once, for three days, and known to nobody but who was given it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from assistant.desk import audit, directory, invitation, people, signin
from assistant.desk.invitation import VALID, Invitation
from kb.errors import Refused
from tests import make
from tests.make import NOON, PASSWORD


@pytest.fixture
def dan(db):
    return make.person(db, "dan", password=PASSWORD)


@pytest.fixture
def ben(db):
    return make.person(db)


def test_ben_chooses_his_password_and_the_desk_keeps_only_the_hash(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    assert token not in str(db.scalars(select(Invitation.token_hash)).all())
    assert invitation.accept(db, token, PASSWORD, now=NOON) is ben
    assert people.password_matches(ben, PASSWORD)


def test_a_link_works_once(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    invitation.accept(db, token, PASSWORD, now=NOON)
    with pytest.raises(Refused, match="does not work"):
        invitation.accept(db, token, "another long password", now=NOON)
    assert people.password_matches(ben, PASSWORD)


def test_a_link_ends_after_three_days(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    assert invitation.find(db, token, now=NOON + VALID - timedelta(seconds=1))
    assert invitation.find(db, token, now=NOON + VALID) is None


def test_a_new_link_voids_the_old_one(db, dan, ben):
    old = invitation.invite(db, ben, actor=dan, now=NOON)
    new = invitation.invite(db, ben, actor=dan, now=NOON)
    assert invitation.find(db, old, now=NOON) is None
    assert invitation.waiting(db, ben, now=NOON) is invitation.find(db, new, now=NOON)


def test_a_link_is_for_the_address_it_was_made_for(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    ben.email = "somebody.else@example.org"
    assert invitation.find(db, token, now=NOON) is None


def test_nobody_who_left_comes_in_by_link(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    directory.deactivate(db, ben, actor=dan, now=NOON)
    assert invitation.find(db, token, now=NOON) is None
    with pytest.raises(Refused, match="deactivated"):
        invitation.invite(db, ben, actor=dan, now=NOON)


def test_a_password_that_is_too_short_leaves_the_link_good(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    with pytest.raises(Refused, match="5 characters"):
        invitation.accept(db, token, "short", now=NOON)
    assert invitation.find(db, token, now=NOON)


def test_whoever_was_signed_in_with_the_old_password_is_out(db, dan, ben):
    before = signin.start(db, ben, now=NOON)
    invitation.accept(db, invitation.invite(db, ben, actor=dan, now=NOON), PASSWORD, now=NOON)
    assert signin.find(db, before, now=NOON) is None


def test_the_trail_tells_who_invited_and_who_accepted(db, dan, ben):
    token = invitation.invite(db, ben, actor=dan, now=NOON)
    invitation.accept(db, token, PASSWORD, now=NOON)
    told = [(entry.action, entry.person_id) for entry in audit.of(db, "person", ben.id)][1:]
    assert told == [("invited", dan.id), ("invitation accepted", ben.id)]
    assert db.scalar(select(func.count()).select_from(Invitation)) == 1
