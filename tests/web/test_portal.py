"""What requesters see: one question, answers in plain words, the way to a person."""

import re

import pytest

from kb.feedback import Showing
from tests import make


def test_ada_is_asked_what_is_not_working(ada):
    assert ada.get("/").location == "/help"
    text = ada.get("/help").text
    assert "What is not working?" in text
    assert "Ask the service desk" in text


def test_answers_come_as_she_types(ada, article, embed):
    embed()
    answer = ada.get("/help?q=VPN+drops+every+few+minutes", htmx=True)
    assert answer.text.lstrip().startswith('<section id="answers"')
    assert f"/articles/{article}" in answer.text
    assert "None of these: ask the service desk" in answer.text


def test_without_javascript_the_same_page_answers(ada, article, embed):
    embed()
    assert f"/articles/{article}" in ada.get("/help?q=VPN+drops+every+few+minutes").text


def test_no_answer_leads_to_a_person_with_the_question_kept(ada):
    text = ada.get("/help?q=My+chair+squeaks").text
    assert "No answer is written down for this yet." in text
    assert 'href="/incidents/new?q=My+chair+squeaks"' in text
    assert 'value="My chair squeaks"' in ada.get("/incidents/new?q=My+chair+squeaks").text


def test_internal_articles_and_other_peoples_incidents_are_no_answers(ada, rows, embed):
    with rows() as db:
        make.article(db, audience="internal", title="VPN secret")
        make.incident(db, "VPN of Eve", requester=make.person(db, "eve"))
    embed()
    text = ada.get("/help?q=VPN+drops").text
    assert "VPN secret" not in text
    assert "VPN of Eve" not in text


def test_ada_sees_her_incidents_and_not_those_of_others(ada, eve, rows):
    with rows() as db:
        make.incident(db, "Mine alone")
    assert "Mine alone" in ada.get("/help/incidents").text
    assert "You have not asked anything yet" in eve.get("/help/incidents").text


def test_each_phase_has_its_plain_sentence(ada, rows):
    sentences = {
        "new": "Somebody will look at it soon",
        "in_progress": "Somebody is working on it",
        "on_hold": "We are waiting for something",
        "resolved": "Is it?",
        "closed": "solved and closed",
    }
    for number, (state, sentence) in enumerate(sentences.items(), 1):
        with rows() as db:
            make.incident(db, state=state)
        assert sentence in ada.get(f"/incidents/{number}").text


@pytest.fixture
def shown(ada, article, embed):
    """The address of an answer as Ada was shown it."""
    embed()
    text = ada.get("/help?q=VPN+drops+every+few+minutes").text
    return re.search(r'href="(/articles/[^"]+)"', text)[1].replace("&amp;", "&")


def choice(runtime):
    with runtime.reading() as db:
        return db.get(Showing, 1).choice


def test_it_is_kept_that_she_opened_an_answer(ada, eve, shown, runtime):
    assert eve.get(shown).status_code == 200
    assert choice(runtime) is None
    assert ada.get(shown).status_code == 200
    assert choice(runtime) == "opened"


def test_it_is_kept_that_it_helped_her_and_opening_it_again_does_not_undo_that(ada, eve, shown, runtime):
    eve.post("/help/solved", shown="1")
    assert choice(runtime) is None
    assert ada.post("/help/solved", shown="1").location == "/help"
    ada.get(shown)
    assert choice(runtime) == "used"


@pytest.mark.parametrize("shown", ["", "99", "x", "-1"])
def test_an_answer_that_was_never_shown_does_no_harm(ada, shown):
    assert ada.post("/help/solved", shown=shown).status_code == 303
