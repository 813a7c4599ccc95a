"""This process's copy of the index: it catches up with the rows by sequence, and says what does not work."""

import importlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, RLock, Thread
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from index.encoder import Encoder
from index.errors import SearchError, WriterBusy
from kb.beside import SHIPPED, in_use, vector_of
from kb.embeddings import Corpora, Embedding, Place, knows, passed, place_of, waiting
from kb.following import changed, entry, whole_items
from kb.phrases import PHRASE
from kb.viewer import Viewer

if TYPE_CHECKING:
    from index.vectors import Vectors
    from index.words import Words

EARLIER_S = 60  # for so long a reader may look at a moment that this copy has passed
MOST_EARLIER = 1000
LOOK_S = 1  # so often a copy looks whether the worker has made new shelves
TROUBLES = {  # what a person reads when a part is missing
    "model": "The language model is not available, so the desk finds by words, not by meaning.",
    "vectors": "The index of meanings is not available, so the desk finds by words only.",
    "words": "The index of words is not available, so the desk finds by meaning only.",
}


@dataclass(frozen=True)
class Status:
    """How the index is. stale: passages that wait for their vector; behind: changes not taken over yet."""

    model: str | None
    vectors: int
    words: int
    sequence: int
    stale: int
    behind: int
    troubles: tuple[str, ...]


class Halves(NamedTuple):
    """What is asked: each half, None where it is missing, and the encoder that these vectors are compared with."""

    vectors: Any
    words: Any
    encoder: Encoder | None


