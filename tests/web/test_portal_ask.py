"""Asking the service desk: the form of a service, what it shows before it is sent, and what the agent gets with it."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from assistant.desk import notice
from assistant.desk.incident import Incident
from kb.feedback import Search
from tests import make


@pytest.fixture
def service(rows):
    """The path of the form of a service that asks two questions."""
    with rows() as db:
        made = make.service(db)
        made.questions = [
            {"label": "Where are you", "kind": "choice", "choices": ["Home", "Office"], "required": True},
            {"label": "Which device", "kind": "item"},
        ]
        make.item(db, "LT-20981", service=made)
        return f"/help/ask/{made.id}"


def incidents(runtime):
    with runtime.reading() as db:
        return [
            (
                one.title,
                one.reported_text,
                one.environment,
                [item.name for item in one.items],
                len(one.attachments),
            )
            for one in db.scalars(select(Incident))
        ]


def test_ada_chooses_what_it_is_about_and_need_not_know(ada, service):
    text = ada.get("/help/ask?q=vpn+gone").text
    assert f'href="{service}?q=vpn+gone"' in text
    assert "I do not know" in text
    assert 'value="vpn gone"' in ada.get("/help/ask/0?q=vpn+gone").text


def test_a_long_question_goes_on_whole_below_its_first_words(ada, service):
    told = (
        "The VPN drops every few minutes in the train since Monday. "
        + "It says connected and then it is gone. " * 9
    )
    text = ada.get(service, query_string={"q": told}).text
    assert 'value="The VPN drops every few minutes in the train since Monday. It says connected …"' in text
    assert f"{told.strip()}</textarea>" in text
    short = ada.get(service, query_string={"q": "The VPN drops"}).text
    assert 'value="The VPN drops"' in short and "The VPN drops</textarea>" not in short


def test_the_form_asks_what_the_service_needs_and_the_answers_arrive(ada, service, runtime):
    text = ada.get(service).text
    assert "Where are you" in text
    assert '<option value="LT-20981">' in text
    files = [(io.BytesIO(b"one"), "a.log"), (io.BytesIO(b"two"), "b.log")]
    form = {"title": "VPN gone", "reported_text": "Since nine.", "answer_0": "Home", "answer_1": "LT-20981"}
    answer = ada.post(service, **form, file=files)
    assert answer.location == "/incidents/INC-000001"
    assert incidents(runtime) == [("VPN gone", "Since nine.", "Where are you: Home", ["LT-20981"], 2)]
    assert "Since nine." in ada.get(answer.location).text


def test_what_is_missing_is_said_at_its_field_and_everything_typed_is_there(ada, service, runtime):
    files = [(io.BytesIO(b"one"), "a.log")]
    answer = ada.post(service, title="VPN gone", reported_text="Since nine.", answer_1="LT-20981", file=files)
    assert answer.status_code == 422
    assert 'id="answer_0-finding"' in answer.text
    assert 'value="VPN gone"' in answer.text
    assert "Since nine." in answer.text
    assert 'value="LT-20981"' in answer.text
    assert "Choose your files again" in answer.text
    assert incidents(runtime) == []


def test_a_file_that_is_not_kept_refuses_the_whole_and_loses_nothing(ada, service, runtime):
    program = io.BytesIO(b"MZ\x90\x00" + bytes(200))
    answer = ada.post(service, title="VPN gone", answer_0="Home", file=[(program, "virus.exe")])
    assert answer.status_code == 422
    assert "are not kept" in answer.text
    assert incidents(runtime) == []


def test_a_service_that_is_not_offered_to_her_cannot_be_asked_about(ada, rows):
    with rows() as db:
        make.service(db, "Secret lab").audience = "desk"
    assert ada.get("/help/ask/1").status_code == 404
    assert ada.post("/help/ask/1", title="Let me in").status_code == 404


def test_likely_answers_and_known_incidents_show_before_it_is_sent(ada, service, rows, embed, article):
    with rows() as db:
        incident = make.incident(db, "gw-01 broken", requester=make.person(db, "eve"))
        notice.announce(
            db, incident, "The VPN drops every few minutes", "", actor=make.person(db), now=make.NOON
        )
        number = incident.number
    embed()
    form = {"title": "The VPN drops every few minutes", "reported_text": ""}
    answer = ada.post(f"{service}/likely", htmx=True, **form)
    assert '<section id="likely"' in answer.text
    assert f"/help/known/{number}" in answer.text
    assert f"/help/articles/{article}" in answer.text
    whole = ada.post(f"{service}/likely", **form).text
    assert 'value="The VPN drops every few minutes"' in whole


def test_ben_sees_what_she_searched_and_read_before_asking(ada, ben, eve, rows, runtime, article, embed):
    embed()
    eve.get("/help?q=vpn+of+eve")
    found = ada.get("/help?q=vpn+drops+every+few+minutes").text
    address = found.partition('<h2><a href="')[2].partition('"')[0].replace("&amp;", "&")
    ada.get(address)
    ada.post(
        f"/help/articles/{article}/vote", helpful="no", comment="I have a cable.", shown="2", q="vpn drops"
    )
    number = ada.post("/help/ask/0", title="VPN still drops").location.rpartition("/")[2]
    text = ben.get(f"/incidents/{number}").text
    assert "Before asking" in text
    assert "vpn drops every few minutes" in text
    assert "vpn of eve" not in text
    assert article in text
    assert "I have a cable." in text
    assert "Before asking" not in ada.get(f"/incidents/{number}").text


def test_a_search_of_yesterday_does_not_belong_to_it(ada, rows, runtime):
    ada.get("/help?q=vpn+drops")
    with rows() as db:
        db.scalar(select(Search)).at -= timedelta(days=1)
    ada.post("/help/ask/0", title="Printer")
    with runtime.reading() as db:
        assert db.scalar(select(Search.led_to_id)) is None


def test_asking_takes_a_sign_in_and_keeps_the_question(nobody):
    assert nobody.get("/help/ask?q=vpn+gone").location == "/sign-in?next=/help/ask?q%3Dvpn%2Bgone"
