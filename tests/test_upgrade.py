"""A desk of the first release comes to this one with everything it has, works on, and can go back."""

import pytest
from sqlalchemy import delete, func, select

from assistant import migrations, setup, worker
from assistant import settings as configuration
from assistant.app import create_app
from assistant.desk import conversation, jobs, lifecycle, merging, offer, people, signin, ways
from assistant.desk.incident import Incident
from assistant.desk.jobs import Job
from assistant.desk.people import Person
from assistant.runtime import Runtime
from index.encoder import HashEncoder
from kb import authoring
from tests import make, previous
from tests.engines import SETTINGS
from tests.web.conftest import Browser

ADDED = {  # table -> what a row of the first release has in the columns that are new
    "article": {"merged_into_id": None},
    "category": {"active": True},
    "configuration_item": {"active": True},
    "embedding": {"spare_recipe": None, "spare_vector": None},
    "embedding_counter": {"mark": ""},
    "entry": {"minutes": None, "to_all": False},
    "flag": {"owner_id": None, "due_at": None},
    "group": {"active": True},
    "incident": {"process_version": 0, "merged_into_id": None},
    "job": {"asked_by_id": None, "step": "", "done": 0, "of": 0, "result": None},
    "search": {"visitor": None, "led_to_id": None, "unanswered": False, "taken": False, "gist": ""},
    "service": {"owner_id": None, "audience": "everybody", "departments": [], "questions": []}
    | {"checklist": ""},
    "showing": {"failed_at": None},
}


@pytest.fixture
def old(empty):
    """An engine on the database of a desk of the first release."""
    previous.fill(empty)
    return empty


@pytest.fixture
def upgraded(old, tmp_path):
    """That desk, opened by this release."""
    address = old.url.render_as_string(hide_password=False)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / SETTINGS).write_text(f"KINTSUGI_DATABASE={address}\n", "utf-8")
    settings = configuration.load(data=tmp_path / "desk")
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    runtime.migrate()
    yield runtime
    runtime.close()


@pytest.fixture
def page(upgraded):
    """Open a page as somebody of the cast: page("ben", "/incidents")."""
    app = create_app(upgraded)

    def opened(who, path):
        with upgraded.writing() as db:
            token = signin.start(db, make.person(db, who), now=upgraded.now())
            db.commit()
        return Browser(app, token).get(path)

    return opened


def test_the_old_desk_has_something_in_every_table(old):
    assert set(previous.columns(old)) == set(previous.ROWS)
    assert all(previous.ROWS.values())


def test_every_row_is_there_after_the_upgrade_and_says_the_same(old):
    columns = previous.columns(old)
    before = previous.contents(old, columns)
    migrations.upgrade(old)
    assert previous.contents(old, columns) == before
    assert migrations.differences(old) == []


def test_what_is_new_on_an_old_row_leaves_it_as_it_was(old):
    columns = previous.columns(old)
    migrations.upgrade(old)
    now = previous.columns(old)
    new = {name: sorted(set(now[name]) - set(known)) for name, known in columns.items()}
    assert {name: added for name, added in new.items() if added} == {
        name: sorted(values) for name, values in ADDED.items()
    }
    for name, rows in previous.contents(old, {name: new[name] for name in ADDED}).items():
        assert rows == [ADDED[name]] * len(previous.ROWS[name]), name


def test_down_brings_the_same_rows_back_and_up_again_works(old):
    columns = previous.columns(old)
    before = previous.contents(old, columns)
    for _ in range(2):
        migrations.upgrade(old)
        migrations.downgrade(old, previous.REVISION)
        assert previous.columns(old) == columns
        assert previous.contents(old, columns) == before
    migrations.upgrade(old)
    assert previous.contents(old, columns) == before
    assert migrations.differences(old) == []


PAGES = (  # who, path, what stands there
    ("ben", "/incidents", "VPN drops at home"),
    ("ben", "/incidents?list=open", "Printer on floor 3 is silent"),
    ("ben", "/incidents?list=document", "No VPN in Porto"),
    ("ben", f"/incidents/INC-{previous.ACTIVE:06d}", "The driver is old."),
    ("ben", f"/incidents/INC-{previous.ACTIVE:06d}/suggestions", "VPN drops every few minutes"),
    ("ben", f"/incidents/INC-{previous.LINKED:06d}", "VPN drops every few minutes"),
    ("ben", f"/incidents/INC-{previous.IMPORTED:06d}", "Doing"),
    ("mia", f"/incidents/INC-{previous.RESTRICTED:06d}", "Complaint about a colleague"),
    ("ben", "/items/1", "gw-01"),
    ("ben", "/search?q=vpn+drops", "VPN drops every few minutes"),
    ("cleo", "/articles", "Printer is silent"),
    ("cleo", f"/articles/KB-{previous.VALIDATED:06d}", "Windows 11 24H2 calls this differently."),
    ("cleo", f"/articles/KB-{previous.VALIDATED:06d}/versions/2", "VPN drops"),
    ("cleo", "/curation", "Windows 11 24H2 calls this differently."),
    ("cleo", "/curation/flags/1", "Ben Sato"),
    ("cleo", "/curation?kind=unvalidated", "Printer is silent"),
    ("cleo", "/curation?kind=closures", "The screen was off"),
    ("cleo", "/closures", "The screen was off"),
    ("ada", "/help/services", "Printing"),
    ("ada", f"/help/ask/{previous.REMOTE}", "Remote access"),
    ("ada", "/help/incidents", "VPN drops in the train"),
    ("ada", f"/incidents/INC-{previous.ACTIVE:06d}", "Please try the cable."),
    ("dan", "/admin/people", "Gil Past"),
    ("dan", "/admin/groups", "Staff matters"),
    ("dan", f"/admin/services/{previous.PRINTING}", "pr-03"),
    ("dan", "/admin/processes", "Agile"),
    ("dan", "/admin/categories", "VPN"),
    ("dan", "/admin/routes", "Network"),
    ("dan", "/admin/health", "disk full"),
    ("mia", "/admin/audit", "INC-000002"),
)


