"""Every process's copy of the index follows the rows, survives damage, and says what does not work."""

import sys
import time

import pytest
from sqlalchemy import delete, update

from assistant import worker
from assistant.desk.permissions import viewer_of
from index import plan
from index.encoder import HashEncoder
from kb import beside, embeddings, live
from kb.article import Article
from kb.embeddings import Counter, Embedding, Mark
from kb.search import find
from kb.viewer import Viewer
from tests import make

BEN = Viewer(1, "agent")
PATIENCE = 1000  # looks


@pytest.fixture
def written(runtime):
    with runtime.writing() as db:
        make.article(db)
        make.incident(db, "Printer on floor 3 jams")
        db.commit()
    worker.run_once(runtime, make.NOON)
    return runtime


def another(runtime, **options):
    """Open the copy of a second process of the same desk."""
    return runtime.open_index(**{"encoder": runtime.encoder, **options})


def titles(runtime, live, text="vpn power saving"):
    with runtime.reading() as db:
        answer = find(db, live, text, BEN)
        return [(hit.corpus, hit.item_id) for hit in answer.hits], answer


@pytest.mark.shared
def test_a_change_is_found_by_every_process_as_soon_as_the_worker_has_read_it(written):
    reader = another(written)
    assert titles(written, reader)[0][0] == ("article", 1)
    with written.writing() as db:
        make.article(db, title="Badge reader stays dark", issue="The badge reader at the door is dark.")
        db.commit()
    worker.run_once(written, make.NOON)
    assert titles(written, reader, "badge reader dark")[0][0] == ("article", 2)


def test_a_class_of_which_nothing_was_read_for_meaning_yet_is_found_by_a_copy_that_opens_a_snapshot(written):
    with written.writing() as db:
        cleo = make.person(db, "cleo")
        staff = make.group(db, "Staff matters", cleo, restricted=True)
        make.incident(db, "Payroll list lies open", restricted_to=staff)
        db.commit()
        viewer = viewer_of(db, cleo)
    with written.reading() as db:
        written.live.catch_up(db)
    written.live.save()
    with written.reading() as db:
        hits = find(db, another(written), "payroll list", viewer).hits
    assert [(hit.corpus, hit.item_id) for hit in hits][:1] == [("incident", 2)]


@pytest.mark.shared
def test_what_is_deleted_or_hidden_leaves_every_copy(written):
    reader = another(written)
    assert titles(written, reader)[0]
    with written.writing() as db:
        db.delete(db.get(Article, 1))
        db.commit()
    worker.run_once(written, make.NOON)
    assert ("article", 1) not in titles(written, reader)[0]
    with written.reading() as db:
        reader.catch_up(db)
        assert list(reader.findings(db)) == []


def test_a_saved_copy_opens_with_everything_and_a_missing_or_damaged_one_is_filled_from_the_rows(written):
    written.live.save()
    folder = written.live.folder_of(written.encoder)
    assert another(written).vectors.count > 0
    for path in folder.glob("*.npz"):
        path.write_bytes(path.read_bytes()[:-7])
    assert another(written).vectors.count == 0
    fresh = another(written)
    assert titles(written, fresh)[0][0] == ("article", 1)
    assert embeddings.check(written.sessions, fresh) == []


def test_a_copy_goes_on_with_the_shelves_that_the_worker_made(written, monkeypatch):
    monkeypatch.setattr(live, "LOOK_S", 0)
    monkeypatch.setattr(plan, "SHELVED_FROM", 2)
    reader = another(written)
    before, first = titles(written, reader)[0], reader.vectors
    assert first.shelves_offered(reader.folder_of(reader.encoder)) == []
    written.live.save()
    with written.writing() as db:
        make.article(db, title="Badge reader stays dark", issue="The badge reader at the door is dark.")
        db.commit()
    worker.embed(written, make.NOON)
    for _ in range(PATIENCE):
        found = titles(written, reader)[0]
        assert set(before) <= set(found), "a search missed something while the copy was changed"
        if reader.vectors is not first:
            break
        time.sleep(0.01)
    assert (
        reader.vectors is not first and reader.vectors.shelves_offered(reader.folder_of(reader.encoder)) == []
    )
    assert titles(written, reader, "badge reader dark")[0][0] == ("article", 2)
    assert embeddings.check(written.sessions, reader) == []


def test_a_damaged_word_index_is_said_by_readers_and_made_again_by_the_writer(written):
    folder = written.live.folder / "words"
    for path in folder.glob("*.store"):
        path.write_bytes(b"")
    reader = another(written)
    hits, answer = titles(written, reader)
    assert hits[0] == ("article", 1)
    assert any("index of words" in line for line in answer.degraded)
    writer = another(written, writes=True)
    assert titles(written, writer)[1].degraded == ()
    assert titles(written, reader)[1].degraded == ()


