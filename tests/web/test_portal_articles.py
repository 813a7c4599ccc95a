"""Articles as readers see them: one address, a vote, a way on when it did not help."""

import re

import pytest
from sqlalchemy import select

from kb.article import Article
from kb.feedback import Showing
from kb.votes import Vote
from tests import make

TITLE = "vpn-disconnects-at-intervals-network-adapter-power-saving"


@pytest.fixture
def page(article):
    return f"/help/articles/{article}/{TITLE}"


@pytest.fixture
def shown(ada, article, embed):
    """The address of an answer as Ada was shown it."""
    embed()
    text = ada.get("/help?q=VPN+drops+every+few+minutes").text
    return re.search(r'href="(/help/articles/[^"]+)"', text)[1].replace("&amp;", "&")


def choice(runtime):
    with runtime.reading() as db:
        return db.get(Showing, 1).choice


def votes(runtime):
    with runtime.reading() as db:
        return [(vote.helpful, vote.comment, vote.person_id is not None) for vote in db.scalars(select(Vote))]


def test_every_address_of_an_article_leads_to_the_one(ada, article, page):
    for path in (
        f"/articles/{article}?q=vpn",
        f"/help/articles/{article}?q=vpn",
        f"/help/articles/{article}/old?q=vpn",
    ):
        answer = ada.get(path, follow_redirects=True)
        assert answer.request.full_path == f"{page}?q=vpn"
        assert answer.history[0].status_code == 301
    assert f'<link rel="canonical" href="{page}">' in answer.text


@pytest.mark.parametrize(
    "odd", ["number=1", "article=1", "slug=x", "endpoint=x", "_external=1", "_method=x", "_scheme=ftp"]
)
def test_what_an_address_tells_besides_the_article_does_no_harm(ada, article, page, odd):
    for path in (f"/articles/{article}?{odd}&q=vpn", f"/help/articles/{article}?{odd}&q=vpn"):
        answer = ada.get(path)
        assert (answer.status_code, answer.location.partition("/articles/")[0]) == (301, "/help")
        assert ada.get(path, follow_redirects=True).request.full_path == f"{page}?q=vpn"


def test_what_was_merged_is_found_where_it_went(ada, eve, rows, article, page):
    with rows() as db:
        gone = make.article(db, "archived", title="Old words")
        hidden = make.article(db, "archived", "internal", title="Old secret")
        gone.merged_into = hidden.merged_into = db.scalar(select(Article).where(Article.id == 1))
        numbers = gone.number, hidden.number
    moved = ada.get(f"/help/articles/{numbers[0]}")
    assert (moved.status_code, moved.location) == (301, page)
    assert ada.get(f"/help/articles/{numbers[1]}").status_code == 404


def test_ada_says_that_it_helped_and_may_change_her_mind(ada, article, page, runtime):
    assert "This solved it" in ada.get(page).text
    path = f"/help/articles/{article}/vote"
    assert ada.post(path, helpful="yes").status_code == 303
    assert "Good that it works again." in ada.get(page).text
    ada.post(path, helpful="no")
    ada.post(path, helpful="no", comment="My menu looks different.")
    assert votes(runtime) == [(False, "My menu looks different.", True)]


def test_when_it_did_not_help_there_is_a_way_on_with_her_question(ada, article):
    path = f"/help/articles/{article}/vote"
    answer = ada.post(path, helpful="no", q="vpn gone", shown="7")
    text = ada.get(answer.location).text
    assert 'href="/help/ask?q=vpn+gone"' in text
    assert 'name="shown" value="7"' in text


def test_a_vote_without_an_answer_is_refused_and_so_is_a_very_long_comment(ada, article, runtime):
    path = f"/help/articles/{article}/vote"
    assert ada.post(path, helpful="maybe").status_code == 422
    refused = ada.post(path, htmx=True, helpful="no", comment="x" * 2001)
    assert refused.status_code == 422
    assert votes(runtime) == []


def test_it_is_kept_that_she_opened_an_answer(ada, eve, shown, runtime):
    assert eve.get(shown).status_code == 200
    assert choice(runtime) is None
    assert ada.get(shown).status_code == 200
    assert choice(runtime) == "opened"


def test_what_she_says_of_it_is_kept_with_the_search_and_opening_it_again_does_not_undo_that(
    ada, eve, shown, runtime, article
):
    path = f"/help/articles/{article}/vote"
    eve.post(path, helpful="yes", shown="1")
    assert choice(runtime) is None
    ada.post(path, helpful="yes", shown="1")
    ada.get(shown)
    assert choice(runtime) == "used"
    ada.post(path, helpful="no", shown="1")
    assert choice(runtime) == "rejected"


@pytest.mark.parametrize("shown", ["", "99", "x", "-1"])
def test_an_answer_that_was_never_shown_does_no_harm(ada, article, shown):
    assert ada.post(f"/help/articles/{article}/vote", helpful="yes", shown=shown).status_code == 303


def test_what_else_there_is_about_the_same_service_stands_below(ada, rows):
    with rows() as db:
        service = make.service(db)
        first = make.article(db, services=[service], title="First")
        make.article(db, services=[service], title="Second")
        make.article(db, audience="internal", services=[service], title="For agents")
        number = first.number
    text = ada.get(f"/help/articles/{number}/first").text
    assert "Second" in text
    assert "For agents" not in text
