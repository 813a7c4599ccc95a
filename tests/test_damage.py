"""Damaged, missing and outdated index files, models and databases: found, told, worked around, made good."""

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import checks
from assistant import settings as configuration
from assistant.app import create_app
from assistant.desk import closure, signin
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.desk.permissions import viewer_of
from assistant.runtime import Runtime
from assistant.worker import run_once
from index import plan
from index.encoder import GRAPH, RECIPE, TOKENIZER, HashEncoder
from kb import embeddings
from kb.search import find
from tests import make
from tests.web.conftest import Browser

pytestmark = pytest.mark.sqlite  # it damages copies of the index, beside a database that is copied as a file
FLIPS = 3  # positions in each file
QUESTIONS = (
    "vpn drops after the update",
    "printer paper jam",
    "screen flickers",
    "INC-000003",
    "badge reader door",
)
STORIES = (
    ("VPN drops after the update", "Power saving of the adapter is on again.", "Switch off power saving."),
    ("Printer reports a paper jam", "A label sticks to the roller.", "Take out the roller and clean it."),
    ("Screen flickers beside the dock", "The cable is too long.", "Use the short cable."),
    ("Badge reader at the door stays red", "The reader lost its certificate.", "Load the certificate again."),
    ("Mail stays in the outbox", "The profile is full.", "Archive the oldest mail."),
    ("Phone has no dial tone", "The port is in the wrong network.", "Move it to the voice network."),
)
INDEX_FILES = 16  # at least: a snapshot with its manifest and two shelves, and the parts of a word index


def open_desk(folder: Path, *, worker: bool = False, encoder=None) -> Runtime:
    """Open the desk as the web process does, or as the worker does."""
    return Runtime(configuration.load(data=folder), encoder=encoder or HashEncoder(), writes_words=worker)


def catch_up(runtime: Runtime) -> None:
    """Read all there is to read: a worker that goes round once stops after a while."""
    while embeddings.refresh(runtime.sessions, runtime.encoder):
        pass
    run_once(runtime, runtime.now())


def work(folder: Path, encoder=None) -> None:
    """Be the worker for a moment."""
    runtime = open_desk(folder, worker=True, encoder=encoder)
    catch_up(runtime)
    assert checks.index_findings(runtime) == []
    runtime.close()


def ask(folder: Path, **more):
    """Return what each question finds, and what was said to be missing."""
    runtime = open_desk(folder, **more)
    with runtime.reading() as db:
        viewer = viewer_of(db, make.person(db, "ben"))
        answers = [find(db, runtime.live, question, viewer, k=50) for question in QUESTIONS]
    runtime.close()
    hits = [
        [replace(hit, score=round(hit.score, 4), probability=0) for hit in answer.hits] for answer in answers
    ]
    return hits, {trouble for answer in answers for trouble in answer.degraded}


