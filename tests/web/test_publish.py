"""Publishing: who reads an article is decided on one screen, and can be looked at through their eyes."""

import pytest

from assistant.desk import site
from kb.article import Article
from tests import make


@pytest.fixture
def draft(rows):
    with rows() as db:
        for who in ("ada", "eve", "mia"):
            make.person(db, who)
        return make.article(db, "not_validated", "internal").number


def read(runtime):
    with runtime.reading() as db:
        article = db.get_one(Article, 1)
        return article.confidence, article.audience


def test_the_screen_counts_who_reads_it_now_and_from_now_on(cleo, draft):
    text = cleo.get(f"/articles/{draft}/publish").text
    assert "1 knowledge coach, 1 service manager" in text
    assert "2 requesters, 1 knowledge coach, 1 service manager" in text
    assert "2 more people" in text
    assert "As they will read it" in text


def test_publishing_lets_them_read_it(cleo, ada, draft, runtime):
    assert ada.get(f"/articles/{draft}", follow_redirects=True).status_code == 404
    assert cleo.post(f"/articles/{draft}/publish", audience="requesters").status_code == 303
    assert read(runtime) == ("not_validated", "requesters")
    assert ada.get(f"/articles/{draft}", follow_redirects=True).status_code == 200


def test_work_in_progress_is_finished_by_publishing(cleo, rows, runtime):
    with rows() as db:
        make.article(db, "wip", "internal")
    assert "It leaves work in progress with that" in cleo.get("/articles/1/publish").text
    cleo.post("/articles/1/publish", audience="requesters")
    assert read(runtime) == ("not_validated", "requesters")


def test_personal_data_stands_in_the_way_until_somebody_confirms_it(cleo, rows, runtime):
    with rows() as db:
        make.article(db, "not_validated", "internal", issue="Call +351 912 345 678")
    assert "looks like a phone number" in cleo.get("/articles/1/publish").text
    answer = cleo.post("/articles/1/publish", audience="requesters")
    assert (answer.status_code, read(runtime)[1]) == (422, "internal")
    assert 'value="requesters" checked' in answer.text
    cleo.post("/articles/1/publish", audience="requesters", personal_data_checked="yes")
    assert read(runtime)[1] == "requesters"


def test_ben_is_not_offered_and_may_not_give_what_only_a_coach_gives(ben, draft, runtime):
    assert 'value="requesters"' not in ben.get(f"/articles/{draft}/publish").text
    assert ben.post(f"/articles/{draft}/publish", audience="requesters").status_code == 403
    assert read(runtime)[1] == "internal"


@pytest.mark.parametrize("state", [{"audience": "requesters"}, {"audience": "public"}])
def test_more_readers_never_come_through_the_state(cleo, draft, runtime, state):
    answer = cleo.post(f"/articles/{draft}/state", htmx=True, **state)
    assert answer.status_code == 422
    assert "More people could read it than now." in answer.text
    assert read(runtime)[1] == "internal"


def test_archiving_asks_once_and_reviving_brings_it_back_to_those_who_work_here(cleo, ada, article, runtime):
    assert f"Archive “{make.content().title}”?" in cleo.get(f"/articles/{article}/archive").text
    cleo.post(f"/articles/{article}/archive")
    assert ada.get(f"/articles/{article}", follow_redirects=True).status_code == 404
    assert "Revive" in cleo.get(f"/articles/{article}").text
    cleo.post(f"/articles/{article}/revive")
    assert read(runtime) == ("not_validated", "internal")


@pytest.mark.parametrize(
    ("confidence", "audience", "role", "told"),
    [
        ("wip", "internal", "requester", "it is work in progress"),
        ("archived", "public", "requester", "it is archived"),
        ("validated", "internal", "requester", "it is internal"),
        ("validated", "requesters", "anonymous", "it is not public"),
        ("validated", "public", "anonymous", "it is not public, or this desk is not open"),
        ("validated", "requesters", "requester", "What to do"),
        ("archived", "internal", "agent", "What to do"),
    ],
)
def test_cleo_sees_what_a_role_gets_or_why_it_gets_nothing(cleo, rows, confidence, audience, role, told):
    with rows() as db:
        make.article(db, confidence, audience)
    text = cleo.get(f"/articles/1/as/{role}").text
    assert told in text
    assert ("What to do" in text) is (told == "What to do")
    assert cleo.get("/articles/1/as/king").status_code == 404


def test_where_the_portal_is_open_a_public_article_is_read_without_sign_in(cleo, rows, article, runtime):
    with rows() as db:
        site.put(db, "portal", {"public": True}, seen=0, actor=None, now=make.NOON)
        db.get_one(Article, 1).audience = "public"
    assert "What to do" in cleo.get(f"/articles/{article}/as/anonymous").text
