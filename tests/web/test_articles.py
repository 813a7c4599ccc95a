"""Articles: reading, writing, their state, flags, who may read them."""

import re

import pytest

from assistant.desk import link, relations
from kb.article import Article, Flag
from tests import make

CONTENT = make.content().values()


@pytest.fixture
def look(runtime):
    def read(ask, number=1):
        with runtime.reading() as db:
            return ask(db.get_one(Article, number))

    return read


def test_ben_reads_an_article_with_its_record(ben, article, rows, incident):
    with rows() as db:
        make.resolved_by(db, relations.by_number(db, incident), db.get(Article, 1))
    text = ben.get(f"/articles/{article}").text
    for wanted in (
        "VPN disconnects at intervals",
        "<ol>",
        "Held 1 of 1 time",
        "Validated",
        "Everybody who can sign in.",
    ):
        assert wanted in text


def test_the_words_in_which_an_article_is_known_are_for_those_who_may_read_the_incidents(
    ben, ada, cleo, rows, article
):
    with rows() as db:
        known = db.get(Article, 1)
        staff = make.group(db, "Payroll", make.person(db, "cleo"), restricted=True)
        for title, group in (("Blue padlock hops", None), ("Salary padlock hops", staff)):
            told = make.incident(db, title, symptoms="In tunnels.", restricted_to=group, state="resolved")
            make.resolved_by(db, told, known)
    seen = {who: client.get(f"/articles/{article}").text for who, client in (("ben", ben), ("cleo", cleo))}
    assert all(
        "Known in these words" in text and "“Blue padlock hops – In tunnels.”" in text
        for text in seen.values()
    )
    assert "Salary padlock" in seen["cleo"]
    assert "Salary padlock" not in seen["ben"]
    assert "padlock" not in ada.get(f"/articles/{article}").text


def test_ada_reads_it_in_plain_words(ada, article):
    text = ada.get(f"/articles/{article}", follow_redirects=True).text
    assert "What to do" in text
    assert "Version 1" not in text


@pytest.mark.parametrize(
    ("confidence", "audience", "status"),
    [
        ("validated", "internal", 404),
        ("wip", "requesters", 404),
        ("archived", "requesters", 404),
        ("validated", "public", 200),
    ],
)
def test_ada_reads_only_what_is_meant_for_her(ada, rows, confidence, audience, status):
    with rows() as db:
        make.article(db, confidence=confidence, audience=audience)
    assert ada.get("/articles/KB-000001", follow_redirects=True).status_code == status


def test_the_list_of_articles_with_their_keepers_is_not_for_ada(ada, article):
    assert ada.get("/articles").location == "/help"


@pytest.mark.parametrize("number", ["KB-000009", "x", "9" * 40, "-1", "KB-"])
def test_what_is_not_there(ben, number):
    assert ben.get(f"/articles/{number}").status_code == 404


def test_markdown_never_becomes_a_script(ben, rows):
    with rows() as db:
        make.article(
            db,
            resolution="<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)",
        )
    text = ben.get("/articles/1").text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert "evil.example" not in re.sub(r"<textarea.*?</textarea>", "", text)


def test_ben_writes_an_article_from_fragments(ben, look):
    answer = ben.post("/articles/new", title="Printer out of toner")
    assert answer.location == "/articles/KB-000001"
    assert look(lambda article: (article.title, article.confidence, article.owner.name)) == (
        "Printer out of toner",
        "wip",
        "Ben Sato",
    )


def test_an_article_without_a_title_is_refused_with_its_text_kept(ben):
    answer = ben.post("/articles/new", title="", resolution="Refill it")
    assert answer.status_code == 422
    assert 'id="title-finding"' in answer.text
    assert "Refill it</textarea>" in answer.text


def test_one_that_may_be_written_already_is_held_back_once(ben, article, embed):
    embed()
    answer = ben.post("/articles/new", **CONTENT)
    assert answer.status_code == 422
    assert article in answer.text
    assert 'name="different"' in answer.text
    assert ben.post("/articles/new", **CONTENT, different="yes").location == "/articles/KB-000002"


