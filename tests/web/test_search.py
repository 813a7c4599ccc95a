"""One box for everything: found, labelled, never what the viewer may not read."""

import pytest

from kb.feedback import Search
from tests import make


def test_ben_finds_articles_and_incidents(ben, article, incident, embed):
    embed()
    text = ben.get("/search?q=VPN+drops+every+few+minutes").text
    assert f"/articles/{article}" in text
    assert f"/incidents/{incident}" in text
    assert "<mark>" in text


@pytest.mark.parametrize("number", ["INC-000001", "inc-1"])
def test_a_number_comes_first(ben, incident, article, number):
    text = ben.get(f"/search?q={number}").text
    assert text.index(f"/incidents/{incident}") < text.find(f"/articles/{article}") % (len(text) + 1)


def test_ada_is_answered_at_the_portal_with_what_is_meant_for_her(ada, rows, embed):
    with rows() as db:
        make.article(db, title="VPN for everybody")
        make.article(db, audience="internal", title="VPN secret")
        make.incident(db, "VPN of mine", symptoms="The VPN client was never licensed for her.")
    embed()
    answer = ada.get("/search?q=VPN", follow_redirects=True)
    assert answer.request.path == "/help"
    assert "VPN for everybody" in answer.text
    assert "VPN secret" not in answer.text
    assert "licensed" not in answer.text


def test_restricted_incidents_are_not_found(ben, rows, embed):
    with rows() as db:
        hr = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        make.incident(db, "Payslip of the director", restricted_to=hr)
    embed()
    assert "director" not in ben.get("/search?q=payslip").text


def test_nothing_found_says_what_to_do(ben):
    assert "Try the words that the person used." in ben.get("/search?q=xyzzy").text
    assert "INC-000042" in ben.get("/search").text


def test_the_question_is_kept_for_learning(ben, runtime, article):
    ben.get("/search?q=VPN")
    with runtime.reading() as db:
        search = db.query(Search).one()
        assert (search.kind, search.text, len(search.showings)) == ("search", "VPN", 1)


def test_only_the_answers_come_while_one_types(ben):
    answer = ben.get("/search?q=VPN", htmx=True)
    assert answer.text.lstrip().startswith('<section id="found"')


@pytest.mark.parametrize(
    "question", ["'\"; DROP TABLE incident", "AND OR NOT (", "🔥", "x" * 1999, "%", "\\"]
)
def test_odd_questions_do_no_harm(ben, incident, question):
    assert ben.get("/search", query_string={"q": question}).status_code == 200


def test_a_question_that_is_too_long_is_refused_in_words(ben):
    answer = ben.get("/search", query_string={"q": "x" * 3000})
    assert answer.status_code == 422
    assert "2,000 fit" in answer.text