def test_a_word_index_that_does_not_exist_yet_is_made_by_the_writer_only(runtime):
    reader = another(runtime)
    with runtime.reading() as db:
        reader.catch_up(db)
        assert "words" in reader.troubles
        runtime.live.catch_up(db)
        reader.catch_up(db)
    assert reader.troubles == {}


def test_while_another_process_writes_the_words_this_one_goes_on(written):
    written.live.words.put([])
    with written.writing() as db:
        make.article(db, title="Badge reader stays dark")
        db.commit()
    second = another(written, writes=True)
    assert titles(written, second)[0][0] == ("article", 1)
    assert second.troubles == {}


@pytest.mark.shared
def test_without_the_model_the_desk_finds_by_words_and_says_so(written):
    poorer = another(written, encoder=None, troubles={"model": "There is no model."})
    hits, answer = titles(written, poorer)
    assert hits[0] == ("article", 1)
    assert answer.degraded == ("There is no model.",) and answer.recipe is None


@pytest.mark.parametrize(
    ("library", "sentence"), [("faiss", "index of meanings"), ("tantivy", "index of words")]
)
def test_without_a_library_the_other_half_answers(written, monkeypatch, library, sentence):
    module = {"faiss": "index.vectors", "tantivy": "index.words"}[library]
    monkeypatch.setitem(sys.modules, module, None)
    poorer = another(written)
    hits, answer = titles(written, poorer)
    assert hits[0] == ("article", 1)
    assert [line for line in answer.degraded if sentence in line and "library" in line]


def test_a_number_is_found_even_without_any_index(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "index.words", None)
    bare = another(written, encoder=None)
    hits, answer = titles(written, bare, "KB-000001")
    assert hits == [("article", 1)]
    assert not titles(written, bare, "vpn")[1].nothing
    assert answer.degraded


def test_a_copy_follows_a_database_that_was_restored_from_an_older_one(written):
    reader = another(written, writes=True)
    titles(written, reader)
    with written.writing() as db:
        gone = db.query(Embedding).filter(Embedding.corpus == "incident").all()
        for row in gone:
            db.delete(row)
        for place, row in enumerate(db.query(Embedding).order_by(Embedding.sequence), 1):
            db.execute(update(Embedding).where(Embedding.id == row.id).values(sequence=place))
        db.execute(update(Counter).values(value=5, mark="older"))
        db.execute(delete(Mark))
        db.add(Mark(sequence=5, mark="older"))
        db.commit()
    with written.reading() as db:
        reader.catch_up(db)
        assert list(reader.findings(db)) == []


def test_a_drifted_copy_is_found_by_the_check(written):
    reader = another(written)
    titles(written, reader)
    reader.vectors.drop([1])
    reader.words.drop(["incident:1"])
    reader.words.commit(reader.words.sequence, reader.words.mark)
    found = embeddings.check(written.sessions, reader)
    assert len(found) == 2
    assert all("lacks 1 of" in line for line in found)


@pytest.mark.shared
def test_the_status_counts_what_waits_and_what_is_behind(runtime):
    with runtime.writing() as db:
        make.article(db)
        db.commit()
    with runtime.reading() as db:
        status = runtime.live.status(db)
        assert (status.stale, status.behind, status.vectors) == (5, 5, 0)
    worker.run_once(runtime, make.NOON)
    with runtime.reading() as db:
        status = runtime.live.status(db)
        assert (status.stale, status.behind, status.vectors, status.words) == (0, 0, 5, 1)
        assert (status.model, status.troubles) == ("hash", ())


@pytest.mark.shared
def test_the_vectors_of_another_model_are_not_mixed_in(written):
    other = HashEncoder(dimension=32)
    live = another(written, encoder=other, writes=True)
    with written.reading() as db:
        assert live.at(db).vectors.count == 0
    beside.mark_recipe(written.sessions, other)
    while embeddings.refresh(written.sessions, other):
        pass
    assert titles(written, live)[0][0] == ("article", 1)
    assert embeddings.check(written.sessions, live) == []


@pytest.mark.parametrize("between", [1, 3])
def test_a_reader_who_began_before_the_copy_went_on_does_not_make_it_begin_anew(
    written, monkeypatch, between
):
    """Ada's request has begun; Ben's, which begins later, brings the copy further; then Ada searches."""
    reader = another(written)
    titles(written, reader)

    def write():
        with written.writing() as db:
            make.article(db, title="Badge reader stays dark")
            db.commit()

    write()
    titles(written, reader)
    with written.reading() as ada:
        embeddings.last_sequence(ada)
        for _ in range(between):
            write()
        while embeddings.refresh(written.sessions, written.encoder):
            pass
        titles(written, reader)
        held = reader.vectors.ids()
        monkeypatch.setattr(reader.vectors, "clear", lambda: pytest.fail("it begins anew"))
        reader.catch_up(ada)
    assert reader.vectors.ids() == held
