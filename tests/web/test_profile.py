"""One's own settings."""

import pytest

from assistant.desk.people import Person, password_matches
from tests import make


def test_ben_chooses_his_zone(ben, runtime):
    assert ben.post("/profile/timezone", timezone="Asia/Tokyo").status_code == 303
    with runtime.reading() as db:
        assert db.query(Person).one().timezone == "Asia/Tokyo"
    assert ben.post("/profile/timezone", timezone="../../etc/passwd").status_code == 422


@pytest.mark.parametrize(
    ("chosen", "shown"), [("dark", True), ("light", True), ("", False), ("'><script>", False)]
)
def test_the_colours_are_kept_in_this_browser(ben, chosen, shown):
    ben.post("/profile/theme", theme=chosen)
    text = ben.get("/profile").text
    assert (f'<html lang="en-GB" data-theme="{chosen}"' in text) is shown


def test_a_new_password_ends_every_other_browser(rows, browser, runtime):
    with rows() as db:
        make.person(db, "ben", password=make.PASSWORD)
    here, there = browser("ben"), browser("ben")
    answer = here.post("/profile/password", password=make.PASSWORD, new="a new long password")
    assert answer.status_code == 303
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").location.startswith("/sign-in")
    with runtime.reading() as db:
        assert password_matches(db.query(Person).one(), "a new long password")


def test_the_present_password_must_be_right_and_the_new_one_long(rows, browser):
    with rows() as db:
        make.person(db, "ben", password=make.PASSWORD)
    ben = browser("ben")
    wrong = ben.post("/profile/password", password="guess", new="a new long password")
    assert 'id="password-finding"' in wrong.text
    short = ben.post("/profile/password", password=make.PASSWORD, new="short")
    assert short.status_code == 422
    assert 'id="new-finding"' in short.text
    assert "short" not in short.text.replace("is too short", "").replace("shortcut", "")
