"""Known incidents: agents announce them in their words, requesters say “me too” and see nothing else."""

import pytest

from assistant.desk import conversation, notice
from assistant.desk.incident import Incident
from tests import make


@pytest.fixture
def number(rows):
    """The number of an announced incident of Eve's."""
    with rows() as db:
        eve, ben = make.person(db, "eve"), make.person(db)
        incident = make.incident(
            db,
            "gw-01 kernel panic",
            requester=eve,
            text="My secret words",
            symptoms="Rack 4",
            environment="Host: gw-01",
        )
        conversation.note(db, incident, "A secret note", actor=ben, now=make.NOON)
        conversation.comment(db, incident, "For Eve alone", actor=ben, now=make.NOON)
        conversation.comment(db, incident, "For all of you", actor=ben, now=make.NOON).to_all = True
        notice.announce(db, incident, "The VPN drops", "Use the cable.", actor=ben, now=make.NOON)
        return incident.number


def test_ada_reads_the_notice_and_nothing_else_of_the_incident(ada, number):
    text = ada.get(f"/help/known/{number}").text
    for told in ("The VPN drops", "Use the cable.", "For all of you", "We know of it"):
        assert told in text
    for secret in ("gw-01", "secret", "Rack 4", "Eve", "For Eve alone"):
        assert secret not in text
    assert ada.get(f"/incidents/{number}").status_code == 404


def test_ada_says_me_too_follows_it_and_says_when_it_works_again(ada, ben, number, rows):
    ada.post(f"/help/known/{number}/join", words="In Porto as well.")
    assert "One person is affected. You are one of them" in ada.get(f"/help/known/{number}").text
    assert "The VPN drops" in ada.get("/help/incidents").text
    seen = ben.get(f"/incidents/{number}").text
    assert "One person is affected" in seen
    assert "In Porto as well." in seen
    ada.post(f"/help/known/{number}/back")
    assert "it works again for you" in ada.get(f"/help/known/{number}").text


def test_me_too_answers_htmx_with_the_part_that_changed(ada, number):
    assert ada.post(f"/help/known/{number}/join", htmx=True).status_code == 204
    assert '<section class="card" id="joined"' in ada.get(f"/help/known/{number}", htmx=True).text


def test_ben_announces_changes_and_ends_a_notice(ben, ada, rows):
    with rows() as db:
        number = make.incident(db, requester=make.person(db, "eve")).number
    path = f"/incidents/{number}/notice"
    assert ben.post(path, notice_title="", notice_text="x").status_code == 422
    assert ada.get(f"/help/known/{number}").status_code == 404
    assert ben.post(path, notice_title="Mail is late").status_code == 303
    seen = ben.get(path).text.rpartition('name="seen" value="')[2].partition('"')[0]
    assert ben.post(path, notice_title="Mail is slow", seen=seen).status_code == 303
    assert "Mail is slow" in ada.get(f"/help/known/{number}").text
    ben.post(f"{path}/end")
    assert ada.get(f"/help/known/{number}").status_code == 404


def test_a_notice_that_somebody_else_changed_meanwhile_comes_back_with_both(ben, cleo, number):
    answer = cleo.post(f"/incidents/{number}/notice", notice_title="Mine", seen="")
    assert answer.status_code == 409
    assert "Somebody else changed the notice" in answer.text
    assert 'value="Mine"' in answer.text
    assert "The VPN drops" in answer.text


def test_the_words_of_a_restricted_incident_stay_where_they_are(ben, ada, rows):
    with rows() as db:
        staff = make.group(db, "Staff matters", make.person(db), restricted=True)
        number = make.incident(db, "Complaint", restricted_to=staff).number
    path = f"/incidents/{number}/notice"
    refused = ben.post(path, notice_title="Room 3 is closed")
    assert refused.status_code == 422
    assert 'id="confirmed-finding"' in refused.text
    ben.post(path, notice_title="Room 3 is closed", confirmed="yes")
    assert "Complaint" not in ada.get(f"/help/known/{number}").text


def test_a_solved_notice_is_read_on_by_those_it_hurt(ada, cleo, number, rows):
    ada.post(f"/help/known/{number}/join")
    with rows() as db:
        incident = db.get(Incident, int(number[4:]))
        incident.phase = "resolved"
        notice.follow(db, incident, actor=make.person(db), now=make.NOON)
    assert "Solved" in ada.get(f"/help/known/{number}").text
    assert cleo.get(f"/help/known/{number}").status_code == 404
    assert "It is solved: The VPN drops" in ada.get("/notifications").text


def test_the_panel_opens_only_when_somebody_asks_for_it_or_is_refused(ben, number):
    path = f"/incidents/{number}/notice"
    assert "<details open>" not in ben.get(path, htmx=True).text, "another part of the page changed"
    assert "<details open>" in ben.get(path).text
    assert "<details open>" in ben.post(path, htmx=True, notice_title="").text
