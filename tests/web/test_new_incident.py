"""Recording an incident: by an agent, by a requester, with answers while they type."""

import re

import pytest

from assistant.desk.incident import Incident
from kb.feedback import Search
from tests import make


def only(runtime, kind=Incident):
    with runtime.reading() as db:
        return db.query(kind).one()


def record(browser, **form):
    usual = {"title": "VPN drops", "impact": "person", "urgency": "soon", "source": "phone"}
    return browser.post("/incidents", **{**usual, **form})


def test_ben_records_an_incident(ben, rows, runtime):
    with rows() as db:
        ada, vpn = make.person(db, "ada"), make.service(db)
        make.item(db, "LT-20981")
        service, requester = str(vpn.id), ada.email
    answer = record(
        ben,
        reported_text="It goes away.\r\nEvery day.",
        requester=requester,
        service_id=service,
        items="lt-20981",
        impact="department",
        urgency="now",
        occurred_at="2026-03-02T09:10",
        contact="room 12",
    )
    assert answer.status_code == 303
    assert answer.location == "/incidents/INC-000001"
    with runtime.reading() as db:
        made = db.query(Incident).one()
        assert made.reported_text == "It goes away.\nEvery day."
        assert made.priority == "P2"
        assert made.requester.name == "Ada Okafor"
        assert [item.name for item in made.items] == ["LT-20981"]
        assert made.occurred_at.isoformat() == "2026-03-02T09:10:00+00:00"


def test_a_requester_is_known_by_a_name_that_begins_with_any_letter(ben, rows, runtime):
    with rows() as db:
        make.person(db, "élodie")
    assert record(ben, requester="élodie").status_code == 303
    assert record(ben, requester="ÉLODIE").status_code == 303
    with runtime.reading() as db:
        assert [one.requester.name for one in db.query(Incident)] == ["Élodie", "Élodie"]


def test_the_time_it_began_is_read_in_bens_zone(ben, rows, runtime):
    with rows() as db:
        make.person(db, "ben").timezone = "America/New_York"
    record(ben, occurred_at="2026-03-02T09:10")
    assert only(runtime).occurred_at.isoformat() == "2026-03-02T14:10:00+00:00"


def test_a_refusal_keeps_every_word_and_names_the_field(ben):
    answer = record(ben, title=" ", symptoms="<b>Red light</b>", requester="nobody@example.org")
    assert answer.status_code == 422
    assert "&lt;b&gt;Red light&lt;/b&gt;" in answer.text
    assert "Nobody here is known as “nobody@example.org”" in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("items", "LT-0"),
        ("service_id", "99"),
        ("service_id", "x"),
        ("category_id", "99"),
        ("occurred_at", "soon"),
        ("impact", "galaxy"),
        ("title", "x" * 301),
        ("restricted_to_id", "99"),
        ("occurred_at", "9999-12-31T23:59"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(ben, field, value):
    answer = record(ben, **{field: value})
    assert answer.status_code == 422
    assert f'id="{field}-finding"' in answer.text


def test_another_priority_needs_a_reason(ben):
    answer = record(ben, priority="P1")
    assert answer.status_code == 422
    assert 'id="priority_reason-finding"' in answer.text


def test_ben_cannot_restrict_an_incident_to_a_group_he_is_not_in(ben, rows):
    with rows() as db:
        group = str(make.group(db, "HR", make.person(db, "mia"), restricted=True).id)
    answer = record(ben, restricted_to_id=group)
    assert answer.status_code == 422
    assert "You are not in this group" in answer.text


def test_ada_asks_in_her_own_words(ada, runtime):
    answer = ada.post("/help/ask/0", title="", reported_text="My phone shows no calendar.\nSince Monday.")
    assert answer.status_code == 303
    made = only(runtime)
    assert made.title == "My phone shows no calendar."
    assert made.source == "portal"
    assert made.contact == "ada@example.org"


def test_ada_can_neither_name_another_requester_nor_set_the_priority(ada, runtime):
    ada.post("/help/ask/0", title="Help", requester="eve@example.org", priority="P1", impact="organisation")
    with runtime.reading() as db:
        made = db.query(Incident).one()
        assert made.requester.name == "Ada Okafor"
        assert made.priority == "P3"


def test_answers_appear_while_ben_types_and_are_remembered(ben, article, runtime):
    answer = ben.post("/suggestions", htmx=True, title="VPN drops every few minutes after Windows update")
    assert answer.text.lstrip().startswith('<section class="mend typing" id="suggestions"')
    assert article in answer.text
    search = only(runtime, Search)
    assert search.kind == "typing"
    assert search.text.startswith("VPN drops")


def test_where_nobody_has_solved_it_what_comes_nearest_is_promised_neither_while_typing_nor_later(
    ben, article, rows, embed
):
    with rows() as db:
        number = make.incident(db, "Unicorn saddle polishing").number
    embed()
    typed = ben.post("/suggestions", htmx=True, title="Zebra crossing paint").text
    later = ben.get(f"/incidents/{number}/suggestions", htmx=True).text
    for said in (typed, later):
        assert "Nobody here has solved this before" in said and "What comes nearest stands below." in said
        assert article in said and not re.search(r">(Possible|Likely|Very likely)<", said)
    known = ben.post("/suggestions", htmx=True, title="VPN drops every few minutes after Windows update").text
    assert "What comes nearest" not in known and re.search(r">(Possible|Likely|Very likely)<", known)


def test_without_javascript_the_form_comes_back_with_answers_and_every_word(ben, article):
    answer = ben.post("/suggestions", title="VPN drops every few minutes", symptoms="Red light")
    assert answer.status_code == 200
    assert article in answer.text
    assert 'value="VPN drops every few minutes"' in answer.text
    assert "Red light</textarea>" in answer.text


def test_open_incidents_of_the_same_meaning_are_labelled(ben, incident, embed):
    embed()
    answer = ben.post("/suggestions", htmx=True, title="VPN drops every few minutes")
    assert "Open now, maybe the same" in answer.text
    assert incident in answer.text


def test_nothing_typed_asks_nothing(ben, runtime):
    assert "while you type" in ben.post("/suggestions", htmx=True, title="").text
    with runtime.reading() as db:
        assert db.query(Search).count() == 0


def test_people_are_found_by_the_beginning_of_their_name(ben, rows):
    with rows() as db:
        make.person(db, "ada")
        make.person(db, "eve", active=False)
    assert 'value="ada@example.org"' in ben.get("/people?requester=oka", htmx=True).text
    assert "eve@" not in ben.get("/people?requester=eve").text
    assert "ada@" not in ben.get("/people?requester=%25", htmx=True).text


def test_the_title_takes_the_focus_of_a_new_form_only(ben):
    assert "autofocus" in ben.get("/incidents/new").text
    assert "autofocus" not in ben.post("/incidents", title="No drive", requester="nobody@nowhere").text
