"""A new desk: whoever has the printed address becomes its administrator, and nobody else."""

import pytest

from assistant import first_run
from assistant.desk.asset import Service
from assistant.desk.people import Group, Person
from assistant.serve import invite_administrator
from tests import make

DAN = {"name": "Dan Novak", "email": "dan@example.org", "password": make.PASSWORD}


@pytest.fixture
def key(runtime):
    return first_run.make_key(runtime.settings.data)


def test_a_new_desk_explains_itself(nobody):
    assert nobody.get("/").location == "/set-up"
    assert "This desk is new" in nobody.get("/set-up").text


def test_the_printed_address_makes_an_administrator_once(nobody, browser, key, runtime):
    assert nobody.get(f"/set-up/{key}").status_code == 200
    assert nobody.post(f"/set-up/{key}", **DAN).location == "/set-up/steps/desk"
    assert nobody.get("/set-up/steps/desk").status_code == 200
    with runtime.reading() as db:
        assert db.query(Person).one().role == "administrator"
    other = browser("eve")
    assert other.get(f"/set-up/{key}").status_code == 404
    assert other.post(f"/set-up/{key}", **{**DAN, "email": "eve@x.org"}).status_code == 404
    assert nobody.get("/set-up").location == "/"


@pytest.mark.parametrize("guess", ["", "x", "a" * 43])
def test_a_guess_opens_nothing_and_neither_does_a_key_that_was_replaced(nobody, key, runtime, guess):
    first_run.make_key(runtime.settings.data)
    for wrong in (guess or key, key):
        assert nobody.get(f"/set-up/{wrong}").status_code == 404
        assert nobody.post(f"/set-up/{wrong}", **DAN).status_code == 404
    with runtime.reading() as db:
        assert db.query(Person).count() == 0


def test_only_the_hash_of_the_key_is_kept_and_only_for_the_desk_to_read(key, runtime):
    kept = runtime.settings.data / first_run.NAME
    assert key not in kept.read_text() and kept.stat().st_mode & 0o077 == 0


def test_the_address_is_printed_only_while_nobody_can_administer_the_desk(runtime, rows):
    said = []
    invite_administrator(runtime, "http://127.0.0.1:8080", said.append)
    assert "/set-up/" in said[0]
    with rows() as db:
        make.person(db, "mia", role="administrator")  # who cannot sign in yet
    invite_administrator(runtime, "http://127.0.0.1:8080", said.append)
    assert len(said) == 2
    with rows() as db:
        make.person(db, "dan", password=make.PASSWORD)
    invite_administrator(runtime, "http://127.0.0.1:8080", said.append)
    assert len(said) == 2


def test_what_is_wrong_with_the_first_administrator_is_said_at_its_field(nobody, key):
    refused = nobody.post(f"/set-up/{key}", name="", email="dan", password="short")
    assert refused.status_code == 422
    assert all(f'id="{name}-finding"' in refused.text for name in ("name", "email"))
    short = nobody.post(f"/set-up/{key}", **{**DAN, "password": "short"})
    assert (
        short.status_code == 422
        and 'value="Dan Novak"' in short.text
        and 'id="password-finding"' in short.text
    )


def test_each_step_can_be_left_and_come_back_to_without_doing_anything_twice(browser, runtime):
    dan = browser("dan")
    desk = {"name": "Farol desk", "timezone": "Europe/Lisbon"}
    assert dan.post("/set-up/steps/desk", **desk).location == "/set-up/steps/groups"
    for _ in range(2):
        dan.post("/set-up/steps/groups", proposed=["Service Desk", "Network"], own="Second line\r\nnetwork")
    dan.post("/set-up/steps/process", process="agile")
    with runtime.reading() as db:
        first = db.query(Group).order_by(Group.name).all()
        assert [group.name for group in first] == ["Network", "Second line", "Service Desk"]
        group_id = first[0].id
    for _ in range(2):
        dan.post("/set-up/steps/services", proposed=["Remote access"], own="Kilns", group_id=group_id)
    with runtime.reading() as db:
        assert {(one.name, one.process) for one in db.query(Service)} == {
            ("Remote access", "agile"),
            ("Kilns", "agile"),
        }
        assert db.query(Person).one().timezone == "Europe/Lisbon"
    dan.post("/set-up/steps/process", process="devops")
    with runtime.reading() as db:
        assert {one.process for one in db.query(Service)} == {"devops"}
    done = dan.get("/set-up/steps/done").text
    assert "Farol desk is ready" in done and "3 groups, 2 services" in done
    assert dan.post("/set-up/steps/done").status_code == 404


def test_new_people_begin_in_the_zone_of_the_desk(browser, runtime):
    dan = browser("dan")
    dan.post("/set-up/steps/desk", name="Farol", timezone="Europe/Lisbon")
    dan.post("/set-up/steps/people", people="Ben Sato, ben@example.org, Agent")
    with runtime.reading() as db:
        assert make.person(db).timezone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("step", "form", "field"),
    [
        ("desk", {"name": "", "timezone": "UTC"}, "name"),
        ("desk", {"name": "Farol", "timezone": "Mars"}, "timezone"),
        ("process", {"process": "magic"}, "process"),
        ("people", {"people": ""}, "people"),
    ],
)
def test_a_step_says_what_is_wrong_at_its_field(browser, step, form, field):
    refused = browser("dan").post(f"/set-up/steps/{step}", **form)
    assert refused.status_code == 422 and f'id="{field}-finding"' in refused.text
