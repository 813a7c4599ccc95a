"""People from a file: added once, never changed behind their backs, and what is wrong comes back to be corrected."""

import io

import pytest
from sqlalchemy import select

from assistant import worker
from assistant.desk.audit import AuditEntry
from assistant.desk.invitation import Invitation
from assistant.desk.people import Person
from tests import make

HEAD = "Name,Email,Role,Department,Place,Phone,Timezone,Groups\n"
KIM = "Kim Lee,Kim@Example.org,Agent,Sales,Lisbon,+351 1,Europe/Lisbon,Network; Mail\n"
LEO = "Leo Duarte,leo@example.org,,,,,,\n"


@pytest.fixture
def dan(browser, rows):
    with rows() as db:
        make.group(db, "Network")
        make.group(db, "Mail")
        make.group(db, "Given up").active = False
    return browser("dan")


@pytest.fixture
def bring(dan, runtime):
    """Import a file, and return the page that says what came of it."""

    def bring(text, run="import", **form):
        file = (io.BytesIO((HEAD + text).encode()), "people.csv")
        sent = {"csrf_token": dan.token(), "file": file}
        place = dan.client.post(
            "/admin/people/import", data=sent, content_type="multipart/form-data"
        ).location
        assert dan.post(place, run=run, **form).status_code == 303
        while worker.run_job(runtime, runtime.now()):
            pass
        return dan.get(place)

    return bring


def everybody(rows):
    with rows() as db:
        return {
            one.email: (
                one.name,
                one.role,
                one.department,
                one.timezone,
                {group.name for group in one.groups},
            )
            for one in db.scalars(select(Person))
        }


def test_a_dry_run_says_who_would_come_and_adds_nobody(bring, rows):
    before = everybody(rows)
    page = bring(KIM + LEO + KIM, run="rehearse").text
    assert "2 would be new" in page and "1 would be unchanged" in page
    assert "Kim Lee · kim@example.org · Agent · Sales · Network, Mail" in page
    assert everybody(rows) == before


def test_people_come_with_their_role_department_zone_and_groups(bring, rows):
    bring(KIM + LEO, timezone="Asia/Tokyo")
    found = everybody(rows)
    assert found["kim@example.org"] == ("Kim Lee", "agent", "Sales", "Europe/Lisbon", {"Network", "Mail"})
    assert found["leo@example.org"] == ("Leo Duarte", "requester", "", "Asia/Tokyo", set())


def test_nobody_is_invited_and_the_trail_names_who_imported(bring, rows):
    bring(KIM)
    with rows() as db:
        kim = db.scalar(select(Person).where(Person.email == "kim@example.org"))
        assert kim.password_hash is None and db.scalar(select(Invitation)) is None
        mine = select(AuditEntry).where(AuditEntry.subject == "person", AuditEntry.subject_id == kim.id)
        assert {entry.person.name for entry in db.scalars(mine)} == {"Dan Novak"}


def test_the_same_file_again_changes_nothing_not_even_what_dan_changed_since(bring, rows):
    bring(KIM + LEO)
    with rows() as db:
        db.scalar(select(Person).where(Person.email == "leo@example.org")).name = "Leo D."
    before = everybody(rows)
    page = bring(KIM + LEO).text
    assert "2 unchanged" in page
    assert "1 are here already with other words than these: they stay as they are" in page
    assert everybody(rows) == before


def test_no_file_makes_an_administrator_of_somebody_who_is_here(bring, rows):
    bring(LEO)
    bring(LEO.replace(",,", ",administrator,", 1))
    assert everybody(rows)["leo@example.org"][1] == "requester"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",noname@example.org,,,,,,", "The name is missing."),
        ("No Mail,nowhere,,,,,,", "“nowhere” is not a mail address."),
        ("No Role,role@example.org,boss,,,,,", "There is no role “boss”."),
        ("No Zone,zone@example.org,,,,,Moon/Base,", "“Moon/Base” is not a time zone."),
        ("No Group,group@example.org,,,,,,Catering", "There is no group “Catering”."),
        ("Old Group,old@example.org,,,,,,Given up", "There is no group “Given up”."),
        (f"Long,long@example.org,,{'x' * 101},,,,", "This is longer than 100 characters."),
    ],
)
def test_a_row_that_cannot_be_comes_back_with_its_reason_and_the_others_are_taken(
    bring, dan, rows, row, reason
):
    before = everybody(rows)
    page = bring(f"{row}\n{LEO}")
    assert reason in page.text and "1 rejected" in page.text
    rejects = dan.get(f"{page.request.path}/rejects").text
    assert row.split(",")[1] in rejects and reason.split("“")[0].strip() in rejects and "leo@" not in rejects
    assert everybody(rows).keys() - before.keys() == {"leo@example.org"}


def test_a_file_without_mail_addresses_is_refused_before_anything_is_read(dan):
    sent = {"csrf_token": dan.token(), "file": (io.BytesIO(b"Name,Role\nKim,agent\n"), "people.csv")}
    refused = dan.client.post("/admin/people/import", data=sent, content_type="multipart/form-data")
    assert refused.status_code == 422 and "No column of people.csv is called email" in refused.text


def test_only_administrators_import_people(ben, cleo):
    assert [one.get("/admin/people/import").status_code for one in (ben, cleo)] == [403, 403]
