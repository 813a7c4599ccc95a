"""What people are told when something goes wrong."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Forbidden, NotFound, TooManyRequests

from assistant.desk.errors import DeskError, Finding, GateRefused, MoveNotAllowed, NotAllowed
from assistant.errors import WORDS, findings_of, status_of
from kb.errors import EditConflict, Refused


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (EditConflict(None, {}), 409),
        (StaleDataError(), 409),
        (Refused([]), 422),
        (GateRefused([]), 422),
        (MoveNotAllowed("no"), 422),
        (NotAllowed("no"), 403),
        (NotFound(), 404),
        (Forbidden(), 403),
        (TooManyRequests(), 429),
        (OperationalError("", {}, Exception("database is locked")), 503),
        (DeskError("odd"), 500),
        (ZeroDivisionError(), 500),
    ],
)
def test_every_error_has_its_status(error, status):
    assert status_of(error) == status
    assert status in WORDS


def test_an_error_without_findings_is_itself_the_finding():
    assert findings_of(MoveNotAllowed("It cannot go there."))[0].message == "It cannot go there."
    assert "no such step" in findings_of(MoveNotAllowed())[0].message
    assert findings_of(Refused([Finding("text", "Empty.", "Write.")]))[0].field == "text"


def test_every_text_is_a_whole_sentence():
    for words in WORDS.values():
        assert words.message.endswith(".")
        assert words.cure.endswith(".")


def test_what_is_missing_and_what_is_foreign_look_the_same(eve, incident):
    foreign, missing = eve.get(f"/incidents/{incident}"), eve.get("/incidents/INC-999999")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text


def test_a_broken_page_says_so_with_a_number_and_nothing_else(app, ben, monkeypatch):
    def broken(*given, **named):
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr("assistant.desk.worklist.page", broken)
    answer = ben.get("/incidents")
    assert answer.status_code == 500
    assert "secret of the house" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_under_htmx_an_error_is_one_notice(ben):
    answer = ben.get("/incidents/INC-999999/timeline", htmx=True)
    assert answer.status_code == 404
    assert answer.text.count('id="notice"') == 1
    assert "<html" not in answer.text


def test_a_signed_out_person_keeps_what_they_typed(nobody, incident):
    answer = nobody.post(
        f"/incidents/{incident}/note", text="Found the cause", kind="note", password="open sesame"
    )
    assert answer.status_code == 401
    assert "Found the cause" in answer.text
    assert "open sesame" not in answer.text


def test_a_wrong_method_names_the_right_ones(ben):
    answer = ben.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
