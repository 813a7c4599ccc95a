"""The index that PostgreSQL holds for every process: nothing to keep, to catch up with, or to load at the start.

The worker fills it by sequence, from the same rows as every copy; the others ask it in the session that they have.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from index import documents, postgres
from index import postgres_tables as tables
from index.encoder import Encoder
from index.postgres_tables import Class, Part, Run
from kb.beside import vector_of
from kb.embeddings import Corpora, Mark, Place, knows, place_of
from kb.following import BATCH, changed, entry, whole_items
from kb.live import TROUBLES, Halves, Live
from kb.phrases import PHRASE
from kb.store import Sessions

log = logging.getLogger(__name__)
ALONE = nullcontext()
REFUSED = "42501"  # the SQLSTATE of an insufficient privilege
FILLING = "The worker has not filled it for this model yet."


class Shared(Live):
    """Vectors and words as PostgreSQL holds them. writes: this process fills them for all."""

    def __init__(self, sessions: Sessions, corpora: Corpora, **options: Any) -> None:
        """Open it. options: as those of a copy."""
        super().__init__(Path(), corpora, **options)
        self.sessions = sessions
        self._failed: dict[str, str] = {}  # what stands in the way of filling a half

    def prepare(self, db: Session, encoder: Encoder) -> None:
        """Leave it to the worker that goes over to this model: there is one table of vectors."""

    def catch_up(self, db: Session) -> None:
        """Go over to the model in use, and fill what is behind if this process is the one that does."""
        with self._lock:
            self._look_for_model(db)
            if self.writes:
                for half in ("vectors", "words") if self.encoder else ("words",):
                    self._fill(half)

    def _open_vectors(self, encoder: Encoder | None) -> None:
        """Hold none."""

    def _receive(self, encoder: Encoder, recipe: str) -> None:
        with self._lock:
            if recipe == self._used:
                self.encoder, self.fingerprint = encoder, encoder.recipe.fingerprint()
                self.troubles.pop("model", None)

    def view(self, db: Session) -> Halves:
        """Return both halves as this session asks them."""
        encoder, cure = self.encoder, ""
        found: dict[str, Part] = {}
        classes: dict[str, Class] = {}
        try:
            with look(db) as run:
                found = tables.parts(run)
                classes = tables.classes(run) if found else {}
                cure = tables.lacking(run) if encoder and "vectors" not in found else ""
        except DBAPIError as error:
            cure = _told(error)
        self.scopes = set(classes)
        looks = partial(look, db, Lock())
        vectors, words = found.get("vectors"), found.get("words")
        halves: dict[str, Any] = {"vectors": None, "words": None}
        if encoder and vectors and vectors.form == encoder.recipe.fingerprint():
            halves["vectors"] = postgres.Vectors(looks, classes, vectors, encoder.recipe.dimension)
        if words and words.form == str(documents.FORM):
            halves["words"] = postgres.Words(looks, classes, words)
        self._tell(halves, cure)
        return Halves(**halves, encoder=encoder)

    def save(self) -> None:
        """Make the indexes of neighbours that have become due, while others read and write."""
        if not self.writes or self.encoder is None:
            return
        with self.sessions.reading() as db:
            last, halves = place_of(db), self.view(db)
        if halves.vectors is None or last.sequence - halves.vectors.sequence > BATCH:
            return  # a table that is being filled is filled faster without
        with self.sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            run = _running(connection)
            with tables.building(run) as alone:
                for number in tables.due(halves.vectors.classes) if alone else ():
                    tables.build(run, number)

    def _tell(self, halves: Mapping[str, Any], cure: str) -> None:
        """Say of each half that cannot be asked why, and how that is cured."""
        for half, opened in halves.items():
            if opened is not None or (half == "vectors" and self.encoder is None):
                self.troubles.pop(half, None)
            else:
                why = self._failed.get(half) or (cure if half == "vectors" else "") or FILLING
                self.troubles[half] = f"{TROUBLES[half]} {why}"

    def _fill(self, half: str) -> None:
        try:
            while self._fill_some(half):
                pass
        except DBAPIError as error:
            log.exception("the index in PostgreSQL could not be filled")
            self._failed[half] = _told(error)
        else:
            self._failed.pop(half, None)

    def _fill_some(self, half: str) -> bool:
        """Take over the next changes in a transaction of their own; False when there is nothing more to do."""
        form = str(self.fingerprint) if half == "vectors" else str(documents.FORM)
        with self.sessions.writing() as db:
            run, last = _running(db.connection()), place_of(db)
            part = tables.parts(run).get(half)
            if part == Part(form, *last) or not tables.alone(run, half):
                return False
            if part is None or part.form != form or not knows(db, Place(part.sequence, part.mark)):
                if half == "vectors" and _extension_lacks(db):
                    return False
                tables.make(run, half, form, self.encoder.recipe.dimension if self.encoder else 0)
                part = Part(form, 0, "")
            columns = (vector_of(self.fingerprint).label("vector"),) if half == "vectors" else ()
            rows = next(changed(db, part.sequence, columns), [])
            if rows:
                self._put(db, run, half, rows)
            place = _reached(db, rows[-1].sequence) if len(rows) == BATCH else max(last, Place(part.sequence))
            tables.arrive(run, half, *place)
            db.commit()
            return len(rows) == BATCH

    def _put(self, db: Session, run: Run, half: str, rows: Sequence[Any]) -> None:
        if half == "vectors":
            held = [row for row in rows if row.vector is not None]
            tables.put_passages(run, [entry(row) for row in held], [row.id for row in rows])
            return
        items = {(row.corpus, row.item_id) for row in rows if row.part != PHRASE}
        names = [f"{corpus}:{item_id}" for corpus, item_id in items]
        tables.put_documents(run, list(whole_items(db, items, documents)), names)


@contextmanager
def look(db: Session, turn: AbstractContextManager[Any] = ALONE) -> Iterator[Run]:
    """Ask in the transaction of a session: what is set there is forgotten, and what fails breaks nothing else.

    turn: of halves that are asked side by side, one waits for the other.
    """
    with turn:
        connection = db.connection()
        point = connection.begin_nested()
        try:
            yield _running(connection)
        finally:
            point.rollback()


def _running(connection: Connection) -> Run:
    def run(sql: str, **values: Any) -> Sequence[Any]:
        done = connection.execute(text(sql), values)
        return done.all() if done.returns_rows else ()

    return run


def _reached(db: Session, sequence: int) -> Place:
    """Return the place of a change that may be in the middle of a transaction, and has no mark then."""
    mark = db.get(Mark, sequence)
    return Place(sequence, mark.mark if mark else "")


def _extension_lacks(db: Session) -> str:
    """Return what the database lacks to hold vectors, after an attempt to make the extension."""
    connection = db.connection()
    run = _running(connection)
    with suppress(DBAPIError), connection.begin_nested():
        run("CREATE EXTENSION IF NOT EXISTS vector")
    return tables.lacking(run)


def _told(error: DBAPIError) -> str:
    said = str(error.orig).splitlines()[0]
    grant = (
        " Let a superuser say GRANT CREATE ON DATABASE to it."
        if getattr(error.orig, "sqlstate", "") == REFUSED
        else ""
    )
    return (
        f"PostgreSQL refuses it to the desk's user: {said}.{grant}" if grant else f"PostgreSQL says: {said}."
    )