def test_while_ben_writes_the_standard_and_personal_data_are_looked_at(ben, article, embed):
    embed()
    answer = ben.post(
        "/articles/look", htmx=True, **{**CONTENT, "environment": "", "cause": "Ask ada@example.org"}
    )
    assert answer.text.lstrip().startswith('<section id="look"')
    assert "The environment is missing." in answer.text
    assert "ada@example.org" in answer.text
    assert article in answer.text
    assert "It has everything" in ben.post("/articles/look", htmx=True, **CONTENT, article=article).text


def test_a_new_version_keeps_the_old_one(ben, article, look):
    assert "Save as a new version" in ben.get(f"/articles/{article}/edit").text
    answer = ben.post(f"/articles/{article}/edit", **{**CONTENT, "cause": "Age"}, version=1, note="Cause")
    assert answer.status_code == 303
    assert look(lambda article: (article.latest, len(article.versions))) == (2, 2)
    shown = ben.get(f"/articles/{article}/versions/2").text
    assert "added: </span>Age<span" in shown
    assert (
        "removed: </span>The update switches the power saving of the network adapter back on.<span" in shown
    )
    assert ben.get(f"/articles/{article}/versions/1").status_code == 200
    assert ben.get(f"/articles/{article}/versions/3").status_code == 404


def test_a_lost_race_shows_both_versions_and_loses_no_text(ben, cleo, article, look):
    cleo.post(f"/articles/{article}/edit", **{**CONTENT, "cause": "The words of Cleo"}, version=1)
    answer = ben.post(f"/articles/{article}/edit", **{**CONTENT, "cause": "The words of Ben"}, version=1)
    assert answer.status_code == 409
    assert "The words of Cleo" in answer.text
    assert "The words of Ben</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert look(lambda article: article.current.cause) == "The words of Cleo"


def state(browser, number, **form):
    return browser.post(f"/articles/{number}/state", htmx=True, **form)


def test_the_coach_validates_and_publishes(cleo, rows, look):
    with rows() as db:
        make.article(db, confidence="not_validated", audience="internal")
    answer = state(cleo, "1", confidence="validated", audience="internal", governance="experience")
    assert answer.headers["HX-Redirect"] == "/articles/KB-000001"
    assert state(cleo, "1", audience="requesters").status_code == 422
    assert cleo.post("/articles/1/publish", audience="requesters").status_code == 303
    assert look(lambda article: (article.confidence, article.audience)) == ("validated", "requesters")


@pytest.mark.parametrize(
    "form", [{"confidence": "validated"}, {"confidence": "archived"}, {"audience": "public"}]
)
def test_an_agent_may_not(ben, rows, look, form):
    with rows() as db:
        make.article(db, confidence="not_validated", audience="internal")
    before = look(lambda article: (article.confidence, article.audience))
    assert state(ben, "1", **form).status_code == 403
    assert look(lambda article: (article.confidence, article.audience)) == before


def test_the_menu_offers_only_what_one_may_give(ben, cleo, rows):
    with rows() as db:
        make.article(db, confidence="not_validated", audience="internal")
    assert 'value="archived"' not in ben.get("/articles/1/state", htmx=True).text
    assert 'value="archived"' in cleo.get("/articles/1/state", htmx=True).text


def test_an_article_leaves_work_in_progress_only_when_it_is_whole(ben, rows):
    with rows() as db:
        make.article(db, confidence="wip", audience="internal", resolution="")
    answer = state(ben, "1", confidence="not_validated")
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<form class="panel form" id="state"')
    assert "The resolution is missing." in answer.text


def test_personal_data_must_be_confirmed_before_it_travels(ben, rows, look):
    with rows() as db:
        make.article(db, confidence="wip", audience="internal", issue="Call +351 912 345 678")
    assert "912 345 678" in ben.get("/articles/1").text
    assert state(ben, "1", confidence="not_validated").status_code == 422
    assert state(ben, "1", confidence="not_validated", personal_data_checked="yes").status_code == 200
    assert look(lambda article: article.confidence) == "not_validated"


