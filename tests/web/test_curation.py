"""Cleo's first page: what waits, the evidence in place, and what settles it."""

import re
from datetime import timedelta

import pytest

from kb import feedback
from kb.article import Article, Flag
from kb.likeness import Likeness
from kb.votes import Vote
from tests import make


@pytest.fixture
def flagged(ben, article):
    ben.post(f"/articles/{article}/flag", reason="Step 2 is wrong since 6.3")
    return article


def ask(runtime, text, kind="portal"):
    with runtime.writing() as db:
        search = feedback.record(
            db, text, [], kind=kind, actor=make.person(db, "ada"), now=runtime.now(), took_ms=1.0
        )
        db.commit()
        return search.id


def test_cleo_begins_at_curation_and_ben_at_his_queue(cleo, ben):
    assert cleo.get("/").location == "/curation"
    assert ben.get("/").location == "/incidents"


def test_a_flag_says_when_it_is_due(cleo, flagged):
    assert re.search(r">due \d+ \w+ \d{4}</", cleo.get("/curation").text)


def test_an_empty_list_says_what_to_do(cleo):
    text = cleo.get("/curation").text
    assert "Nothing waits here" in text
    assert 'href="/articles?sort=reuse"' in text


def test_a_line_says_what_why_and_what_it_is_worth(cleo, flagged):
    text = cleo.get("/curation").text
    for wanted in (
        flagged,
        "VPN disconnects at intervals",
        "Ben Sato: Step 2 is wrong since 6.3",
        "Not used yet",
    ):
        assert wanted in text


def test_the_evidence_opens_in_place_and_has_a_page_of_its_own(cleo, flagged):
    part = cleo.get("/curation/flags/1", htmx=True).text
    assert part.lstrip().startswith('<section class="evidence')
    assert "<html" not in part
    assert "Settle the flag" in cleo.get("/curation/flags/1").text


def test_settling_a_flag_leads_back_to_the_list_and_ben_hears_of_it(cleo, ben, flagged):
    answer = cleo.post(f"/articles/{flagged}/flags/1/settle", outcome="Step 2 is mended", **{"from": "flags"})
    assert answer.location == "/curation?kind=flags"
    assert "Nobody has found anything wrong" in cleo.get("/curation?kind=flags").text
    assert "is settled: Step 2 is mended" in ben.get("/notifications").text


def test_a_flag_settled_without_an_outcome_comes_back_with_the_flag(cleo, flagged):
    answer = cleo.post(f"/articles/{flagged}/flags/1/settle", outcome=" ", **{"from": "flags"})
    assert answer.status_code == 422
    assert "No outcome is given." in answer.text


def test_a_flag_is_handed_to_somebody_else(cleo, ben, flagged, runtime):
    with runtime.reading() as db:
        ben_id = db.get_one(Flag, 1).person_id
    cleo.post(f"/articles/{flagged}/flags/1/hand", person_id=ben_id)
    assert "task of <b>Ben Sato</b>" in cleo.get(f"/articles/{flagged}").text
    assert "asks you to see to the flag" in ben.get("/notifications").text
    assert cleo.post(f"/articles/{flagged}/flags/1/hand", person_id="").status_code == 422


def test_what_readers_missed_is_seen_to_and_newer_words_stay_open(cleo, rows, article, runtime):
    def vote(who, hours):
        with rows() as db:
            at = runtime.now() + timedelta(hours=hours)
            db.add(
                Vote(
                    article_id=1,
                    version=1,
                    helpful=False,
                    comment=who,
                    person_id=make.person(db, who).id,
                    at=at,
                )
            )

    vote("ada", 0)
    assert "ada" in cleo.get("/curation/votes/1").text
    cleo.post("/curation/votes/1/settle")
    assert cleo.get("/curation/votes/1").status_code == 404
    vote("eve", 1)
    assert cleo.get("/curation/votes/1").status_code == 200


def test_a_question_becomes_an_article_with_the_words_of_those_who_asked(cleo, runtime):
    ask(runtime, "toner smells")
    key = ask(runtime, "Toner smell")
    text = cleo.get(f"/curation/searches/{key}").text
    link = re.search(r'href="(/articles/new\?[^"]+)"', text)[1].replace("&amp;", "&")
    editor = cleo.get(link).text
    assert 'value="Toner smell"' in editor
    assert "toner smells" in editor
    assert cleo.post("/articles/new", title="Toner smells", gap=key).status_code == 303
    assert "Everything that was asked found something." in cleo.get("/curation?kind=searches").text


def test_a_question_is_taken_off_the_list(cleo, runtime):
    key = ask(runtime, "toner smells")
    assert (
        cleo.post(f"/curation/searches/{key}/seen", **{"from": "searches"}).location
        == "/curation?kind=searches"
    )
    assert cleo.get(f"/curation/searches/{key}").status_code == 404


def gaps(cleo):
    """Return what the two lists of questions say was asked in vain."""
    pages = [cleo.get(f"/curation?kind={kind}").text for kind in ("searches", "ignored")]
    return [re.findall(r"“([^”]+)”", page) for page in pages]


@pytest.mark.parametrize(
    "asked",
    [
        "Eve Marsh",
        "eve@example.org",
        "Remote access",
        "LT-20981",
        "1",
        '"password reset"',
        "kind:article toner",
    ],
)
def test_looking_something_up_by_its_name_or_with_a_filter_is_no_question_asked_in_vain(
    ben, cleo, browser, rows, embed, asked
):
    browser("eve")
    with rows() as db:
        make.article(db)
        make.incident(db, "Screen is dark")
        make.service(db)
        make.item(db, "LT-20981")
    embed()
    ben.get("/search", query_string={"q": asked})
    assert gaps(cleo) == [[], []]
    ben.get("/search?q=toner+smells")
    assert gaps(cleo) == [["toner smells"], []]


