"""The audit trail in the browser, and as a file."""

import csv
import io
import json

import pytest

from assistant.desk import conversation, lifecycle
from assistant.desk.audit import AuditEntry
from assistant.web import admin_audit
from tests import make


@pytest.fixture
def mia(browser):
    return browser("mia")


def test_mia_finds_who_changed_an_incident(mia, rows, incident):
    with rows() as db:
        one = db.get(lifecycle.Incident, 1)
        lifecycle.assign(db, one, None, make.person(db), actor=make.person(db), now=make.NOON)
    text = mia.get(f"/admin/audit?number={incident}").text
    assert "Ben Sato" in text and "Incident changed" in text
    part = mia.get("/admin/audit?person=ben@example.org&action=incident changed", htmx=True).text
    assert part.lstrip().startswith('<section id="trail"') and incident in part


@pytest.mark.parametrize(
    "asked", ["person=Nobody Here", "number=seven", "since=yesterday", "since=9999-12-31", "before=x"]
)
def test_what_cannot_be_understood_is_said_and_nothing_breaks(mia, incident, asked):
    assert mia.get(f"/admin/audit?{asked}").status_code == 200


def test_an_unknown_person_is_told_at_the_field(mia):
    text = mia.get("/admin/audit?person=Nobody Here").text
    assert "Nobody here is known as “Nobody Here”." in text and "No entries" in text


def test_a_table_holds_everything_that_was_asked_for_and_stands_in_the_trail_itself(mia, rows, monkeypatch):
    monkeypatch.setattr(admin_audit, "BATCH", 3)
    with rows() as db:
        for number in range(8):
            make.incident(db, f"Incident {number}")
    answer = mia.post("/admin/audit/export", kind="csv", subject="incident")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    with rows() as db:
        wanted = db.query(AuditEntry).filter_by(subject="incident").count()
        (taken,) = db.query(AuditEntry).filter_by(action="audit trail exported")
        assert taken.person.name == "Mia Lindqvist"
        assert taken.changes == {"form": [None, "csv"], "asked": [None, "subject: incident"]}
    assert len(table) == wanted and len({row["entry"] for row in table}) == wanted
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "  =1", "\t=1"])
def test_a_spreadsheet_runs_nothing_of_what_people_wrote(mia, rows, evil):
    with rows() as db:
        make.person(db, "evil").name = evil
    answer = mia.post("/admin/audit/export", kind="csv")
    for row in csv.reader(io.StringIO(answer.text)):
        assert not [cell for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]


def test_json_lines_say_the_same(mia, rows, incident):
    answer = mia.post("/admin/audit/export", kind="jsonl", number=incident)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["about"] for line in lines} == {incident}
    assert lines[-1]["what"] == "Incident added"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_neither_page_nor_file_tells_of_a_restricted_incident(mia, ben, rows, kind):
    with rows() as db:
        member = make.person(db)
        staff = make.group(db, "Staff matters", member, restricted=True)
        secret = make.incident(db, "Complaint about a colleague", restricted_to=staff)
        number = secret.number
        conversation.note(db, secret, "Talked to both.", actor=member, now=make.NOON)
    told = mia.get("/admin/audit").text, mia.post("/admin/audit/export", kind=kind).text
    assert not [text for text in told if number in text or "Complaint" in text]
    asked = [mia.get(f"/admin/audit?number={one}", htmx=True).text for one in (number, "INC-999999")]
    assert asked[0] == asked[1], "missing and foreign look the same"


def test_agents_do_not_read_the_trail(ben):
    assert ben.get("/admin/audit").status_code == 403
    assert ben.post("/admin/audit/export", kind="csv").status_code == 403


def test_a_file_that_cannot_be_understood_is_refused(mia):
    assert mia.post("/admin/audit/export", kind="exe").status_code == 422
    assert mia.post("/admin/audit/export", kind="csv", number="seven").status_code == 422
