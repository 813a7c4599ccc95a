"""Signing in and out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from assistant.desk.signin import SignIn
from tests import make


@pytest.fixture
def known(rows):
    with rows() as db:
        make.person(db, "ben", password=make.PASSWORD)


def sign_in(browser, email="ben@example.org", password=make.PASSWORD, **more):
    return browser.post("/sign-in", email=email, password=password, **more)


def test_ben_signs_in_and_goes_to_his_work(nobody, known):
    assert sign_in(nobody).location == "/"
    assert nobody.get("/").location == "/incidents"
    assert nobody.get("/incidents").status_code == 200


def test_capitals_in_the_mail_address_do_not_matter(nobody, known):
    assert sign_in(nobody, email="BEN@example.org").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"), [("ben@example.org", "wrong horse"), ("eve@example.org", make.PASSWORD), ("", "")]
)
def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(nobody, known, email, password):
    answer = sign_in(nobody, email=email, password=password)
    assert answer.status_code == 422
    assert "do not fit together" in answer.text
    assert password not in answer.text or not password


def test_the_mail_address_stays_in_the_form_and_the_password_does_not(nobody, known):
    answer = sign_in(nobody, password="not my password")
    assert 'value="ben@example.org"' in answer.text
    assert "not my password" not in answer.text


def test_somebody_inactive_does_not_come_in(nobody, known, rows):
    with rows() as db:
        make.person(db, "ben").active = False
    assert sign_in(nobody).status_code == 422


def test_only_the_hash_of_the_token_is_kept(nobody, known, runtime):
    sign_in(nobody)
    with nobody.client.session_transaction() as session, runtime.reading() as db:
        assert db.get(SignIn, session["_user_id"]) is None
        assert db.scalar(select(func.count()).select_from(SignIn)) == 1


def test_each_sign_in_has_a_new_token_and_ends_the_one_before(nobody, known, runtime):
    sign_in(nobody)
    with nobody.client.session_transaction() as session:
        first = session["_user_id"]
    nobody.csrf = ""
    sign_in(nobody)
    with nobody.client.session_transaction() as session, runtime.reading() as db:
        assert session["_user_id"] != first
        assert db.scalar(select(func.count()).select_from(SignIn)) == 1


def test_signing_out_deletes_the_row_so_that_a_copied_cookie_is_worth_nothing(nobody, known, app):
    sign_in(nobody)
    with nobody.client.session_transaction() as session:
        token = session["_user_id"]
    nobody.csrf = ""
    assert nobody.post("/sign-out").location == "/sign-in"
    thief = app.test_client()
    with thief.session_transaction() as session:
        session["_user_id"] = token
    assert thief.get("/incidents").location.startswith("/sign-in")


@pytest.mark.parametrize("column", ["seen_at", "started_at"])
def test_a_sign_in_ends_when_it_is_idle_or_old(ben, rows, runtime, column):
    with rows() as db:
        db.execute(update(SignIn).values({column: runtime.now() - timedelta(days=15)}))
    assert ben.get("/incidents").location.startswith("/sign-in")


def test_the_last_use_is_written_down(ben, rows, runtime):
    with rows() as db:
        db.execute(update(SignIn).values(seen_at=runtime.now() - timedelta(hours=1)))
    ben.get("/incidents")
    with runtime.reading() as db:
        assert runtime.now() - db.scalar(select(SignIn.seen_at)) < timedelta(minutes=1)


def test_a_page_that_asks_for_a_sign_in_is_opened_after_it(nobody, known):
    asked = nobody.get("/incidents?list=open").location
    assert asked == "/sign-in?next=/incidents?list%3Dopen"
    assert sign_in(nobody, next="/incidents?list=open").location == "/incidents?list=open"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "\t//evil.example"],
)
def test_signing_in_never_leads_to_another_site(nobody, known, target):
    assert sign_in(nobody, next=target).location == "/"


def test_too_many_tries_for_one_account_are_slowed_down(nobody, known):
    answers = [sign_in(nobody, password="guess").status_code for _ in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[-1] == 429
    assert sign_in(nobody, email="cleo@example.org", password="guess").status_code == 422
