"""A model that learned the desk's language goes in use whole or not at all, while the one before answers."""

import numpy as np
import pytest
from sqlalchemy import select

from assistant import changeover, checks, learning, worker
from assistant.changeover import CannotChange
from kb import beside, embeddings
from kb.embeddings import Embedding
from kb.search import find
from kb.viewer import ANY_AGENT
from tests import make
from tests.tongue import OWN, SHIPPED_AS, WORSE, is_of_one_model, open_desk, teach

QUESTION = "badge reader dark"


@pytest.fixture
def folder(tmp_path, desks):
    """The data folder of an empty desk."""
    yield desks.fresh(tmp_path / "desk")
    desks.drop(tmp_path / "desk")


@pytest.fixture
def desk(folder):
    """A desk with some articles, embedded by the shipped model."""
    runtime = open_desk(folder)
    write(runtime, "VPN drops in the train", "Printer on floor 3 is silent", "Badge reader stays dark")
    yield runtime
    runtime.close()


def write(runtime, *titles):
    with runtime.writing() as db:
        for title in titles:
            make.article(db, title=title, issue=f"{title} since Monday.")
        db.commit()
    worker.embed(runtime, make.NOON)


def settle(*runtimes):
    """Let every process notice what is in use, and the worker embed what waits."""
    for runtime in runtimes:
        for _ in range(2):
            worker.embed(runtime, make.NOON)
            runtime.live.wait()


def found(runtime, question=QUESTION):
    """Return what stands first, and assert that it was found by the vectors of one model."""
    with runtime.reading() as db:
        answer = find(db, runtime.live, question, ANY_AGENT)
    assert is_of_one_model(runtime)
    return f"{answer.hits[0].corpus}:{answer.hits[0].item_id}"


def adapt(runtime, **more):
    return learning.carry_out(runtime, lambda *_: None, teach(**more))


def back(runtime):
    with runtime.reading() as db:
        before = beside.current(db).learned["before"]["recipe"]
    changeover.go_back(runtime, before, None, lambda *_: None)


@pytest.mark.both
def test_every_process_goes_over_and_comes_back_and_finds_all_the_while(desk, folder):
    other = open_desk(folder)
    before = found(desk)
    assert adapt(desk)["kept"]
    assert found(other) == before
    settle(desk, other)
    assert desk.live.fingerprint == other.live.fingerprint == OWN
    assert found(desk) == found(other) == before
    assert checks.index_findings(desk) == checks.index_findings(other) == []
    later = open_desk(folder)
    assert later.live.fingerprint == OWN and found(later) == before
    back(desk)
    settle(desk, other)
    assert desk.live.fingerprint == other.live.fingerprint == SHIPPED_AS
    assert found(desk) == found(other) == before
    assert checks.index_findings(desk) == []
    for one in (other, later):
        one.close()


def test_going_back_reads_only_what_was_written_since(desk, monkeypatch):
    adapt(desk)
    settle(desk)
    write(desk, "Scanner sends empty pages")
    read = []
    shipped = desk.models("")
    shipped.encode = lambda texts, real=shipped.encode: read.extend(texts) or real(texts)
    monkeypatch.setattr(desk, "models", lambda recipe: shipped)
    back(desk)
    assert read and all("Scanner" in text for text in read)


def test_what_is_written_while_it_learns_ends_with_the_new_model(desk):
    adapt(desk, meanwhile=lambda: write(desk, "Scanner sends empty pages"))
    settle(desk)
    assert found(desk, "scanner empty pages") == "article:4"
    with desk.reading() as db:
        assert beside.lacking(db, OWN) == embeddings.waiting(db) == 0


def test_what_another_worker_embedded_with_the_model_before_is_read_again(desk, folder):
    adapt(desk)
    late = open_desk(folder)
    late.live.encoder = late.models("")
    with late.writing() as db:
        make.article(db, title="Scanner sends empty pages")
        db.commit()
    embeddings.refresh(late.sessions, late.models(""))
    late.close()
    settle(desk)
    assert found(desk, "scanner empty pages") == "article:4"


def test_a_model_that_finds_no_better_leaves_everything_as_it_was(desk):
    with desk.reading() as db:
        before = db.execute(select(Embedding.id, Embedding.recipe, Embedding.vector)).all()
    came = adapt(desk, verdict=WORSE)
    assert not came["kept"] and "no gain beyond the interval" in came["said"]
    settle(desk)
    assert desk.live.fingerprint == SHIPPED_AS
    with desk.reading() as db:
        assert db.execute(select(Embedding.id, Embedding.recipe, Embedding.vector)).all() == before
        assert beside.current(db) is None
    assert [path.name for path in desk.settings.models_folder.iterdir()] == [".lock"]


def test_without_incidents_to_judge_the_texts_decide_and_the_verdict_says_so(desk):
    came = adapt(desk)
    assert came["by"] == "pairs" and "they show no loss" in came["said"]
    with desk.reading() as db:
        assert beside.current(db).evidence == came


def test_two_at_once_do_not_change_the_model(desk):
    def both():
        with pytest.raises(CannotChange, match="under way"):
            adapt(desk)

    assert adapt(desk, meanwhile=both)["kept"]


def test_a_model_that_is_gone_from_the_disk_is_said_and_the_shipped_one_answers(desk, folder):
    adapt(desk)
    settle(desk)
    desk.close()
    for path in desk.settings.models_folder.glob("*/"):
        path.rename(path.with_name("elsewhere"))
    again = open_desk(folder)
    settle(again)
    assert found(again) and again.live.fingerprint == SHIPPED_AS
    assert "no " + OWN in again.live.troubles["model"]
    again.close()


@pytest.mark.both
def test_vectors_in_use_are_never_written_over(desk):
    adapt(desk)
    settle(desk)
    write(desk, "Scanner sends empty pages")  # its only vector is of the own model
    with desk.reading() as db:
        held = dict(db.execute(select(Embedding.id, beside.vector_of(OWN))).all())
    beside.fill(desk.sessions, desk.models(""), OWN)
    with desk.reading() as db:
        assert dict(db.execute(select(Embedding.id, beside.vector_of(OWN))).all()) == held
        for own, shipped in db.execute(select(beside.vector_of(OWN), beside.vector_of(SHIPPED_AS))):
            assert np.allclose(np.frombuffer(own, np.float32), -np.frombuffer(shipped, np.float32))
