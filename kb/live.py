"""This process's copy of the index: opened from disk, brought up to date by sequence, never in anybody's way.

What is missing or damaged becomes a sentence in `troubles`; searching goes on with what is left.
"""

import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from index import vectors, words
from index.encoder import Encoder
from index.errors import IndexDamaged, RecipeMismatch, SearchError, WriterBusy
from index.vectors import Vectors
from index.words import Words
from kb.embeddings import Corpora, Embedding, as_vector, last_sequence

BATCH = 2000  # rows read at a time while catching up
RETRY_S = 2.0  # between two looks for a word index that could not be opened
log = structlog.get_logger("live")


@dataclass(frozen=True)
class Status:
    """How the index of this process is. stale: passages waiting to be embedded; behind: changes not yet copied."""

    model: str | None
    recipe: str | None
    vectors: int
    words: int
    stale: int
    behind: int
    troubles: tuple[str, ...]


class Live:
    """Both halves of the index in this process. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        corpora: Corpora,
        *,
        encoder: Encoder | None,
        troubles: dict[str, str] | None = None,
        writes: bool = False,
    ) -> None:
        """Open what there is. writes: this process is the one that writes the word index of this host."""
        self.folder, self.corpora, self.encoder, self.writes = folder, corpora, encoder, writes
        self.troubles = dict(troubles or {})
        self._lock = threading.RLock()
        self._retry_at = 0.0
        self.vectors = self._open_vectors() if encoder is not None else None
        self.words: Words | None = None
        self._open_words()

    def catch_up(self, db: Session) -> None:
        """Copy what was committed since the last time."""
        newest = last_sequence(db)
        with self._lock:
            if self.vectors is not None and self.vectors.sequence != newest:
                self._guard("vectors", lambda: self._follow_vectors(db, newest))
            if self.words is None:
                self._open_words()
            if self.words is not None and self.words.sequence != newest:
                self._guard("words", lambda: self._follow_words(db, newest))

    def save(self) -> None:
        """Write a snapshot of the vectors, so that the next start need not read them from the database."""
        with self._lock:
            if self.vectors is not None:
                self.vectors.save(self.folder / "vectors")

    def status(self, db: Session) -> Status:
        """Return how this process's index is."""
        newest = last_sequence(db)
        reached = [half.sequence for half in (self.vectors, self.words) if half is not None]
        return Status(
            model=self.encoder.recipe.model if self.encoder else None,
            recipe=self.encoder.recipe.fingerprint() if self.encoder else None,
            vectors=self.vectors.count if self.vectors else 0,
            words=self.words.count if self.words else 0,
            stale=db.scalar(select(func.count()).where(Embedding.stale)) or 0,
            behind=newest - min(reached, default=0),
            troubles=tuple(self.troubles.values()),
        )

    def close(self) -> None:
        """Let go of both halves."""
        with self._lock:
            self.vectors = self.words = None

    def _open_vectors(self) -> Vectors | None:
        assert self.encoder is not None
        recipe = self.encoder.recipe
        try:
            return Vectors.load(self.folder / "vectors", recipe.fingerprint())
        except (IndexDamaged, RecipeMismatch) as error:
            log.info("vectors are read from the database", why=str(error))
            return Vectors(recipe.fingerprint(), recipe.dimension)

    def _open_words(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        try:
            self.words = Words(self.folder / "words")
            self.troubles.pop("words", None)
        except SearchError as error:
            self._no_words(error)

    def _no_words(self, error: SearchError) -> None:
        self.words = None
        self._retry_at = time.monotonic() + RETRY_S
        self.troubles["words"] = "The word index is being built; until then the desk finds by meaning only."
        if self.writes:
            self._renew_words(error)

    def _renew_words(self, error: Exception) -> None:
        log.info("the word index is built anew", why=str(error))
        try:
            self.words = Words.create(self.folder / "words")
            self.troubles.pop("words", None)
        except WriterBusy as busy:
            log.info("another process writes the word index", why=str(busy))

    def _guard(self, half: str, follow: Callable[[], None]) -> None:
        """Follow, or give the half up until it can be opened again: a search must never fail for it."""
        try:
            follow()
        except WriterBusy as busy:
            log.info("another process writes the word index", why=str(busy))
        except SearchError as error:
            log.warning("a part of the index was given up", half=half, why=str(error))
            if half == "words":
                self._no_words(error)
            else:
                shutil.rmtree(self.folder / "vectors", ignore_errors=True)
                self.vectors = self._open_vectors()

    def _follow_vectors(self, db: Session, newest: int) -> None:
        assert self.vectors is not None and self.encoder is not None
        recipe = self.encoder.recipe.fingerprint()
        if self.vectors.sequence > newest:  # the database was put back to an earlier state
            self.vectors = Vectors(recipe, self.encoder.recipe.dimension)
        while rows := self._rows_after(db, self.vectors.sequence):
            living = [row for row in rows if row.vector is not None and row.recipe == recipe]
            self.vectors.drop([row.id for row in rows])
            self.vectors.put(
                [vectors.Entry(row.id, row.item, row.scope, as_vector(row.vector)) for row in living]
            )
            self.vectors.sequence = rows[-1].sequence
        self.vectors.sequence = newest

    def _rows_after(self, db: Session, sequence: int) -> list[Embedding]:
        after = select(Embedding).where(Embedding.sequence > sequence).options(undefer(Embedding.vector))
        rows = list(db.scalars(after.order_by(Embedding.sequence).limit(BATCH)))
        for row in rows:
            db.expunge(row)
        return rows

    def _follow_words(self, db: Session, newest: int) -> None:
        assert self.words is not None
        if not self.writes:
            self.words.reload()
            return
        if self.words.sequence > newest:
            self._renew_words(IndexDamaged("it is ahead of the database"))
        sequence = self.words.sequence
        while changed := self._items_after(db, sequence):
            sequence = changed[-1][2]
            self._write_words(db, {(corpus, item_id) for corpus, item_id, _ in changed})
            self.words.commit(sequence)
        self.words.commit(newest)

    def _items_after(self, db: Session, sequence: int) -> list[tuple[str, int, int]]:
        changed = select(Embedding.corpus, Embedding.item_id, Embedding.sequence).where(
            Embedding.sequence > sequence
        )
        return [tuple(row) for row in db.execute(changed.order_by(Embedding.sequence).limit(BATCH))]

    def _write_words(self, db: Session, items: set[tuple[str, int]]) -> None:
        """Write these items' documents anew from all their passages."""
        assert self.words is not None
        by_corpus: dict[str, list[int]] = defaultdict(list)
        for corpus, item_id in items:
            by_corpus[corpus].append(item_id)
        for corpus, ids in by_corpus.items():
            rows = select(Embedding).where(
                Embedding.corpus == corpus, Embedding.item_id.in_(ids), ~Embedding.deleted
            )
            passages: dict[str, list[Embedding]] = defaultdict(list)
            for row in db.scalars(rows.order_by(Embedding.item_id, Embedding.id)):
                passages[row.item].append(row)
            self.words.drop(
                [f"{corpus}:{item_id}" for item_id in ids if f"{corpus}:{item_id}" not in passages]
            )
            self.words.put([_document(item, own) for item, own in passages.items()])


def _document(item: str, passages: list[Embedding]) -> words.Entry:
    title = " ".join(row.text for row in passages if row.part == "title")
    text = "\n".join(row.text for row in passages if row.part != "title")
    return words.Entry(item, passages[0].scope, title, text)
