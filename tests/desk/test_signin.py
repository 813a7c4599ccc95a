"""Signing in: tokens that cannot be guessed, and that end."""

from datetime import timedelta

import pytest

from assistant.desk import people, signin
from kb.errors import Refused
from tests import make
from tests.make import NOON, PASSWORD


def test_the_database_knows_only_the_hash_of_a_token(db):
    token = signin.start(db, make.person(db), now=NOON)
    row = signin.find(db, token, now=NOON)
    assert row.person is make.person(db) and token not in row.token_hash
    assert signin.find(db, row.token_hash, now=NOON) is None


@pytest.mark.parametrize("later", [signin.IDLE, signin.LONGEST])
def test_a_sign_in_ends_when_idle_or_old(db, later):
    token = signin.start(db, make.person(db), now=NOON)
    assert signin.find(db, token, now=NOON + later) is None
    assert signin.purge(db, now=NOON + later + timedelta(seconds=1)) == 1


def test_a_person_who_left_is_out_at_once(db):
    ben = make.person(db)
    token = signin.start(db, ben, now=NOON)
    ben.active = False
    assert signin.find(db, token, now=NOON) is None


def test_signing_out_everywhere_ends_every_browser(db):
    ben = make.person(db)
    tokens = [signin.start(db, ben, now=NOON) for _ in range(3)]
    signin.end(db, tokens[0])
    assert signin.find(db, tokens[0], now=NOON) is None and signin.find(db, tokens[1], now=NOON)
    signin.end_all(db, ben)
    assert signin.find(db, tokens[1], now=NOON) is None


def test_a_password_is_kept_as_argon2id_and_checked(db):
    ben = make.person(db, password=PASSWORD)
    assert ben.password_hash.startswith("$argon2id$")
    assert people.password_matches(ben, PASSWORD)
    assert not people.password_matches(ben, PASSWORD + "x")
    assert not people.password_matches(None, PASSWORD)


def test_a_short_password_a_taken_address_and_a_wrong_zone_are_refused_at_their_fields(db):
    make.person(db)
    with pytest.raises(Refused) as refused:
        people.add(db, "", "BEN@example.org", role="king", timezone="Mars/Crater", now=NOON)
    assert [finding.field for finding in refused.value.findings] == ["name", "email", "role", "timezone"]
    with pytest.raises(Refused, match="5 characters"):
        people.add(db, "Bo", "bo@example.org", password="short", now=NOON)
