"""Dan keeps the people of the desk: adds, invites, changes, lets nobody in any more."""

import re

import pytest
from sqlalchemy import select

from assistant.desk import edition, groups, people, signin
from assistant.desk.incident import Incident
from assistant.desk.people import EDITABLE, Person
from tests import make

LINK = re.compile(r'value="http://localhost(/invitations/[^"]+)"')
KIM = {"name": "Kim Lee", "email": "kim@example.org", "role": "agent", "timezone": "Europe/Lisbon"}


@pytest.fixture
def dan(rows, browser):
    with rows() as db:
        make.person(db, "dan", password=make.PASSWORD)
    return browser("dan")


def person(runtime, email):
    with runtime.reading() as db:
        return db.scalar(select(Person).where(Person.email == email))


def seen(runtime, email):
    return edition.of(person(runtime, email), EDITABLE)


def test_dan_adds_kim_and_gets_a_link_that_is_shown_once(dan, nobody, runtime):
    added = dan.post("/admin/people", **KIM)
    assert added.location.endswith("/invite")
    shown = dan.post(added.location)
    link = LINK.search(shown.text)[1]
    assert link not in dan.get(added.location).text
    assert "Welcome, Kim Lee" in nobody.get(link).text
    assert nobody.post(link, password="seam of gold in clay").status_code == 303
    assert nobody.get("/incidents").status_code == 200
    assert people.password_matches(person(runtime, "kim@example.org"), "seam of gold in clay")


def test_a_used_a_void_and_an_invented_link_look_the_same(dan, nobody, app):
    dan.post("/admin/people", **KIM)
    invite = dan.post("/admin/people", **{**KIM, "email": "kim2@example.org"}).location
    void = LINK.search(dan.post(invite).text)[1]
    used = LINK.search(dan.post(invite).text)[1]
    nobody.post(used, password="seam of gold in clay")
    nobody.post("/sign-out")
    answers = [nobody.get(link) for link in (void, used, "/invitations/invented")]
    texts = {re.sub(r'"[^"]{40,}"|nonce\S+', "", answer.text) for answer in answers}
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len(texts) == 1
    nobody.csrf = ""
    assert nobody.post(used, password="seam of gold in clay").status_code == 404


def test_a_short_password_is_refused_at_its_field_and_the_link_stays_good(dan, nobody):
    link = LINK.search(dan.post(dan.post("/admin/people", **KIM).location).text)[1]
    refused = nobody.post(link, password="short")
    assert refused.status_code == 422 and 'id="password-finding"' in refused.text
    assert nobody.post(link, password="seam of gold in clay").status_code == 303


def test_what_is_wrong_comes_back_with_everything_typed(dan):
    refused = dan.post("/admin/people", **{**KIM, "email": "dan@example.org", "department": "Glazing"})
    assert refused.status_code == 422 and "already here" in refused.text
    assert 'value="Kim Lee"' in refused.text and 'value="Glazing"' in refused.text


def test_several_people_are_added_in_one_go_or_none_of_them(dan, runtime):
    lines = "Kim Lee, kim@example.org, Agent\nJo Park; jo@example.org\n"
    refused = dan.post("/admin/people/several", people=lines + "Al\tnonsense")
    assert refused.status_code == 422 and "Line 3: “nonsense” is not a mail address" in refused.text
    assert person(runtime, "kim@example.org") is None
    made = dan.post("/admin/people/several", people=lines)
    assert len(LINK.findall(made.text)) == 2
    assert person(runtime, "kim@example.org").role == "agent"
    assert person(runtime, "jo@example.org").role == "requester"


def test_the_list_is_searched_and_filtered(dan, rows):
    with rows() as db:
        make.group(db, "Network", make.person(db))
        make.person(db, "ada")
    assert "Ben Sato" in dan.get("/admin/people?q=sat").text
    found = dan.get("/admin/people?role=requester").text
    assert "Ada Okafor" in found and "Ben Sato" not in found
    assert "Nobody fits" in dan.get("/admin/people?q=zzz").text


def test_dan_puts_ben_into_groups_and_another_role(dan, rows, runtime):
    with rows() as db:
        ben = make.person(db)
        group_id, path = make.group(db).id, f"/admin/people/{ben.id}"
    values = {"name": "Ben Sato", "email": "ben@example.org", "role": "coach", "timezone": "UTC"}
    saved = dan.post(path, **values, groups=[group_id], seen=seen(runtime, "ben@example.org"))
    assert saved.status_code == 303
    with runtime.reading() as db:
        assert [group.name for group in make.person(db).groups] == ["Network"]
    text = dan.get(path).text
    assert "role: agent → coach" in text and "groups: Network" in text


