"""The demo desk: it fills an empty desk, everything hangs together, and its texts are worth reading."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from assistant import settings as configuration
from assistant.demo import content
from assistant.demo.clock import after, before
from assistant.demo.content import FOLDER
from assistant.demo.life import VERBS
from assistant.demo.load import load
from assistant.desk import closure_gate, people, process
from assistant.desk.asset import AUDIENCES as OFFERED_TO
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.incident import DOORS, SOURCES, Incident
from assistant.desk.people import ROLES, Group, Person
from assistant.desk.permissions import may_read_incident, viewer_of
from assistant.runtime import Runtime
from index.encoder import HashEncoder
from kb import standard
from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES, Article
from kb.redaction import marks_in

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
MOMENTS = [  # a weekday, a weekend, the first minutes of a week, the day after the clocks changed
    NOW,
    datetime(2026, 3, 8, 13, 0, tzinfo=UTC),
    datetime(2026, 6, 1, 0, 5, tzinfo=UTC),
    datetime(2026, 3, 30, 5, 0, tzinfo=UTC),
]
FILLER = re.compile(r"lorem|ipsum|dolor sit|\bfoo\b|asdf|TBD|xxx|placeholder|example text", re.IGNORECASE)
HOST = re.compile(r"(?:\w@|https?://)(\w[\w-]*(?:\.[\w-]+)+)")
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
OUTSIDE = {"aka.ms"}  # pages of Microsoft that every desk sends people to
OURS = re.compile(r"(?:.+\.)?example\.(?:com|org|net)")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A desk with the demo, and what loading it gave back."""
    settings = configuration.load(data=tmp_path_factory.mktemp("demo"))
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    runtime.migrate()
    steps = []
    loaded = load(runtime, now=NOW, progress=lambda done, of: steps.append((done, of)))
    yield runtime, loaded, steps
    runtime.close()


@pytest.fixture
def desk(filled):
    with filled[0].reading() as db:
        yield db


def texts():
    """Yield every text that people will read: where it stands, and what it says."""
    for incident in content.incidents():
        told = (incident.title, incident.words, incident.symptoms, incident.environment, incident.cause)
        said = (step.text for step in incident.steps)
        yield incident.name, "\n".join((*told, incident.verification, *said))
    for article in content.articles():
        yield article.key, "\n".join(article.versions[-1].values().values())


def test_dan_sees_the_progress_of_a_first_start(filled):
    _, loaded, steps = filled
    assert (loaded.articles, loaded.incidents) == (len(content.articles()), len(content.incidents()))
    assert loaded.articles >= 60 and loaded.incidents >= 300
    assert steps[-1][0] == steps[-1][1] == len(steps)


def test_the_cast_signs_in_with_the_password_that_was_shown(filled, desk):
    _, loaded, _ = filled
    assert [person.name for person in loaded.people[:3]] == ["Ada Okafor", "Ben Sato", "Cleo Marchetti"]
    assert [person.role for person in loaded.people] == list(ROLES)
    for person in loaded.people:
        assert people.password_matches(people.by_email(desk, person.email), loaded.password)
    assert not people.password_matches(
        people.by_email(desk, "ada.okafor@example.com"), "another-one-of-four-words-11"
    )


def test_a_desk_where_somebody_is_stays_as_it_is(filled):
    runtime, _, _ = filled
    with runtime.reading() as db:
        before_it = db.scalar(select(func.count()).select_from(Incident))
    assert load(runtime, now=NOW) is None
    with runtime.reading() as db:
        assert db.scalar(select(func.count()).select_from(Incident)) == before_it


def test_every_kind_of_person_article_and_incident_is_there(desk):
    incidents, articles = list(desk.scalars(select(Incident))), list(desk.scalars(select(Article)))
    assert set(desk.scalars(select(Person.role))) == set(ROLES)
    assert {incident.phase for incident in incidents} == set(process.PHASES)
    assert {incident.source for incident in incidents} == set(SOURCES)
    assert {incident.closing_door for incident in incidents} == {*DOORS, None}
    assert {incident.priority for incident in incidents} == {"P1", "P2", "P3", "P4"}
    assert {incident.process for incident in incidents} == {"itil", "hybrid", "agile", "devops"}
    assert {relation.kind for incident in incidents for relation in incident.relations} == {
        "duplicate_of",
        "child_of",
        "related_to",
    }
    assert {article.confidence for article in articles} == set(CONFIDENCES)
    assert {article.audience for article in articles} == set(AUDIENCES)
    assert {article.governance for article in articles} == set(GOVERNANCES)
    assert sum(article.latest > 1 for article in articles) >= 8
    flags = [flag for article in articles for flag in article.flags]
    assert any(flag.settled_at for flag in flags) and any(flag.settled_at is None for flag in flags)


def test_every_service_has_its_items_and_its_group(desk):
    for name, service in content.services().items():
        assert len(service["items"]) >= 6, name
    used = {incident.service.name for incident in desk.scalars(select(Incident))}
    assert used == set(content.services())
    assert len(content.categories()) == len(set(content.categories())) >= 35


