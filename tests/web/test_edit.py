"""Editing an incident, and losing the race without losing a word."""

from assistant.desk import lifecycle
from assistant.desk.incident import Incident
from tests import make

USUAL = {"title": "VPN drops", "impact": "person", "urgency": "soon", "priority": "P3", "version": 1}


def save(browser, number, **form):
    return browser.post(f"/incidents/{number}/edit", **{**USUAL, **form})


def test_ben_changes_fields(ben, incident, rows, runtime):
    with rows() as db:
        service = make.service(db).id
        make.item(db)
    assert "VPN drops every few minutes" in ben.get(f"/incidents/{incident}/edit").text
    answer = save(
        ben, incident, symptoms="Red", service_id=service, items="LT-20981", workaround="Use the cable"
    )
    assert answer.location == f"/incidents/{incident}"
    with runtime.reading() as db:
        row = db.get(Incident, 1)
        assert (row.title, row.symptoms, row.service.name) == ("VPN drops", "Red", "Remote access")
        assert (row.items[0].name, row.workaround) == ("LT-20981", "Use the cable")


def test_what_does_not_fit_is_said_at_its_field(ben, incident):
    answer = save(ben, incident, title="", symptoms="Kept", priority="P1")
    assert answer.status_code == 422
    assert 'id="title-finding"' in answer.text
    assert "Kept</textarea>" in answer.text


def test_a_lost_race_shows_both_versions_and_loses_no_text(ben, incident, rows, runtime):
    with rows() as db:
        row = db.get(Incident, 1)
        lifecycle.edit(
            db, row, {"symptoms": "Cleo's words"}, seen=1, actor=make.person(db, "cleo"), now=make.NOON
        )
    answer = save(ben, incident, symptoms="Ben's words", cause="Ben's cause")
    assert answer.status_code == 409
    for text in (
        "Somebody else changed this incident",
        "Cleo&#39;s words",
        "Ben&#39;s words",
        "Ben&#39;s cause",
    ):
        assert text in answer.text
    assert 'name="version" value="2"' in answer.text
    again = save(ben, incident, symptoms="Both words", version=2)
    assert again.status_code == 303
    with runtime.reading() as db:
        assert db.get(Incident, 1).symptoms == "Both words"


def test_two_who_change_different_fields_do_not_disturb_each_other(ben, incident, rows, runtime):
    with rows() as db:
        row = db.get(Incident, 1)
        lifecycle.edit(db, row, {"cause": "Cable"}, seen=1, actor=make.person(db, "cleo"), now=make.NOON)
    unchanged = {"cause": ""}
    answer = save(ben, incident, symptoms="Ben's words", **unchanged)
    assert answer.status_code in (303, 409)
    with runtime.reading() as db:
        assert db.get(Incident, 1).cause == "Cable"


def test_ada_cannot_edit(ada, incident):
    assert ada.get(f"/incidents/{incident}/edit").status_code == 403
    assert save(ada, incident).status_code == 403
