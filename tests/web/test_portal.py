"""The portal's first page: one question, answers in plain words, what is known, services, the way to a person."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from assistant.desk import conversation, notice, site
from kb.feedback import Search
from tests import make


@pytest.fixture
def known(rows, article, embed):
    """An article about the VPN that can be found."""
    embed()
    return article


def searches(runtime):
    with runtime.reading() as db:
        return [(one.text, one.kind, one.unanswered, one.visitor) for one in db.scalars(select(Search))]


def test_ada_is_asked_what_is_not_working(ada):
    assert ada.get("/").location == "/help"
    text = ada.get("/help").text
    assert "What is not working?" in text
    assert "Ask the service desk" in text


def test_the_administrators_greeting_and_contact_stand_on_the_page(ada, rows, runtime):
    with rows() as db:
        said = {"greeting": "Hello, what is up?", "contact": "Phone 1234"}
        site.put(db, "portal", said, seen=0, actor=None, now=runtime.now())
    text = ada.get("/help").text
    assert "Hello, what is up?" in text
    assert "Phone 1234" in text


def test_answers_come_as_she_types_with_the_best_passage_marked(ada, known):
    answer = ada.get("/help?q=VPN+drops+every+few+minutes&typing=yes", htmx=True)
    assert '<section id="answers"' in answer.text
    assert "<html" not in answer.text
    assert f"/help/articles/{known}/" in answer.text
    assert "<mark>VPN</mark>" in answer.text
    assert "None of these: ask the service desk" in answer.text


@pytest.mark.parametrize("typed", ["vpn drps evry few mintues", "my vpn disconects"])
def test_her_slips_of_the_finger_do_not_hide_the_answer(ada, known, typed):
    assert f"/help/articles/{known}/" in ada.get("/help", query_string={"q": typed}).text


def test_what_she_types_stands_in_the_address_so_that_back_leads_to_it(ada, known):
    typed = ada.get("/help", htmx=True, query_string={"q": "vpn drops", "typing": "yes"})
    assert typed.headers["HX-Replace-Url"] == "/help?q=vpn+drops"
    emptied = ada.get("/help", htmx=True, query_string={"q": "", "typing": "yes"})
    assert emptied.headers["HX-Replace-Url"] == "/help"


def test_a_word_that_is_not_finished_finds_too(ada, known):
    path = "/help?q=vpn+every+minu&typing=yes"
    assert "<mark>minu</mark>" in ada.get(path, htmx=True).text


def test_three_answers_come_first_and_eight_at_most(ada, rows, embed):
    with rows() as db:
        for number in range(10):
            make.article(db, title=f"VPN drops, way {number}")
    embed()
    first, _, more = ada.get("/help?q=VPN+drops").text.partition("More answers")
    assert (first.count('class="answer"'), more.count('class="answer"')) == (3, 5)


def test_her_own_number_leads_to_her_incident_and_nobody_elses(ada, eve, rows):
    with rows() as db:
        number = make.incident(db, requester=make.person(db, "ada")).number
    for said in (number, "inc1"):
        assert ada.get("/help", query_string={"q": said}).headers["Location"].endswith(f"/incidents/{number}")
    assert eve.get("/help", query_string={"q": number}).status_code == 200
    assert ada.get("/help", query_string={"q": number, "typing": "yes"}).status_code == 200


def test_the_number_of_an_article_leads_to_it_as_far_as_she_may_read_it(ada, rows):
    with rows() as db:
        shared, internal = make.article(db), make.article(db, audience="internal")
        numbers = shared.number, internal.number
    for said in (numbers[0], "kb1", "KB 1", "kb-01"):
        assert "/help/articles/KB-000001/" in ada.get("/help", query_string={"q": said}).headers["Location"]
    assert ada.get("/help", query_string={"q": numbers[1]}).status_code == 200
    assert ada.get("/help?q=1").status_code == 200


def test_no_answer_leads_to_a_person_with_the_question_kept(ada, runtime):
    text = ada.get("/help?q=My+chair+squeaks").text
    assert "No answer is written down for this yet." in text
    assert 'href="/help/ask?q=My+chair+squeaks"' in text
    assert searches(runtime) == [("My chair squeaks", "portal", True, None)]


def test_of_a_long_log_the_beginning_is_looked_for_and_she_is_told_where_all_of_it_fits(ada):
    answer = ada.get("/help", query_string={"q": "x" * 2000 + " the rest"})
    assert "Only the first 2,000 characters are looked for." in answer.text
    assert "its form takes all of your text" in answer.text


def test_what_is_typed_on_is_one_search_and_a_word_too_short_is_none(ada, known, runtime):
    for text in ("v", "vpn", "vpn dr", "vpn drops"):
        ada.get("/help", query_string={"q": text})
    assert [text for text, *_ in searches(runtime)] == ["vpn drops"]


def test_internal_articles_and_other_peoples_incidents_are_no_answers(ada, rows, embed):
    with rows() as db:
        make.article(db, audience="internal", title="VPN secret")
        make.incident(db, "VPN of Eve", requester=make.person(db, "eve"))
    embed()
    text = ada.get("/help?q=VPN+drops").text
    assert "VPN secret" not in text
    assert "VPN of Eve" not in text


def test_a_known_incident_is_told_on_the_page_and_found_by_its_words(ada, rows, embed):
    with rows() as db:
        incident = make.incident(db, "gw-01 broken", requester=make.person(db, "eve"))
        notice.announce(db, incident, "The VPN drops in Lisbon", "", actor=make.person(db), now=make.NOON)
        number = incident.number
    embed()
    for text in (ada.get("/help").text, ada.get("/help?q=the+vpn+drops+in+lisbon", htmx=True).text):
        assert f"/help/known/{number}" in text
        assert "gw-01" not in text


def test_how_soon_people_are_answered_is_told_when_the_desk_knows(ada, rows, runtime):
    assert "usually answered" not in ada.get("/help").text
    days = [timedelta(days=7 * week) for week in range(1, 9)]
    with rows() as db:
        for day in days:
            at = runtime.now() - day
            incident = make.incident(db, now=at)
            conversation.comment(db, incident, "Hi.", actor=make.person(db), now=at + timedelta(minutes=33))
    ada.client.application.extensions.pop("portal_pace")
    assert "usually answered within 40 minutes at this hour" in ada.get("/help").text


def test_services_are_browsed_by_those_to_whom_they_are_offered(ada, ben, rows):
    with rows() as db:
        helped = make.article(db, services=[make.service(db)], title="Better")
        make.article(db, services=helped.services, title="Newer")
        make.resolved_by(db, make.incident(db), helped)
        secret = make.service(db, "Secret lab")
        secret.audience = "desk"
        number = secret.id
    assert "Secret lab" not in ada.get("/help").text + ada.get("/help/services").text
    assert ada.get(f"/help/services/{number}-secret-lab").status_code == 404
    assert ben.get(f"/help/services/{number}-secret-lab").status_code == 200
    moved = ada.get("/help/services/1-old-name")
    assert (moved.status_code, moved.location) == (301, "/help/services/1-remote-access")
    text = ada.get(moved.location).text
    assert text.index("Better") < text.index("Newer")


def test_the_first_view_is_small_and_asks_for_little(ada, rows):
    with rows() as db:
        for number in range(12):
            make.service(db, f"Service {number}")
    page = ada.get("/help")
    parts = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    total = len(page.data) + sum(len(ada.get(part).data) for part in parts)
    assert len(parts) <= 5
    assert total < 100_000
