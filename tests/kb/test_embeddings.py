"""The rows of the index change with the text, in the same transaction, and never drift."""

import threading
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import create_engine, delete, make_url, select, text, update

from assistant.desk.corpora import CORPORA
from assistant.migrations.rows import METADATA
from index.encoder import HashEncoder
from index.recipe import Recipe
from kb import authoring, beside, embeddings
from kb.article import Article
from kb.embeddings import Embedding, last_sequence
from kb.store import Sessions, make_engine
from tests import make


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def sessions(request, tmp_path):
    """Sessions that commit for real and keep the rows of the index, on both engines, each test in its own database."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    if request.param == "postgresql":
        server, name = make_url(request.getfixturevalue("postgres")), f"own_{uuid4().hex}"
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.set(database=name)
    engine = make_engine(url)
    METADATA.create_all(engine)
    opened = Sessions(engine)
    embeddings.listen(opened.writer, CORPORA)
    yield opened
    engine.dispose()


def written(sessions, **more):
    with sessions.writing() as db:
        article = make.article(db, **more)
        db.commit()
        return article.id


def rows(sessions, **where):
    with sessions.reading() as db:
        found = db.scalars(select(Embedding).filter_by(**where).order_by(Embedding.sequence)).all()
        db.expunge_all()
        return found


def test_an_article_leaves_a_row_for_every_passage_in_its_own_transaction(sessions):
    written(sessions)
    found = rows(sessions)
    assert [row.part for row in found] == ["title", "issue", "environment", "cause", "resolution"]
    assert all(row.stale and row.vector is None and row.scope == "article:requesters" for row in found)
    assert [row.sequence for row in found] == [1, 2, 3, 4, 5]


def test_a_change_that_is_rolled_back_leaves_nothing(sessions):
    with sessions.writing() as db:
        make.article(db)
        db.rollback()
        make.person(db, "ben")
        db.commit()
    assert rows(sessions) == []


def test_what_waits_is_embedded_and_then_rests(sessions):
    written(sessions)
    encoder = HashEncoder()
    assert embeddings.refresh(sessions, encoder, limit=3) == 3
    assert embeddings.refresh(sessions, encoder) == 2
    assert embeddings.refresh(sessions, encoder) == 0
    title = rows(sessions, part="title")[0]
    assert np.array_equal(np.frombuffer(title.vector, dtype=np.float32), encoder.encode([title.text])[0])
    assert (title.recipe, title.stale) == (encoder.recipe.fingerprint(), False)
    assert [row.sequence for row in rows(sessions)] == [6, 7, 8, 9, 10]


def test_what_was_written_last_is_embedded_before_a_backlog(sessions):
    written(sessions)
    last = written(sessions)
    embeddings.refresh(sessions, HashEncoder(), limit=5)
    assert {row.item_id for row in rows(sessions, stale=False)} == {last}


def test_only_the_passage_that_changed_is_embedded_again(sessions):
    number = written(sessions)
    while embeddings.refresh(sessions, HashEncoder()):
        pass
    with sessions.writing() as db:
        article = db.get(Article, number)
        changed = make.content(cause="A new driver.")
        authoring.revise(
            db, article, changed, seen=article.latest, actor=make.person(db, "cleo"), now=make.NOON, note=""
        )
        db.commit()
    assert [row.part for row in rows(sessions, stale=True)] == ["cause"]


def test_another_audience_moves_the_rows_without_embedding_anything(sessions):
    number = written(sessions)
    while embeddings.refresh(sessions, HashEncoder()):
        pass
    before = max(row.sequence for row in rows(sessions))
    with sessions.writing() as db:
        db.get(Article, number).audience = "internal"
        db.commit()
    found = rows(sessions)
    assert {row.scope for row in found} == {"article:internal"}
    assert not any(row.stale for row in found) and all(row.vector for row in found)
    assert min(row.sequence for row in found) > before


def test_a_field_that_is_emptied_or_an_article_that_is_deleted_leaves_a_mark_for_every_copy(sessions):
    number = written(sessions)
    with sessions.writing() as db:
        db.delete(db.get(Article, number))
        db.commit()
    assert all(row.deleted and row.text == "" and row.vector is None for row in rows(sessions))


def test_a_text_that_changed_while_it_was_read_stays_stale(sessions):
    number = written(sessions)

    class Slow(HashEncoder):
        def encode(self, texts):
            with sessions.writing() as db:
                article = db.get(Article, number)
                changed = make.content(cause="Written while the model was reading.")
                authoring.revise(
                    db,
                    article,
                    changed,
                    seen=article.latest,
                    actor=make.person(db, "cleo"),
                    now=make.NOON,
                    note="",
                )
                db.commit()
            return super().encode(texts)

    embeddings.refresh(sessions, Slow())
    assert [row.part for row in rows(sessions, stale=True)] == ["cause"]


def test_another_model_makes_everything_wait_again(sessions):
    written(sessions)
    while embeddings.refresh(sessions, HashEncoder()):
        pass
    other = HashEncoder()
    other.recipe = Recipe("other", "1", 64, "sum", 10)
    assert beside.mark_recipe(sessions, HashEncoder()) == 0
    assert beside.mark_recipe(sessions, other) == 5
    assert len(rows(sessions, stale=True)) == 5


def test_sequences_rise_in_the_order_of_the_commits(sessions):
    """A reader that saw sequence n has seen everything below n: nothing is committed behind its back."""
    with sessions.writing() as db:
        make.person(db, "cleo")
        db.commit()
    seen, gaps, stop = 0, [], threading.Event()

    def write():
        for _ in range(8):
            written(sessions, title=f"VPN {threading.get_ident()}")

    def watch():
        nonlocal seen
        known = set()
        while not stop.is_set():
            with sessions.reading() as db:
                fresh = set(db.scalars(select(Embedding.sequence).where(Embedding.sequence > seen)))
                late = set(db.scalars(select(Embedding.sequence).where(Embedding.sequence <= seen))) - known
                gaps.extend(late)
                known |= fresh | late
                seen = max(known, default=0)

    watcher = threading.Thread(target=watch)
    writers = [threading.Thread(target=write) for _ in range(4)]
    watcher.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    watcher.join()
    assert gaps == []
    assert len({row.sequence for row in rows(sessions)}) == len(rows(sessions)) == 4 * 8 * 5
    with sessions.reading() as db:
        assert last_sequence(db) == 4 * 8 * 5


def test_a_check_finds_what_a_rebuild_repairs(sessions):
    number, gone = written(sessions), written(sessions, title="To be removed behind the desk's back")
    with sessions.writing() as db:
        db.execute(update(Embedding).where(Embedding.part == "cause").values(text_hash="wrong"))
        db.execute(delete(Embedding).where(Embedding.item_id == number, Embedding.part == "issue"))
        db.execute(update(Embedding).where(Embedding.item_id == gone).values(item_id=gone + 500))
        db.commit()
    with sessions.reading() as db:
        found = list(embeddings.row_findings(db, CORPORA))
    assert len(found) == 3
    told = []
    assert embeddings.rebuild(sessions, CORPORA, told.append) == 5 + 1 + 1 + 5
    assert told
    with sessions.reading() as db:
        assert list(embeddings.row_findings(db, CORPORA)) == []
    assert embeddings.rebuild(sessions, CORPORA) == 0
