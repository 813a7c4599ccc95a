"""The demo desk: it fills an empty desk, everything hangs together, and its texts are worth reading."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from assistant import settings as configuration
from assistant.demo import article_life, content, incident_life
from assistant.demo.clock import after, before
from assistant.demo.content import FOLDER
from assistant.demo.load import load
from assistant.desk import (
    closure_gate,
    conversation,
    curation,
    family,
    notifications,
    people,
    process,
    saved_view,
    worklist,
)
from assistant.desk.asset import AUDIENCES as OFFERED_TO
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.curation_queries import Asked
from assistant.desk.incident import DOORS, SOURCES, Incident
from assistant.desk.people import ROLES, Group, Person
from assistant.desk.permissions import may_read_incident, viewer_of
from assistant.runtime import Runtime
from index.encoder import HashEncoder, OnnxEncoder
from kb import feedback, standard
from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES, Article
from kb.embeddings import Embedding
from kb.likeness import PARTS, Likeness, near_pairs
from kb.passages import Piece
from kb.redaction import marks_in
from kb.remarks import Remark

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
def filled(tmp_path_factory, desks):
    """A desk with the demo, and what loading it gave back."""
    settings = configuration.load(data=desks.fresh(tmp_path_factory.mktemp("demo") / "desk"))
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    steps = []
    loaded = load(runtime, now=NOW, progress=lambda done, of: steps.append((done, of)))
    yield runtime, loaded, steps
    runtime.close()
    desks.drop(settings.data)


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
    lived = [step for incident in content.incidents() for step in incident.steps]
    aged = [step for article in content.articles() for step in article.life]
    for verbs, steps in ((incident_life.VERBS, lived), (article_life.VERBS, aged)):
        assert not [verb for verb in verbs if f"`{verb}" not in page]
        assert {step.verb for step in steps} == set(verbs)


def test_cleo_finds_something_of_every_kind_in_her_worklist(desk):
    cleo = people.by_email(desk, "cleo.marchetti@example.com")
    asked = Asked(desk, viewer_of(desk, cleo), NOW)
    counts = curation.counts(asked)
    assert not [kind for kind, count in counts.items() if not count and kind != "pairs"]  # need the model
    flags = curation.page(asked, "flags").tasks
    assert {task.overdue for task in flags} == {True, False}
    assert len({task.things["flag"].owner.name for task in flags}) >= 3
    assert curation.page(asked, "searches").tasks[0].reach >= 5
    settled = desk.scalars(select(Remark.settled_at.is_not(None)))
    assert set(settled) == {True, False}


@pytest.mark.model
def test_the_model_finds_the_articles_that_two_agents_wrote_twice(filled, model):
    runtime, encoder = filled[0], OnnxEncoder(model, 2)
    with runtime.writing() as db:
        rows = db.scalars(
            select(Embedding).where(Embedding.corpus == "article", Embedding.part.in_(PARTS))
        ).all()
        vectors = encoder.encode([Piece("", 0, row.lead, row.text).read for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            row.vector, row.recipe = vector.tobytes(), encoder.recipe.fingerprint()
        db.flush()
        pairs = near_pairs(db, encoder.recipe.fingerprint())
        found = [{db.get(Article, one).category.path for one in pair} for pair in sorted(pairs)]
    twice = [{"Communication › Teams"}, {"Network › VPN"}, {"Access › Second factor"}]
    assert len(found) == 3 and all(paths in found for paths in twice)


def test_two_articles_became_one_and_two_were_found_to_differ(desk):
    (gone,) = desk.scalars(select(Article).where(Article.merged_into_id.is_not(None)))
    assert gone.confidence == "archived" and gone.merged_into.confidence == "validated"
    assert "press hall" in gone.merged_into.current.resolution
    (pair,) = desk.scalars(select(Likeness))
    assert pair.apart_at and {pair.article.title, pair.other.title} == {
        "Install Farol Connect 6.1 by hand",
        "Install Farol Connect 6.2.1 by hand",
    }


def test_tom_answers_everybody_in_leeds_at_once(desk):
    parent = desk.scalar(select(Incident).where(Incident.title.startswith("Nothing loads in Leeds")))
    tom = people.by_email(desk, "tom.hargreaves@example.com")
    reached = family.reached(desk, parent, viewer_of(desk, tom))
    assert len(family.children(desk, parent, viewer_of(desk, tom))) == 2
    assert len(reached) == 3 and parent.merged_here[0] in reached
    said = [entry for entry in parent.entries if entry.to_all]
    assert len(said) == 2
    assert all(said[-1].text in [entry.text for entry in other.entries] for other in reached)
    assert conversation.time_spent(parent) == [("Tom Hargreaves", 45)]
    assert {bool(step.done_at) for step in parent.steps} == {True, False}


def test_what_was_mended_once_in_hamburg_closed_for_all(desk):
    parent = desk.scalar(select(Incident).where(Incident.title.startswith("vpn-ham-01: 150 of 150")))
    rui = people.by_email(desk, "rui.antunes@example.com")
    children = family.children(desk, parent, viewer_of(desk, rui))
    assert len(children) == 3
    assert {one.phase for one in (parent, *children)} == {"closed"}
    assert {link.article_id for child in children for link in child.links} == {
        link.article_id for link in parent.links
    }


def test_ben_and_ada_find_work_in_every_state(desk):
    ben, ada = (people.by_email(desk, f"{name}@example.com") for name in ("ben.sato", "ada.okafor"))
    viewer = viewer_of(desk, ben)
    counts = worklist.counts(desk, viewer)
    assert counts["mine"] >= 6 and counts["document"] >= 6 and counts["unassigned"] >= 20
    to_write = worklist.page(desk, viewer, "document", {}).incidents
    assert {closure_gate.has_article(incident) for incident in to_write} == {True, False}
    hers = worklist.of_requester(desk, viewer_of(desk, ada))
    assert {incident.phase for incident in hers} == set(process.PHASES)


def test_the_cast_keeps_views_and_shares_some(desk):
    ben, rui = (people.by_email(desk, f"{name}@example.com") for name in ("ben.sato", "rui.antunes"))
    views = saved_view.of(desk, ben)
    assert [view.group.name if view.group else None for view in views] == [None, None, "Service Desk"]
    for person in (ben, rui):
        for view in saved_view.of(desk, person):
            filters = {name: values for name, values in view.asked.items() if name not in ("list", "sort")}
            page = worklist.page(
                desk, viewer_of(desk, view.person), view.asked["list"], filters, sort=view.asked["sort"]
            )
            assert page.incidents, view.name


@pytest.mark.parametrize("name", ["ada.okafor", "ben.sato", "cleo.marchetti", "mia.lindqvist", "dan.novak"])
def test_everybody_who_is_introduced_was_told_something_lately(desk, name):
    person = people.by_email(desk, f"{name}@example.com")
    told = notifications.of(desk, person)
    assert told and notifications.unread(desk, person)


def test_what_luis_searched_before_he_filed_belongs_to_his_incident(desk):
    incident = desk.scalar(select(Incident).where(Incident.title == "Unknown card at printer"))
    (search,) = feedback.before(desk, incident.id)
    assert search.text == "printer unknown card" and search.showings
