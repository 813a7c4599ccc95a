"""The index in PostgreSQL: the same answers as a host's own, made by one, missed by none, and cured by what it says."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from assistant import settings as configuration
from assistant import worker
from assistant.desk.corpora import CORPORA
from assistant.runtime import Runtime
from index import plan, postgres, postgres_tables
from index.encoder import HashEncoder
from kb import beside, embeddings
from kb.live import Live
from kb.search import find
from kb.shared import look
from kb.viewer import Viewer
from tests import make

pytestmark = pytest.mark.shared(alone=True)
BEN, EVE = Viewer(1, "agent", frozenset({1})), Viewer(2, "requester", own=frozenset({3}))
QUESTIONS = (
    "vpn disconnects after windows update",
    "prnter jams on floor 3",
    "the mailbox is ful",
    "error 0x80070005",
    "O'Neill's \\ payroll",
    "print",
)


@pytest.fixture
def written(runtime):
    with runtime.writing() as db:
        make.article(db)
        make.article(
            db, title="Printer jams: clean the rollers", issue="Jams, error 0x80070005.", cause="Dust"
        )
        staff = make.group(db, "Staff matters", make.person(db), restricted=True)
        make.incident(db, "Printer on floor 3 jams", text="The printer jams again and again.")
        make.incident(db, "Payroll list of O'Neill lies open", restricted_to=staff)
        make.incident(db, "Mailbox is full", text="My mailbox is full, says the mail program.")
        db.commit()
    worker.run_once(runtime, make.NOON)
    return runtime


def told(runtime, live, viewer=BEN, asked=QUESTIONS):
    with runtime.reading() as db:
        return [replace(find(db, live, one, viewer, unfinished=True), took_ms=0) for one in asked]


def say(runtime, statement):
    with runtime.engine.begin() as connection:
        return connection.execute(text(statement))


@pytest.mark.parametrize("viewer", [BEN, EVE])
@pytest.mark.parametrize("few", [True, False], ids=["compared one by one", "by neighbours"])
def test_people_get_the_same_answers_to_the_last_figure(written, tmp_path, monkeypatch, viewer, few):
    monkeypatch.setattr(plan, "SHELVED_FROM", 5_000 if few else 1)
    written.live.save()
    own = Live(tmp_path / "own", CORPORA, encoder=written.encoder, writes=True)
    here, there = told(written, own, viewer), told(written, written.live, viewer)
    assert here == there and any(answer.hits for answer in here)


def test_a_large_class_is_asked_for_its_neighbours_and_one_left_unfinished_is_made_again(
    written, monkeypatch
):
    say(written, "CREATE INDEX near_1 ON kintsugi_index.passage (part)")
    monkeypatch.setattr(plan, "SHELVED_FROM", 1)
    before = told(written, written.live)
    written.live.save()
    asked = {"number": 1, "asked": str([0.1] * written.encoder.recipe.dimension), "many": 5}
    with written.reading() as db, look(db) as run:
        run(postgres.BY_INDEX, looked=100)
        plan_of = "\n".join(row[0] for row in run(f"EXPLAIN {postgres.NEAR}", **asked))
    assert "Index Scan using near_1" in plan_of
    assert told(written, written.live) == before


def test_who_may_not_make_the_extension_finds_by_words_until_a_superuser_has(written, desks):
    say(written, "DROP SCHEMA kintsugi_index CASCADE")
    say(written, "DROP EXTENSION vector")
    with plain_user(written, desks) as poor:
        worker.embed(poor, make.NOON)
        (trouble,) = told(poor, poor.live, asked=["x"])[0].degraded
        assert "by words only" in trouble and "GRANT CREATE ON DATABASE" not in trouble
        assert "let a superuser say CREATE EXTENSION vector" in trouble
        assert told(poor, poor.live, asked=QUESTIONS[:1])[0].hits[0].item_id == 1
        say(written, "CREATE EXTENSION vector")
        worker.embed(poor, make.NOON)
        assert told(poor, poor.live, asked=["x"])[0].degraded == ()


def test_who_may_make_nothing_is_told_what_a_superuser_has_to_allow(written, desks):
    say(written, "DROP SCHEMA kintsugi_index CASCADE")
    with plain_user(written, desks, may="CONNECT") as poor:
        worker.embed(poor, make.NOON)
        troubles = told(poor, poor.live, asked=["vpn"])[0].degraded
        assert len(troubles) == 2 and all("GRANT CREATE ON DATABASE" in one for one in troubles)


@contextmanager
def plain_user(runtime, desks, may="CREATE"):
    """Open a desk as a user of PostgreSQL who may read and write rows, and this of the database."""
    address = desks.address(runtime.settings.data)
    name = make_url(address).database
    role = f"plain_{name}"
    say(runtime, f"CREATE ROLE {role} LOGIN")
    say(runtime, f"GRANT {may} ON DATABASE {name} TO {role}")
    say(runtime, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    theirs = make_url(address).set(username=role).render_as_string(hide_password=False)
    settings = configuration.load(data=runtime.settings.data, database=theirs)
    poor = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    yield poor
    poor.close()
    say(runtime, f"DROP OWNED BY {role} CASCADE")
    say(runtime, f"DROP ROLE {role}")


def test_what_is_dropped_comes_back_with_the_next_look_of_the_worker(written):
    before = told(written, written.live)
    say(written, "DROP SCHEMA kintsugi_index CASCADE")
    reader = written.open_index(encoder=written.encoder)
    poorer = told(written, reader, asked=["KB-000001"])[0]
    assert [hit.item_id for hit in poorer.hits] == [1] and len(poorer.degraded) == 2
    worker.embed(written, make.NOON)
    assert told(written, reader) == before
    assert embeddings.check(written.sessions, written.live) == []


def test_while_one_worker_fills_it_another_goes_on(written):
    with written.writing() as db:
        make.article(db, title="Badge reader stays dark", issue="The badge reader at the door is dark.")
        db.commit()
    with written.reading() as other, look(other) as run:
        assert all(postgres_tables.alone(run, half) for half in postgres_tables.HALVES)
        worker.embed(written, make.NOON)
        assert ("article", 3) not in names(written)
    worker.embed(written, make.NOON)
    assert names(written)[0] == ("article", 3)


def names(runtime):
    answer = told(runtime, runtime.live, asked=["badge reader"])[0]
    return [(hit.corpus, hit.item_id) for hit in answer.hits]


def test_an_error_of_one_half_leaves_the_session_to_the_other(written, monkeypatch):
    monkeypatch.setattr(postgres, "DOCUMENTS", "SELECT nothing_of_the_kind")
    answer = told(written, written.live, asked=QUESTIONS[:1])[0]
    assert answer.hits[0].item_id == 1 and len(answer.degraded) == 1


def test_vectors_of_another_model_are_not_compared(written):
    other = written.open_index(encoder=HashEncoder(dimension=32))
    answer = told(written, other, asked=QUESTIONS[:1])[0]
    assert answer.hits[0].item_id == 1 and "for this model" in answer.degraded[0]


def test_a_model_that_was_put_in_use_answers_as_soon_as_the_worker_holds_its_vectors(written):
    other = HashEncoder(dimension=32)
    written.live.models = lambda recipe: other
    beside.fill(written.sessions, other, written.live.fingerprint)
    with written.writing() as db:
        beside.use(db, other.recipe.fingerprint(), "hash", {}, actor=None, now=make.NOON)
        db.commit()
    worker.embed(written, make.NOON)
    written.live.wait()
    worker.embed(written, make.NOON)
    assert written.encoder is other and embeddings.check(written.sessions, written.live) == []
    answer = told(written, written.live, asked=QUESTIONS[:1])[0]
    assert answer.hits[0].item_id == 1 and answer.degraded == ()
