"""Public articles without a sign-in, where the administrator allows it: found, read, voted on, and nothing else."""

import pytest
from sqlalchemy import select

from assistant.desk import notice, site
from assistant.web.guard import limiter
from kb.feedback import Search
from kb.votes import Vote
from tests import make


@pytest.fixture
def numbers(rows, embed):
    """The numbers of a public article and of one for requesters."""
    with rows() as db:
        public = make.article(
            db, audience="public", title="VPN drops, for everybody", services=[make.service(db)]
        )
        closed = make.article(db, title="VPN drops, for us", services=public.services)
        incident = make.incident(db)
        notice.announce(db, incident, "VPN drops, known", "", actor=make.person(db), now=make.NOON)
        made = public.number, closed.number
    embed()
    return made


@pytest.fixture
def is_open(rows, runtime):
    with rows() as db:
        site.put(db, "portal", {"public": True}, seen=0, actor=None, now=runtime.now())


@pytest.fixture
def limits(monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()


def test_a_closed_portal_asks_everybody_to_sign_in_and_says_nothing(nobody, numbers):
    for path in ("/help", "/help?q=vpn", "/help/services", f"/help/articles/{numbers[0]}"):
        assert nobody.get(path).location.startswith("/sign-in?next=")
    assert nobody.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert nobody.get("/sitemap.xml").status_code == 404


def test_an_open_portal_answers_with_public_articles_only(nobody, numbers, is_open, runtime):
    text = nobody.get("/help?q=vpn+drops").text
    assert "VPN drops, for everybody" in text
    assert "for us" not in text
    assert "VPN drops, known" not in text + nobody.get("/help").text
    service = nobody.get("/help/services/1-remote-access").text
    assert "for everybody" in service
    assert "for us" not in service
    with runtime.reading() as db:
        search = db.scalar(select(Search))
        assert search.person_id is None
        assert search.visitor


def test_a_public_article_reads_without_a_sign_in_and_another_is_not_there(nobody, numbers, is_open):
    page = nobody.get(f"/help/articles/{numbers[0]}/vpn-drops-for-everybody")
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "all"
    assert 'itemtype="https://schema.org/TechArticle"' in page.text
    assert '<meta name="description" content="The VPN drops every few minutes' in page.text
    assert nobody.get(f"/help/articles/{numbers[1]}").status_code == 404
    assert nobody.get("/help?q=vpn").headers["X-Robots-Tag"] == "noindex"
    assert nobody.get("/sign-in").headers["X-Robots-Tag"] == "noindex"


def test_search_engines_find_public_articles_in_the_map(nobody, numbers, is_open):
    assert "Sitemap: http://localhost/sitemap.xml" in nobody.get("/robots.txt").text
    text = nobody.get("/sitemap.xml").text
    assert (
        f"<loc>http://localhost/help/articles/{numbers[0]}/vpn-drops-for-everybody</loc><lastmod>2026-03-02"
        in text
    )
    assert numbers[1] not in text


def test_a_browser_votes_once_and_not_without_end(nobody, numbers, is_open, runtime, limits):
    path = f"/help/articles/{numbers[0]}/vote"
    answers = [nobody.post(path, helpful="yes").status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]
    with runtime.reading() as db:
        assert [(vote.person_id, bool(vote.visitor)) for vote in db.scalars(select(Vote))] == [(None, True)]
    assert nobody.post(f"/help/articles/{numbers[1]}/vote", helpful="yes").status_code in (404, 429)


def test_filing_asks_to_sign_in_and_comes_back_with_the_question(nobody, numbers, is_open):
    assert 'href="/help/ask?q=vpn+drops"' in nobody.get("/help?q=vpn+drops").text
    assert nobody.get("/help/ask?q=vpn+drops").location == "/sign-in?next=/help/ask?q%3Dvpn%2Bdrops"
    assert nobody.get("/help/known/INC-000001").status_code == 303