def test_the_second_of_two_administrators_sees_both_versions(dan, rows, runtime):
    with rows() as db:
        path = f"/admin/people/{make.person(db).id}"
    values = {"name": "Ben Sato", "email": "ben@example.org", "role": "agent", "timezone": "UTC"}
    before = seen(runtime, "ben@example.org")
    dan.post(path, **values, phone="1200", seen=before)
    lost = dan.post(path, **values, phone="1300", seen=before)
    assert lost.status_code == 409
    assert "Phone: as it is now" in lost.text and "1200" in lost.text and 'value="1300"' in lost.text


def test_ben_is_deactivated_and_out_at_once(dan, ben, rows):
    with rows() as db:
        path = f"/admin/people/{make.person(db).id}"
    assert ben.get("/incidents").status_code == 200
    dan.post(f"{path}/deactivate")
    assert ben.get("/incidents").location.startswith("/sign-in")
    assert "Reactivate" in dan.get(path).text


def test_dan_cannot_lock_everybody_out(dan, rows, runtime):
    with rows() as db:
        path = f"/admin/people/{make.person(db, 'dan').id}"
    values = {"name": "Dan Novak", "email": "dan@example.org", "role": "agent", "timezone": "UTC"}
    refused = dan.post(path, **values, seen=seen(runtime, "dan@example.org"))
    assert refused.status_code == 422 and "last administrator" in refused.text
    assert dan.post(f"{path}/deactivate").status_code == 422


def test_what_ben_still_works_on_is_listed_and_handed_over(dan, rows, runtime):
    with rows() as db:
        ben, cleo = make.person(db), make.person(db, "cleo")
        path, incident, cleo_id = f"/admin/people/{ben.id}", make.incident(db), cleo.id
        incident.assignee = ben
    assert "Still works on 1 incident" in dan.get(path).text
    assert dan.post(f"{path}/hand-over", person="nobody here").status_code == 422
    assert dan.post(f"{path}/hand-over", person="cleo@example.org").status_code == 303
    with runtime.reading() as db:
        assert db.query(Incident).one().assignee_id == cleo_id


def test_ben_signs_out_everywhere_else_himself(ben, browser, runtime):
    other = browser("ben")
    assert "in 1 other browser" in ben.get("/profile").text
    ben.post("/profile/sign-out-others")
    assert other.get("/incidents").location.startswith("/sign-in")
    assert ben.get("/incidents").status_code == 200


def test_dan_signs_ben_out_everywhere(dan, ben, rows, runtime):
    with rows() as db:
        path = f"/admin/people/{make.person(db).id}"
    dan.post(f"{path}/sign-out")
    assert ben.get("/incidents").location.startswith("/sign-in")
    with runtime.reading() as db:
        assert signin.browsers(db, make.person(db), now=runtime.now()) == 0


def test_a_group_gets_a_member_and_loses_the_restriction_only_when_dan_is_sure(dan, rows, runtime):
    with rows() as db:
        group = make.group(db, "Staff matters", restricted=True)
        make.person(db)
        mark, path = edition.of(group, groups.EDITABLE), f"/admin/groups/{group.id}"
    assert dan.post(f"{path}/join", person="Ben Sato").status_code == 303
    assert dan.post(f"{path}/join", person="").status_code == 422
    asked = dan.post(path, name="Staff matters", seen=mark)
    assert asked.status_code == 422 and "Yes, remove the restriction" in asked.text
    assert 'name="restricted" value="yes" aria' in asked.text  # it comes back as it was sent: not ticked
    assert dan.post(path, name="Staff matters", seen=mark, sure="yes").status_code == 303
    assert "Ben Sato" in dan.get(path).text


def test_a_large_group_shows_its_first_people_and_the_way_to_all(dan, rows, monkeypatch):
    monkeypatch.setattr("assistant.desk.listing.PAGE", 2)
    with rows() as db:
        group = make.group(db, "Everybody", *(make.person(db, who) for who in ("ada", "ben", "cleo")))
        path = f"/admin/groups/{group.id}"
    text = dan.get(path).text
    assert "Ben Sato" in text and "Cleo Marchetti" not in text and "All its people" in text


def test_no_link_stands_in_the_log(dan, nobody, capsys, app):
    with app.test_request_context("/invitations/secret-token"):
        from assistant.web import log  # noqa: PLC0415

        app.preprocess_request()
        assert log.path() == "/invitations/<token>"
