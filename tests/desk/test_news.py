"""Who is told what: the requester what the desk says and does, the agent what the requester says, each once."""

from datetime import timedelta

import pytest

from assistant.desk import closure, conversation, lifecycle, notifications
from assistant.desk.closure import Outcome
from tests import make


@pytest.fixture
def incident(db, now):
    """Ada's incident, on which Ben works."""
    made = make.incident(db, "No drive P:")
    lifecycle.assign(db, made, None, make.person(db), actor=make.person(db), now=now)
    return made


def news(db, who):
    return [one.text for one in notifications.of(db, make.person(db, who))][::-1]


def test_ada_hears_of_comments_and_not_of_work_notes(db, incident, now):
    conversation.note(db, incident, "Old driver.", actor=make.person(db), now=now)
    conversation.comment(db, incident, "Please restart.", actor=make.person(db), now=now)
    assert news(db, "ada") == ["Ben Sato wrote about “No drive P:”"]
    assert news(db, "ben") == []


def test_ben_hears_what_ada_answers(db, incident, now):
    conversation.comment(db, incident, "Done.", actor=make.person(db, "ada"), now=now)
    assert news(db, "ben") == [f"Ada Okafor wrote about {incident.number} “No drive P:”"]


def test_ada_is_asked_once_whether_it_works_and_told_when_it_is_closed_later(db, incident, now):
    article = make.article(db)
    outcome = Outcome("link", resolution="Mapped it.", article_id=article.id)
    closure.resolve(db, incident, outcome, close=False, actor=make.person(db), now=now)
    asked = "We think this is solved. Does it work again? No drive P:"
    assert news(db, "ada") == [asked]
    closure.close(db, incident, actor=make.person(db), now=now + timedelta(days=1))
    assert news(db, "ada") == [asked, "This is closed: No drive P:"]


def test_resolving_and_closing_in_one_motion_is_one_piece_of_news(db, incident, now):
    article = make.article(db)
    outcome = Outcome("link", resolution="Mapped it.", article_id=article.id)
    closure.resolve(db, incident, outcome, close=True, actor=make.person(db), now=now)
    assert len(news(db, "ada")) == 1


def test_ben_hears_that_ada_opened_it_again_and_that_it_works(db, incident, now):
    ada, ben = make.person(db, "ada"), make.person(db)
    incident.resolution = "Mapped it."
    lifecycle.advance(db, incident, "resolved", actor=ben, now=now)
    lifecycle.reopen(db, incident, actor=ada, now=now)
    assert news(db, "ben") == [f"{incident.number} is open again: No drive P:"]
    closure.confirm(db, incident, actor=ada, now=now)
    assert len(news(db, "ben")) == 2
