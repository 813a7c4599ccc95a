"""More like this, on the pages of incidents and articles, and related articles for readers."""

import pytest

from tests import make

SAYS = "The spooler of the label printer stops with error 0x800704CF."


@pytest.fixture
def desk(rows, embed):
    """Two incidents and three articles that say the same; one article is for those who work on incidents."""
    with rows() as db:
        for _ in range(2):
            make.incident(db, "Label printer stops", symptoms=SAYS)
        for audience in ("public", "requesters", "internal"):
            make.article(db, audience=audience, title=f"Label printer, {audience}", issue=SAYS)
    embed()


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/articles/KB-000001", ["KB-000002", "KB-000003", "INC-000001"]), ("/incidents/INC-000001", [])],
)
def test_the_page_fetches_what_is_alike_and_its_address_is_a_page_too(ben, desk, path, shown):
    assert f'hx-get="{path}/alike"' in ben.get(path).text
    part = ben.get(f"{path}/alike", htmx=True).text
    assert part.lstrip().startswith('<section class="card" id="alike"')
    assert [number for number in shown if number not in part] == []
    assert "Search with this text" in part
    assert part.strip() in ben.get(f"{path}/alike").text


def test_an_incident_that_is_being_resolved_still_fetches_its_own(ben, desk):
    """Its form speaks of an article too, a new one, which has no number yet."""
    ben.post("/incidents/INC-000001/take")
    assert 'hx-get="/incidents/INC-000001/alike"' in ben.get("/incidents/INC-000001/resolve").text


def test_it_says_which_words_both_say_and_searches_with_the_text(ben, desk):
    part = ben.get("/articles/KB-000001/alike", htmx=True).text
    assert "Both say" in part and "<mark>spooler</mark>" in part
    assert "/search?q=Label+printer" in part


def test_readers_see_related_articles_that_are_meant_for_them(ada, nobody, desk):
    page = ada.get("/help/articles/KB-000001/label-printer-public").text
    assert 'hx-get="/help/articles/KB-000001/related"' in page
    part = ada.get("/help/articles/KB-000001/related", htmx=True).text
    assert "Label printer, requesters" in part
    assert "internal" not in part and "INC-" not in part
    assert ada.get("/help/articles/KB-000003/related").status_code == 404
    assert nobody.get("/help/articles/KB-000001/related").status_code == 303


def test_more_like_this_is_for_those_who_work_on_incidents(ada, desk):
    assert ada.get("/incidents/INC-000001/alike").status_code == 403
    assert ada.get("/articles/KB-000001/alike").status_code == 403