def file_and_close(folder: Path, **more) -> None:
    """Record an incident and close it through the gate."""
    runtime = open_desk(folder, **more)
    with runtime.writing() as db:
        incident = make.incident(db, "Scanner sends empty pages")
        outcome = Outcome("write", resolution="Put the paper in the other way round.")
        closure.resolve(
            db, incident, outcome, close=True, actor=make.person(db), now=runtime.now(), live=runtime.live
        )
        db.commit()
        assert incident.phase == "closed"
    runtime.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A desk with everything in order, and what it finds."""
    folder = tmp_path_factory.mktemp("whole")
    runtime = open_desk(folder, worker=True)
    runtime.migrate()
    with runtime.writing() as db, pytest.MonkeyPatch.context() as early:
        early.setattr(plan, "SHELVED_FROM", 4)
        for title, cause, resolution in STORIES:
            make.incident(db, title, symptoms=f"{title} since Monday.")
            make.article(db, title=f"How to cure: {title}", issue=title, cause=cause, resolution=resolution)
        db.commit()
        catch_up(runtime)
    runtime.close()
    assert len(list(folder.glob("index/*/*"))) >= INDEX_FILES
    return folder, ask(folder)


@pytest.fixture
def desk(whole, tmp_path):
    """A copy of it, to be damaged."""
    shutil.copytree(whole[0], tmp_path / "desk")
    return tmp_path / "desk"


def flip(path: Path, share: float) -> None:
    """Turn one bit round, at this share of the length of a file."""
    content = bytearray(path.read_bytes())
    if content:  # the lock of the word index is an empty file
        content[int(share * (len(content) - 1))] ^= 0x10
    path.write_bytes(content)


def part_of(desk: Path, part: str) -> Path:
    """Return where a part of the index is."""
    (folder,) = (desk / "index").glob(f"{part}*")
    return folder


DAMAGES = {
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "missing": Path.unlink,
    "filled with something else": lambda path: path.write_bytes(b"\\x00\\xff" * 500),
    **{
        f"flipped at {n / (FLIPS - 1):.0%}": lambda path, n=n: flip(path, n / (FLIPS - 1))
        for n in range(FLIPS)
    },
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", ["vectors", "words"])
def test_no_damaged_file_gives_a_wrong_answer_and_the_worker_makes_it_good(whole, tmp_path, part, damage):
    right, fine = whole[1]
    for number, name in enumerate(sorted(path.name for path in part_of(whole[0], part).iterdir())):
        desk = tmp_path / str(number)
        shutil.copytree(whole[0], desk)
        DAMAGES[damage](part_of(desk, part) / name)
        found, told = ask(desk)
        assert found == right or (told and is_part_of(found, right)), name
        work(desk)
        assert ask(desk) == (right, fine), name


def is_part_of(found, right) -> bool:
    """Say whether everything that was found is among what a whole desk finds."""
    items = [{(hit.corpus, hit.item_id) for hit in hits} for hits in right]
    return all(
        {(hit.corpus, hit.item_id) for hit in hits} <= known for hits, known in zip(found, items, strict=True)
    )


@pytest.mark.parametrize("part", ["vectors", "words"])
def test_without_a_part_the_desk_goes_on_says_so_and_gets_it_back(whole, desk, part):
    shutil.rmtree(part_of(desk, part))
    found, told = ask(desk)
    assert all(
        hits[0].item_id == best[0].item_id for hits, best in zip(found[:3], whole[1][0][:3], strict=True)
    )
    assert ("words" in " ".join(told)) == (part == "words")
    file_and_close(desk)
    work(desk)
    found, told = ask(desk)
    assert told == set() and is_part_of(whole[1][0], found)


@pytest.mark.parametrize("dimension", [32, 64])
def test_a_snapshot_of_another_model_is_not_used(whole, desk, dimension):
    other = HashEncoder(dimension)
    other.recipe = replace(other.recipe, revision="2")
    work(desk, encoder=other)
    ours = part_of(whole[0], "vectors").name
    (theirs,) = (path for path in (desk / "index").glob("vectors-*") if path.name != ours)
    shutil.copy(whole[0] / "kintsugi.db", desk / "kintsugi.db")
    shutil.rmtree(desk / "index" / ours)
    theirs.rename(desk / "index" / ours)
    work(desk)
    assert ask(desk) == whole[1]


def test_an_older_index_catches_up(whole, desk):
    file_and_close(desk)
    work(desk)
    newer = ask(desk)
    shutil.rmtree(desk / "index")
    shutil.copytree(whole[0] / "index", desk / "index")
    found, _ = ask(desk)
    work(desk)
    assert ask(desk) == newer and newer[0] != whole[1][0] and found


@pytest.mark.parametrize("looked", [True, False], ids=["at once", "later"])
@pytest.mark.parametrize("filed_since", [0, 1, 2, 5])
def test_after_the_database_was_restored_nothing_is_found_that_is_not_there(whole, desk, filed_since, looked):
    file_and_close(desk)
    backup, fresh = shutil.copy(desk / "kintsugi.db", desk.parent / "kintsugi.db"), desk.parent / "fresh"
    record(desk, "Lift", 2)
    work(desk)
    restore(Path(backup), desk)
    if looked:
        work(desk)
    record(desk, "Router", filed_since)
    shutil.copytree(desk, fresh)
    shutil.rmtree(fresh / "index")
    work(desk)
    work(fresh)
    assert ask(desk) == ask(fresh)


def test_a_running_desk_notices_another_past_of_the_same_length(desk):
    backup = shutil.copy(desk / "kintsugi.db", desk.parent / "kintsugi.db")
    record(desk, "Lift", 2)
    work(desk)
    runtime = open_desk(desk, worker=True)
    with runtime.reading() as db:
        runtime.live.catch_up(db)
    restore(Path(backup), desk)
    record(desk, "Router", 2)
    other = open_desk(desk)
    embeddings.refresh(other.sessions, other.encoder)
    with other.reading() as db, runtime.reading() as again:
        assert runtime.live.vectors.sequence == embeddings.last_sequence(db), "the pasts are equally long"
        assert runtime.live.scopes == {"article:requesters", "incident"}
        runtime.live.catch_up(again)
        found = find(again, runtime.live, "Router 1", viewer_of(again, make.person(again, "ben"))).hits
        assert "Router" in found[0].passage
    assert checks.index_findings(runtime) == []
    other.close()
    runtime.close()


def test_a_copy_that_stood_still_for_very_long_begins_anew(desk, monkeypatch):
    monkeypatch.setattr(embeddings, "MARKS_KEPT", 1)
    record(desk, "Router", 1)
    runtime = open_desk(desk)
    with runtime.writing() as db:
        assert embeddings.forget_old_marks(db) > 0
        place = embeddings.place_of(db)
        assert embeddings.knows(db, place) and not embeddings.knows(db, embeddings.Place(1, place.mark))
        db.commit()
    runtime.close()
    work(desk)


def record(folder: Path, what: str, count: int) -> None:
    """Record some incidents that no worker has seen yet."""
    runtime = open_desk(folder)
    with runtime.writing() as db:
        for number in range(count):
            make.incident(db, f"{what} {number} stands still", symptoms=f"The {what} is silent on floor 3.")
        db.commit()
    runtime.close()


def test_a_running_desk_notices_that_its_database_was_restored(whole, desk):
    file_and_close(desk)
    work(desk)
    runtime = open_desk(desk, worker=True)
    run_once(runtime, runtime.now())
    restore(whole[0] / "kintsugi.db", desk)
    run_once(runtime, runtime.now())
    assert checks.index_findings(runtime) == []
    runtime.close()
    assert ask(desk) == whole[1]


def restore(source: Path, target: Path) -> None:
    """Bring the database back to what it was, as `sqlite3 .restore` does."""
    with sqlite3.connect(source) as before, sqlite3.connect(target / "kintsugi.db") as now:
        before.backup(now)
    before.close()
    now.close()


@pytest.mark.parametrize("damage", ["missing", "graph", "tokenizer", "recipe", "not a model"])
def test_without_a_sound_model_the_desk_starts_says_so_and_finds_by_words(desk, damage):
    model = desk / "model"
    if damage != "missing":
        model.mkdir()
        for name in (GRAPH, TOKENIZER, RECIPE):
            (model / name).write_text("{}" if damage == name else "nothing that can be read")
    runtime = Runtime(configuration.load(data=desk))
    with runtime.writing() as db:
        token = signin.start(db, make.person(db, "dan"), now=runtime.now())
        db.commit()
        viewer = viewer_of(db, make.person(db, "ben"))
        answer = find(db, runtime.live, "printer paper jam", viewer)
    assert answer.hits[0].item_id == 2 and any("model" in one for one in answer.degraded)
    dan = Browser(create_app(runtime), token)
    assert dan.get("/healthz").json == {"status": "poorer"}
    assert "model" in dan.get("/admin/health").text
    form = {"title": "New", "impact": "person", "urgency": "soon", "source": "phone"}
    assert dan.post("/incidents", **form).status_code == 303
    run_once(runtime, runtime.now())
    with runtime.reading() as db:
        assert db.query(Incident).count() == len(STORIES) + 1
        assert runtime.live.status(db).stale > 0, "nothing may be embedded without the model"
    runtime.close()


BLOCKED = {  # library -> what the desk says about it
    "faiss": "meaning",
    "tantivy": "words",
    "openvino": "model",
    "tokenizers": "model",
    "faiss tantivy openvino tokenizers torch sentence_transformers": "words",
}


@pytest.mark.parametrize("names", BLOCKED)
def test_without_a_library_the_desk_starts_says_so_and_goes_on(desk, names):
    told = in_another_process(desk, *names.split())
    assert told["health"] == "poorer" and BLOCKED[names] in told["status"]
    assert told["recorded"] == 303 and told["search"] == 200
    assert told["found"] or ("faiss" in names and "tantivy" in names), "nothing is left to find with"


def test_a_desk_that_works_never_loads_what_only_the_export_needs(desk):
    assert in_another_process(desk)["heavy"] == []


def in_another_process(folder: Path, *blocked: str):
    """Use a desk in a process that cannot import these libraries; return what it told."""
    command = [sys.executable, "-m", "tests.crash.without", str(folder), *blocked]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(answer.stdout.splitlines()[-1])