def test_the_worker_is_asked_once_to_take_in_what_this_release_finds_items_by(old, upgraded):
    with upgraded.writing() as db:
        db.execute(delete(Job))
        db.commit()
    migrations.downgrade(old, previous.REVISION)
    for _ in range(2):
        setup.migrate(upgraded.settings, lambda _: None)
    with upgraded.reading() as db:
        assert [job.kind for job in db.query(Job)] == ["index.rebuild"]


def test_a_new_desk_has_nothing_to_take_in(empty, tmp_path):
    address = empty.url.render_as_string(hide_password=False)
    setup.migrate(configuration.load(data=tmp_path, database=address), lambda _: None)
    with empty.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Job)) == 0


def test_the_pages_work_on_it_and_show_what_was_there(upgraded, page):
    worker.run_once(upgraded, upgraded.now())
    answers = {(who, path): (page(who, path), says) for who, path, says in PAGES}
    wrong = {
        asked: answer.status_code
        for asked, (answer, says) in answers.items()
        if answer.status_code != 200 or says not in answer.text
    }
    assert wrong == {}


def test_everybody_signs_in_with_the_password_they_had_and_nobody_who_left(upgraded):
    with upgraded.reading() as db:
        entered = {
            person.name.split()[0]
            for person in db.scalars(select(Person))
            if people.password_matches(person, make.PASSWORD)
        }
    assert entered == {"Ada", "Ben", "Cleo", "Mia", "Dan"}


def test_an_old_incident_runs_to_its_end_under_its_process_whatever_is_written_since(upgraded):
    with upgraded.writing() as db:
        ben, now = make.person(db), upgraded.now()
        changed = ways.text_of(db, "agile", 0).replace("review", "second_look")
        ways.save(db, changed, seen=0, actor=make.person(db, "dan"), now=now)
        old = db.get(Incident, previous.IMPORTED)
        lifecycle.edit(db, old, {"resolution": "New toner."}, seen=old.version, actor=ben, now=now)
        lifecycle.move(db, old, "review", actor=ben, now=now)
        new = make.incident(db, service=old.service)
        assert (old.phase, old.process_version) == ("resolved", 0)
        assert "second_look" in ways.of(db, new).states


def test_the_services_that_were_active_are_offered(upgraded):
    with upgraded.reading() as db:
        offered = [service.name for service in offer.services(db, db.get(Person, previous.ADA))]
    assert offered == ["Printing", "Remote access"]


def test_the_worker_does_the_jobs_that_waited_and_leaves_those_that_rest(upgraded):
    worker.run_once(upgraded, upgraded.now())
    with upgraded.reading() as db:
        waited, done, resting = db.scalars(select(Job).order_by(Job.id).limit(3))
        assert waited.done_at is not None
        assert done.done_at == previous.ago(days=1).replace(tzinfo=done.done_at.tzinfo)
        assert resting.done_at is None
        assert [job.id for job in jobs.parked(db)] == [resting.id]


def test_down_keeps_what_was_written_since_as_far_as_the_first_release_has_a_place_for_it(upgraded):
    with upgraded.writing() as db:
        ben, now = make.person(db), upgraded.now()
        active, new = (db.get(Incident, number) for number in (previous.ACTIVE, previous.NEW))
        conversation.note(db, active, "Took an hour.", actor=ben, now=now, minutes=60)
        merging.merge(db, new, active, actor=ben, now=now)
        filed = make.incident(db, "Filed since").id
        authoring.draft(db, make.content(title="Written since"), actor=ben, now=now)
        db.commit()
    migrations.downgrade(upgraded.engine, previous.REVISION)
    kept = previous.contents(
        upgraded.engine,
        {"incident": ("id", "title", "phase"), "entry": ("text",), "version": ("title",)},
    )
    assert {"text": "Took an hour."} in kept["entry"]
    assert {"title": "Written since"} in kept["version"]
    assert {"id": filed, "title": "Filed since", "phase": "new"} in kept["incident"]
    assert {"id": previous.NEW, "title": "VPN drops in the train", "phase": "closed"} in kept["incident"]
    upgraded.migrate()
    assert migrations.differences(upgraded.engine) == []