def test_a_team_must_be_ones_own(ben, rows):
    with rows() as db:
        make.article(db, confidence="not_validated", audience="internal")
        hr = make.group(db, "HR", make.person(db, "mia")).id
    assert state(ben, "1", audience="team", team_id=hr).status_code == 422
    assert state(ben, "1", audience="team").status_code == 422


def test_ben_flags_and_the_coach_settles(ben, cleo, article, runtime):
    assert ben.post(f"/articles/{article}/flag", reason="").status_code == 422
    assert ben.post(f"/articles/{article}/flag", reason="Outdated since 6.2").status_code == 303
    assert "Outdated since 6.2" in ben.get(f"/articles/{article}").text
    assert article in ben.get("/articles?flagged=yes").text
    assert cleo.post(f"/articles/{article}/flags/1/settle", outcome="").status_code == 422
    assert cleo.post(f"/articles/{article}/flags/1/settle", outcome="Rewritten").status_code == 303
    with runtime.reading() as db:
        assert db.get(Flag, 1).outcome == "Rewritten"
    assert article not in ben.get("/articles?flagged=yes").text


def test_a_flag_of_another_article_cannot_be_settled_here(cleo, rows, article):
    with rows() as db:
        other = make.article(db)
        db.add(Flag(article=other, reason="Old", at=make.NOON))
    assert cleo.post(f"/articles/{article}/flags/1/settle", outcome="x").status_code == 404


def test_the_list_filters_by_confidence_and_hides_the_archived(ben, rows):
    with rows() as db:
        make.article(db, title="Alive")
        make.article(db, confidence="archived", title="Gone")
        make.article(db, confidence="wip", title="Begun", actor=make.person(db))
    everything = ben.get("/articles").text
    assert "Alive" in everything
    assert "Gone" not in everything
    assert "Gone" in ben.get("/articles?confidence=archived").text
    assert "Alive" not in ben.get("/articles?mine=yes").text
    assert "Archived <small>1</small>" in everything


def test_a_long_list_has_pages(ben, rows, monkeypatch):
    monkeypatch.setattr("assistant.web.articles_list.PAGE", 2)
    with rows() as db:
        for n in range(5):
            make.article(db, title=f"Article {n}")
    seen, address = [], "/articles"
    while address:
        text = ben.get(address).text
        seen += re.findall(r"Article \d", text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        address = following[1] if following else ""
    assert sorted(seen) == [f"Article {n}" for n in range(5)]
    assert ben.get("/articles?before=x").status_code == 200


def test_the_article_of_another_team_is_not_there(ben, rows):
    with rows() as db:
        team = make.group(db, "Security", make.person(db, "mia"))
        make.article(db, audience="team", team_id=team.id)
    for path in ("", "/edit", "/state", "/versions/1"):
        assert ben.get(f"/articles/1{path}").status_code == 404
    assert ben.post("/articles/1/flag", reason="x").status_code == 404


def test_how_often_it_held_is_in_the_list(ben, rows, article, incident):
    with rows() as db:
        link.add(
            db, relations.by_number(db, incident), db.get(Article, 1), "resolved", actor=None, now=make.NOON
        )
    assert "Held 1 of 1 time" in ben.get("/articles").text


def test_without_javascript_what_was_looked_at_stands_beside_the_draft(ben, article, embed):
    embed()
    draft = {**CONTENT, "environment": "", "title": "VPN drops on every train"}
    text = ben.post("/articles/look", **draft, article=article, version="1", note="Trains too").text
    assert "<html" in text and "The environment is missing." in text
    assert 'value="VPN drops on every train"' in text and 'value="Trains too"' in text
    assert 'name="version" value="1"' in text and f'action="/articles/{article}/edit"' in text
    assert 'action="/articles/new"' in ben.post("/articles/look", **draft).text