@pytest.fixture
def pair(rows):
    with rows() as db:
        for more in ({}, {"issue": "The tunnel goes away."}):
            make.article(db, **more)
        db.add(Likeness(article_id=1, other_id=2, nearness=0.9, found_at=make.NOON))
    return 1


def test_two_articles_differ_and_nobody_is_asked_again(cleo, pair):
    text = cleo.get("/curation/pairs/1").text
    assert "only here: </span>" in text
    cleo.post("/curation/pairs/1/apart")
    assert cleo.get("/curation/pairs/1").status_code == 404


def test_cleo_merges_two_and_the_old_number_leads_to_the_one_that_stays(cleo, ada, pair):
    text = cleo.get("/articles/KB-000001/merge?with=KB-000002").text
    assert (
        "The VPN drops every few minutes after a Windows update.\n\nThe tunnel goes away.</textarea>" in text
    )
    form = {**make.content().values(), "with": "KB-000002", "version": "1", "other_version": "1"}
    assert cleo.post("/articles/KB-000001/merge", **form).location == "/articles/KB-000001"
    assert cleo.get("/articles/KB-000002?shown=1").location == "/articles/KB-000001?shown=1"
    assert ada.get("/articles/KB-000002", follow_redirects=True).request.path.startswith(
        "/help/articles/KB-000001"
    )
    assert "became part of it" in cleo.get("/articles/KB-000001").text
    assert cleo.get("/articles/KB-000002/versions/1").status_code == 200


def test_before_a_merge_cleo_reads_exactly_what_moves_and_that_it_cannot_be_undone(cleo, ben, rows, pair):
    for text in ("Old menu", "Wrong name"):
        ben.post("/articles/KB-000002/flag", reason=text)
    ben.post("/articles/KB-000002/remarks", text="Needs a picture")
    ben.post("/articles/KB-000001/remarks", text="This one stays")
    page = cleo.get("/articles/KB-000001/merge?with=KB-000002").text
    question = page.partition("Merge them? It cannot be undone.")[2]
    assert re.findall(r"<li>(.*?)</li>", question)[:2] == ["2 flags", "1 remark"]
    assert "vote" not in question and "KB-000002 is archived" in question
    other = cleo.get("/articles/KB-000002/merge?with=KB-000001").text.partition("It cannot be undone.")[2]
    assert "To KB-000002 moves:" in other and re.findall(r"<li>(.*?)</li>", other)[:1] == ["1 remark"]


def test_a_number_that_leads_to_what_ada_may_not_read_leads_nowhere(cleo, ada, rows):
    with rows() as db:
        make.article(db, audience="internal")
        make.article(db)
    form = {**make.content().values(), "with": "KB-000002", "version": "1", "other_version": "1"}
    cleo.post("/articles/KB-000001/merge", **form)
    assert ada.get("/articles/KB-000002", follow_redirects=True).status_code == 404


def test_a_merge_that_is_refused_keeps_what_was_typed(cleo, pair):
    form = {**make.content(title="").values(), "cause": "Typed by Cleo", "with": "KB-000002"}
    answer = cleo.post("/articles/KB-000001/merge", version="1", other_version="1", **form)
    assert answer.status_code == 422
    assert "Typed by Cleo</textarea>" in answer.text
    assert "The title is missing." in answer.text


def test_merging_asks_which_article_goes(cleo, pair):
    assert "Number of the article that goes" in cleo.get("/articles/1/merge").text
    assert "There is no other article “KB-9”" in cleo.get("/articles/1/merge?with=KB-9").text
    assert "This is the same article." in cleo.get("/articles/KB-000001/merge?with=KB-000001").text


def test_a_remark_stands_beside_the_article_until_it_is_taken_up(cleo, ben, ada, article):
    ben.post(f"/articles/{article}/remarks", text="Needs a picture")
    assert "Needs a picture" in cleo.get("/curation?kind=remarks").text
    assert "Needs a picture" not in ada.get(f"/articles/{article}").text
    cleo.post(f"/articles/{article}/remarks/1/settle")
    assert "taken up" in ben.get(f"/articles/{article}").text
    assert ben.post(f"/articles/{article}/remarks", text=" ").status_code == 422


def test_a_draft_is_handed_over(cleo, rows, runtime):
    with rows() as db:
        make.article(db, "wip", "internal").updated_at = runtime.now() - timedelta(days=20)
        ben_id = make.person(db).id
    assert "Untouched for 20 days; Cleo Marchetti began it." in cleo.get("/curation?kind=drafts").text
    assert (
        cleo.post("/articles/1/owner", person_id=ben_id, **{"from": "drafts"}).location
        == "/curation?kind=drafts"
    )
    with runtime.reading() as db:
        assert db.get_one(Article, 1).owner_id == ben_id


def test_the_reason_of_a_closure_holds(cleo, rows, runtime):
    with rows() as db:
        incident = make.incident(db, "Told a joke", state="closed")
        incident.closing_door, incident.nothing_reason, incident.closed_at = (
            "nothing",
            "withdrawn",
            runtime.now(),
        )
    assert "Told a joke" in cleo.get("/curation?kind=closures").text
    cleo.post("/curation/closures/1/seen")
    assert "Told a joke" not in cleo.get("/curation?kind=closures").text
    assert "Told a joke" in cleo.get("/closures").text
