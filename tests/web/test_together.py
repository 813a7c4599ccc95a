"""What agents share on one incident: parents and duplicates, checklists, time, and who else is here."""

import re

import pytest

from assistant.desk import closure, conversation, relations
from assistant.desk.incident import Incident
from tests import make


@pytest.fixture
def pair(rows):
    """Numbers of two incidents that say the same, the second one Eve's."""
    with rows() as db:
        return make.incident(db).number, make.incident(db, "No VPN", requester=make.person(db, "eve")).number


def phase(rows, number):
    with rows() as db:
        return db.get(Incident, int(number[4:])).phase


def test_a_merged_incident_says_where_it_goes_on_and_can_be_taken_back(ben, eve, rows, pair):
    first, second = pair
    ben.post(f"/incidents/{second}/merge", into=first)
    page = ben.get(f"/incidents/{second}").text
    assert f'This goes on as <a href="/incidents/{first}">' in page
    assert f"from {second}" in ben.get(f"/incidents/{first}/timeline", htmx=True).text
    assert "No VPN" in ben.get(f"/incidents/{first}/family", htmx=True).text
    assert first not in eve.get(f"/incidents/{second}").text
    ben.post(f"/incidents/{second}/unmerge")
    assert phase(rows, second) == "new"


@pytest.mark.parametrize("into", ["INC-999", "", "self"])
def test_a_merge_that_cannot_be_is_refused_at_its_field(ben, rows, pair, into):
    answer = ben.post(f"/incidents/{pair[0]}/merge", into=pair[0] if into == "self" else into)
    assert answer.status_code == 422
    assert 'id="into-finding"' in answer.text


def test_eve_who_still_has_no_vpn_is_heard_where_her_incident_goes_on(ben, eve, rows, pair):
    first, second = pair
    ben.post(f"/incidents/{first}/take")
    ben.post(f"/incidents/{second}/merge", into=first)
    answer = eve.post(f"/incidents/{second}/reopen", text="Still nothing.")
    assert "goes on together with others" in eve.get(answer.location).text
    assert "Still nothing." in ben.get(f"/incidents/{first}/timeline", htmx=True).text
    assert f"{second}, merged into {first}" in ben.get("/notifications").text


def test_children_are_offered_the_resolution_of_their_parent(ben, rows, pair):
    parent, child = pair
    with rows() as db:
        above, below = (db.get(Incident, int(number[4:])) for number in pair)
        relations.relate(db, below, above, "child_of", actor=make.person(db), now=make.NOON)
        outcome = closure.Outcome("link", resolution="Restarted.", article_id=make.article(db).id)
        closure.resolve(db, above, outcome, close=False, actor=make.person(db), now=make.NOON)
    assert "Resolve it the same way" in ben.get(f"/incidents/{parent}").text
    answer = ben.post(f"/incidents/{parent}/children/resolve", number=child)
    assert answer.location == f"/incidents/{parent}"
    assert phase(rows, child) == "resolved"
    assert "Resolve it the same way" not in ben.get(f"/incidents/{parent}").text


def test_a_comment_to_all_is_offered_where_there_is_more_than_one_to_hear_it(ben, eve, rows, pair):
    parent, child = pair
    assert "Comment to all" not in ben.get(f"/incidents/{parent}").text
    ben.post(f"/incidents/{child}/relate", other=parent, kind="child_of")
    assert "Comment to all" in ben.get(f"/incidents/{parent}").text
    ben.post(f"/incidents/{parent}/note", kind="all", text="Up again at noon.", minutes="5")
    assert "Up again at noon." in eve.get(f"/incidents/{child}").text
    assert "comment to all" in ben.get(f"/incidents/{parent}/timeline", htmx=True).text


def test_time_is_typed_beside_the_note_and_added_up(ben, cleo, pair):
    for browser, minutes in ((ben, "50"), (cleo, "15"), (ben, "")):
        browser.post(f"/incidents/{pair[0]}/note", kind="note", text="Looked.", minutes=minutes)
    assert "1 h 5 min (Ben 50 min, Cleo 15 min)" in ben.get(f"/incidents/{pair[0]}/facts", htmx=True).text
    answer = ben.post(f"/incidents/{pair[0]}/note", kind="note", text="Long.", minutes="an hour", htmx=True)
    assert answer.status_code == 422
    assert "is not a whole number" in answer.text
    assert "Long." in answer.text


def test_a_checklist_is_ticked_shortened_and_named_before_resolving(ben, pair):
    base = f"/incidents/{pair[0]}"
    for step in ("Ask for the serial number", "Check the warranty"):
        ben.post(f"{base}/steps", step=step)
    ben.post(f"{base}/steps/1/tick", done="yes")
    assert "1 of 2 done" in ben.get(f"{base}/steps", htmx=True).text
    assert "Not ticked yet: Check the warranty." in ben.get(f"{base}/resolve", htmx=True).text
    ben.post(f"{base}/steps/2/remove")
    assert "Put back" in ben.get(f"{base}/steps", htmx=True).text
    ben.post(f"{base}/steps/2/put-back")
    assert "1 of 2 done" in ben.get(f"{base}/steps", htmx=True).text
    assert ben.post(f"/incidents/{pair[1]}/steps/1/tick", done="yes").status_code == 404
    assert ben.post(f"{base}/steps", step=" ").status_code == 422


def test_ben_sees_that_cleo_writes_and_that_she_changed_something(ben, cleo, rows, pair):
    base = f"/incidents/{pair[0]}"
    page = ben.get(base).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    cleo.post(f"{base}/presence", writing="yes")
    answer = ben.post(f"{base}/presence", seen=seen).text
    assert "<b>Cleo</b> is writing" in answer
    assert "Changed" not in answer
    cleo.post(f"{base}/note", kind="note", text="I have it.")
    cleo.post(f"{base}/presence")
    answer = ben.post(f"{base}/presence", seen=seen).text
    assert "<b>Cleo</b> is looking" in answer
    assert re.search(r"Changed .* by Cleo Marchetti", answer)
    ben.post(f"{base}/note", kind="note", text="Thank you.")
    assert "Changed" not in ben.post(f"{base}/presence", seen=seen).text


def test_on_a_phone_the_best_answer_is_one_line_above_the_words(ben, rows, pair, embed):
    with rows() as db:
        one = db.get(Incident, 1)
        conversation.note(db, one, "x", actor=make.person(db), now=make.NOON)
    text = ben.get(f"/incidents/{pair[0]}").text
    assert text.index("words") < text.index('id="suggestions"')