def test_every_service_is_answered_for_and_most_ask_what_they_need(desk):
    services = list(desk.scalars(select(Service)))
    assert len(services) >= 12 and all(service.owner.works for service in services)
    assert sum(bool(service.questions) for service in services) >= 10
    assert {service.audience for service in services} == set(OFFERED_TO)
    assert {question["kind"] for service in services for question in service.questions} >= {
        "text",
        "choice",
        "item",
        "yes_no",
    }


def test_what_breaks_shows_what_hangs_on_it(desk):
    host = desk.scalar(select(ConfigurationItem).where(ConfigurationItem.name == "vm-host-01"))
    hanging, front = set(), [host]
    while front:
        front = [item for one in front for item in one.needed_by if item not in hanging]
        hanging |= set(front)
    assert {"P01", "Salaria Payroll", "MFP-LIS-2F"} <= {item.name for item in hanging}
    assert host not in hanging


def test_everything_that_closed_learned_or_says_why_not(desk):
    closed = list(desk.scalars(select(Incident).where(Incident.phase == "closed")))
    for incident in closed:
        assert closure_gate.has_article(incident) or incident.nothing_reason, incident.title
    doors = Counter(incident.closing_door for incident in closed)
    assert doors["link"] > doors["write"] > doors["nothing"] > 0
    assert doors["nothing"] < len(closed) / 10


def test_some_wait_to_be_written_down_and_some_wait_for_others(desk):
    resolved = list(desk.scalars(select(Incident).where(Incident.phase == "resolved")))
    assert any(not closure_gate.has_article(incident) for incident in resolved)
    waiting = list(desk.scalars(select(Incident).where(Incident.phase == "waiting")))
    assert waiting and all(incident.hold_reason for incident in waiting)
    assert desk.scalar(select(func.count()).where(Incident.reopen_count > 0)) >= 5


def test_ben_cannot_read_what_is_for_the_hr_desk_only(desk):
    ben, teresa = (people.by_email(desk, f"{name}@example.com") for name in ("ben.sato", "teresa.vidal"))
    hr = desk.scalar(select(Group).where(Group.name == "HR desk"))
    restricted = list(desk.scalars(select(Incident).where(Incident.restricted_to_id == hr.id)))
    assert restricted
    for incident in restricted:
        assert not may_read_incident(desk, viewer_of(desk, ben), incident)
        assert may_read_incident(desk, viewer_of(desk, teresa), incident)


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%A %H:%M}")
def test_the_demo_is_fresh_and_never_ahead_of_its_time(now):
    for incident in content.incidents():
        start = before(now, incident.at)
        moments = [start, *(after(start, step.when) for step in incident.steps)]
        assert all(earlier <= later for earlier, later in pairwise(moments)), incident.name
        assert moments[-1] <= now, incident.name
        assert (now - start).days <= 100, incident.name
    assert (
        sum((now - before(now, incident.at)).total_seconds() < 8 * 3600 for incident in content.incidents())
        >= 20
    )


def test_nobody_of_the_office_calls_on_a_sunday():
    sunday = MOMENTS[1]
    days = {before(sunday, incident.at).weekday() for incident in content.incidents() if " " in incident.at}
    assert days == {0, 1, 2, 3, 4}


def test_articles_keep_the_content_standard_and_hold_nothing_personal():
    for article in content.articles():
        finished = any(step.verb == "sets" for step in article.life) or not any(
            step.verb == "drafts" for step in article.life
        )
        assert not finished or not standard.USUAL.findings(article.versions[-1]), article.key
        assert not [
            mark
            for version in article.versions
            for text in version.values().values()
            for mark in marks_in(text)
        ]


def test_a_few_notes_have_something_to_redact():
    notes = [step.text for incident in content.incidents() for step in incident.steps if step.verb == "notes"]
    kinds = {mark.kind for note in notes for mark in marks_in(note)}
    assert {"a password or key", "a phone number", "an account number"} <= kinds


def test_the_texts_hold_no_filler_and_nobodys_address():
    for where, text in texts():
        assert not FILLER.search(text), where
        assert all(OURS.fullmatch(host) or host in OUTSIDE for host in HOST.findall(text)), where
        assert all(
            address.startswith(("192.0.2.", "198.51.100.", "203.0.113.")) for address in ADDRESS.findall(text)
        )


def test_everybody_speaks_in_their_own_words():
    words = Counter(incident.words for incident in content.incidents())
    assert max(words.values()) == 1
    assert all(len(incident.words) > 20 for incident in content.incidents())
    resolutions = [
        step.text
        for incident in content.incidents()
        for step in incident.steps
        if step.verb in ("resolves", "fixes")
        or (step.verb == "closes" and step.arguments[:1] not in ((), ("as",)))
    ]
    assert all(len(text) > 15 for text in resolutions)
    assert len(set(resolutions)) > 0.98 * len(resolutions)


def test_whoever_writes_a_story_finds_every_verb_explained():
    page = (FOLDER / "README.md").read_text("utf-8")
    assert not [verb for verb in VERBS if f"`{verb}" not in page]
    used = {step.verb for incident in content.incidents() for step in incident.steps}
    assert used == set(VERBS)