class Live:
    """Vectors and words as one process holds them. Safe to share between threads.

    troubles: a sentence for each part that does not work. writes: this process keeps the word index for all.
    models: opens the model of a recipe; used: the recipe that the encoder is of, as it was put in use.
    """

    def __init__(
        self,
        folder: Path,
        corpora: Corpora,
        *,
        encoder: Encoder | None = None,
        troubles: dict[str, str] | None = None,
        writes: bool = False,
        models: Callable[[str], Encoder] | None = None,
        used: str = SHIPPED,
    ) -> None:
        self.folder, self.corpora, self.encoder, self.writes = folder, corpora, encoder, writes
        self.troubles: dict[str, str] = {} if troubles is None else troubles
        self.models, self._used = models, used
        self.fingerprint = encoder.recipe.fingerprint() if encoder else None
        self.scopes: set[str] = set()
        self.turned: dict[Any, Any] = {}  # how questions are turned, as `kb.tuning` keeps it
        self._lock, self._parts = RLock(), Lock()
        self._heard: Place | None = None  # up to which everything was taken over
        self._scoped = Place()  # up to which the scopes were
        self._passed: dict[Place, float] = {}  # places behind the copy, and when it went on from there
        self.vectors: Vectors | None = self._open_vectors(encoder)
        self._unread: list[Any] = []  # rows whose scopes are not known yet, besides the newer ones
        if self.vectors is not None:  # what it holds need not be read from the rows again
            self.scopes, self._scoped = self.vectors.scopes(), _place(self.vectors)
            self._unread = [Embedding.stale.is_(True)]
        self.words: Words | None = None
        self._looked, self._offered = time.monotonic(), list[list[str]]()
        self._arrived: Vectors | None = None  # a copy with the worker's new shelves, to go on with
        self._next: tuple[Encoder, Vectors] | None = None  # another model, to go over to
        self._opening: Thread | None = None  # opens it

    def close(self) -> None:
        """Let go of everything."""
        self.vectors = self.words = None

    def parts(self) -> Halves:
        """Return both halves and the encoder, of one moment."""
        with self._parts:
            return Halves(self.vectors, self.words, self.encoder)

    def prepare(self, db: Session, encoder: Encoder) -> None:
        """Save the vectors of another model, with which every process of this host goes on once it is in use."""
        vectors = self._open_vectors(encoder)
        if vectors is not None:
            self._follow_vectors(db, vectors, place_of(db))
            vectors.save(self.folder_of(encoder))

    def wait(self) -> None:
        """Wait for a model that is being opened; the next time it catches up, it is taken over."""
        if self._opening is not None:
            self._opening.join()

    def folder_of(self, encoder: Encoder) -> Path:
        """Return where the vectors of a model are saved."""
        return self.folder / f"vectors-{encoder.recipe.fingerprint()}"

    def catch_up(self, db: Session) -> None:
        """Take over what was committed since the last time; cheap when nothing was.

        A session that began before the copy went on leaves it as it is.
        """
        with self._lock:
            last = place_of(db)
            self._look_for_shelves()
            if (last == self._heard and self.words is not None) or self._is_earlier(last):
                return
            self._look_for_model(db)
            self._take_shelves(db, last)
            self._leave(db, last)
            self._take_model(db, last)
            self._follow_scopes(db, last)
            if self.vectors is not None:
                self._follow_vectors(db, self.vectors, last)
            self._follow_words(db, last)
            self._heard = last if self.words is None or _place(self.words) == last else None

    def _is_earlier(self, place: Place) -> bool:
        return time.monotonic() - self._passed.get(place, -EARLIER_S) < EARLIER_S

    def _leave(self, db: Session, last: Place) -> None:
        """Remember every place from the one where this copy stands up to the one to which it goes."""
        if self.vectors is None or _place(self.vectors) == last:
            return
        now, stood = time.monotonic(), _place(self.vectors)
        between = passed(db, stood, last, MOST_EARLIER)
        self._passed = {place: at for place, at in self._passed.items() if now - at < EARLIER_S}
        self._passed |= dict.fromkeys([stood, *between], now)
        self._passed.pop(last, None)

    def at(self, db: Session) -> Halves:
        """Catch up, and return what is asked then."""
        self.catch_up(db)
        return self.view(db)

    def view(self, db: Session) -> Halves:
        """Return both halves as they are for a session."""
        return self.parts()

    def save(self) -> None:
        """Bring the shelves up to date and save the vectors; nobody waits for it, but for a moment at the end."""
        vectors, _, encoder = self.parts()
        if vectors is not None and encoder is not None:
            folder = self.folder_of(encoder)
            with vectors.settled(folder):
                with self._lock:  # not between two batches of one change
                    kept = vectors.keep()
                kept.write(folder)

    def scopes_of(self, viewer: Viewer, corpora: Collection[str]) -> frozenset[str]:
        """Return the permission classes of these kinds that a viewer may read."""
        kinds = {*corpora, *((PHRASE,) if "article" in corpora else ())}
        return frozenset(one for one in self.scopes if one.partition(":")[0] in kinds and viewer.reads(one))

    def status(self, db: Session) -> Status:
        """Return how the index is now."""
        last = place_of(db).sequence
        halves = self.view(db)
        parts = [part for part in (halves.vectors, halves.words) if part is not None]
        return Status(
            model=self.encoder.recipe.model if self.encoder else None,
            vectors=halves.vectors.count if halves.vectors else 0,
            words=halves.words.count if halves.words else 0,
            sequence=last,
            stale=waiting(db),
            behind=max(0, last - min((part.sequence for part in parts), default=0)),
            troubles=tuple(self.troubles.values()),
        )

    def findings(self, db: Session) -> Iterator[str]:
        """Return in which ways this copy disagrees with the rows, as sentences. db: has read nothing yet."""
        with self._lock:  # nobody else moves the copy on meanwhile
            yield from self._findings(db, self.at(db))

    def _findings(self, db: Session, halves: Halves) -> Iterator[str]:
        for name, part in (("meanings", halves.vectors), ("words", halves.words)):
            if part is not None and not knows(db, _place(part)):
                yield f"The index of {name} comes from another past of this database."
        if halves.vectors is not None:
            fresh = (Embedding.deleted.is_(False), vector_of(self.fingerprint).is_not(None))
            wanted = set(db.scalars(select(Embedding.id).where(*fresh)))
            yield from _missing("meanings", wanted, halves.vectors.ids())
        if halves.words is not None:
            alive = select(Embedding.corpus, Embedding.item_id).where(Embedding.deleted.is_(False)).distinct()
            yield from _missing(
                "words", {f"{row.corpus}:{row.item_id}" for row in db.execute(alive)}, halves.words.items()
            )
        yield from self.troubles.values()

    def _open_vectors(self, encoder: Encoder | None) -> "Vectors | None":
        if encoder is None:
            return None
        vectors = _part("index.vectors", "vectors", self.troubles)
        if vectors is None:
            return None
        fingerprint = encoder.recipe.fingerprint()
        try:
            found: Vectors = vectors.Vectors.load(self.folder_of(encoder), fingerprint)
        except SearchError:  # missing, damaged or of another model: every vector comes from the rows again
            found = vectors.Vectors(fingerprint, encoder.recipe.dimension)
        return found

    def _look_for_model(self, db: Session) -> None:
        """Open the model that was put in use since, and its vectors, while searches go on with the one before."""
        wanted = in_use(db)
        if self.models is not None and wanted != self._used:
            self._used = wanted
            self._opening = Thread(target=self._fetch_model, args=(self.models, wanted), daemon=True)
            self._opening.start()

    def _fetch_model(self, models: Callable[[str], Encoder], recipe: str) -> None:
        try:
            self._receive(models(recipe), recipe)
        except SearchError as error:
            self.troubles["model"] = f"The model in use cannot be opened, so the one before answers. {error}"

    def _receive(self, encoder: Encoder, recipe: str) -> None:
        """Open the vectors of a model, to go over to both."""
        vectors = self._open_vectors(encoder)
        with self._lock:
            if vectors is not None and recipe == self._used:
                self._next, self._heard = (encoder, vectors), None

    def _take_model(self, db: Session, last: Place) -> None:
        """Go over to the model that arrived, unless its copy is later than this moment."""
        if self._next is None or _place(self._next[1]).sequence > last.sequence:
            return
        encoder, vectors = self._next
        self._follow_vectors(db, vectors, last)
        with self._parts:
            self.encoder, self.vectors = encoder, vectors
        self.fingerprint, self._next, self._arrived = vectors.fingerprint, None, None
        self.troubles.pop("model", None)

    def _look_for_shelves(self) -> None:
        """Open the new shelves that the worker has made for all, if there are any, while searches go on."""
        if self.vectors is None or self.encoder is None or time.monotonic() - self._looked < LOOK_S:
            return
        self._looked, folder = time.monotonic(), self.folder_of(self.encoder)
        offered = self.vectors.shelves_offered(folder)
        if offered and offered != self._offered:
            self._offered = offered
            Thread(target=self._fetch, args=(self.vectors, folder), daemon=True).start()

    def _fetch(self, held: "Vectors", folder: Path) -> None:
        try:
            arrived = held.load(folder, held.fingerprint)
        except SearchError:  # the next one will do
            return
        with self._lock:
            if self.vectors is held:
                self._arrived, self._heard = arrived, None

    def _take_shelves(self, db: Session, last: Place) -> None:
        """Go on with the copy that arrived, if what it holds is of this past and not later than this moment."""
        if self._arrived is not None and _place(self._arrived).sequence <= last.sequence:
            if knows(db, _place(self._arrived)):
                self.vectors = self._arrived
            self._arrived = None

    def _follow_scopes(self, db: Session, last: Place) -> None:
        since = self._scoped.sequence if knows(db, self._scoped) else 0
        missing = [Embedding.sequence > since, *self._unread]
        for those in missing:
            self.scopes |= set(db.scalars(select(Embedding.scope).where(those).distinct()))
        self._scoped, self._unread = last, []

    def _follow_vectors(self, db: Session, vectors: "Vectors", last: Place) -> None:
        if not knows(db, _place(vectors)):  # the database was restored, and these come from its other past
            vectors.clear()
        for rows in changed(db, vectors.sequence, (vector_of(vectors.fingerprint).label("vector"),)):
            held = [row for row in rows if row.vector is not None]
            kept = {row.id for row in held}
            vectors.drop(row.id for row in rows if row.id not in kept)
            vectors.put([entry(row) for row in held])
        vectors.sequence, vectors.mark = last

    def _follow_words(self, db: Session, last: Place) -> None:
        module = _part("index.words", "words", self.troubles)
        if module is None:
            return
        try:
            self.words = self.words or self._open_words(module)
            self.words.reload()
            if self.writes and _place(self.words) != last:
                self._write_words(db, module, self.words, last)
        except WriterBusy:
            pass  # whoever writes now brings it up to date
        except SearchError as error:
            self.words = None
            self.troubles["words"] = f"{TROUBLES['words']} {error}"
        else:
            self.troubles.pop("words", None)

    def _open_words(self, module: ModuleType) -> "Words":
        """Open the word index; the process that writes makes a new one where none can be opened."""
        folder = self.folder / "words"
        try:
            words: Words = module.Words(folder)
        except SearchError:
            if not self.writes:
                raise
            words = module.Words.create(folder)
        return words

    def _write_words(self, db: Session, module: ModuleType, words: "Words", last: Place) -> None:
        if not knows(db, _place(words)):  # the database was restored, and these come from its other past
            words.drop(words.items())
            words.commit(0)
        for rows in changed(db, words.sequence, ()):
            items = {(row.corpus, row.item_id) for row in rows if row.part != PHRASE}
            entries = list(whole_items(db, items, module))
            words.drop(
                {f"{corpus}:{item_id}" for corpus, item_id in items} - {entry.item for entry in entries}
            )
            words.put(entries)
        words.commit(*last)


def _place(part: "Vectors | Words") -> Place:
    return Place(part.sequence, part.mark)


def _part(name: str, key: str, troubles: dict[str, str]) -> ModuleType | None:
    """Import a part of the index; where its library is missing, say so and go on without it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        troubles[key] = f"{TROUBLES[key]} A library is missing: {error.name}."
        return None


def _missing(kind: str, wanted: set[Any], held: set[Any]) -> Iterator[str]:
    if wanted - held:
        yield f"The index of {kind} lacks {len(wanted - held)} of {len(wanted)} entries."
    if held - wanted:
        yield f"The index of {kind} holds {len(held - wanted)} entries that should not be there."
