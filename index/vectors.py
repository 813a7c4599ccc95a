"""The dense half: the nearest passages among what may be looked at, on shelves and beside them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import RLock
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index import plan, shelf, snapshot
from index.errors import IndexDamaged, RecipeMismatch
from index.fresh import Fresh
from index.hits import Allowed, Hit
from index.rows import Entry, Rows, Vector
from index.shelf import Shelf

__all__ = ("Entry", "Vectors")


@dataclass(frozen=True)
class Kept:
    """What a snapshot says at one moment, beside the shelves."""

    arrays: dict[str, NDArray[Any]]
    facts: dict[str, Any]
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write it with its SHA-256; a reader sees the old snapshot or the new one, never a mixture."""
        snapshot.write(folder, self.arrays, self.facts, self.files)


class Vectors:
    """Nearest passages by inner product, which is the cosine for vectors of length 1. Safe to share between threads.

    A permission class with many passages has a shelf of its own; what is fresh, or few, is searched exactly. So what
    somebody may not read is not only left out: nothing of it takes part in the search.
    """

    def __init__(self, fingerprint: str, dimension: int) -> None:
        self.fingerprint, self.dimension = fingerprint, dimension
        self.sequence, self.mark = 0, ""  # how far it has come, and in whose past; whoever fills it says so
        self._lock, self._building = RLock(), RLock()
        self._fresh, self._shelves = Fresh(dimension), dict[str, Shelf]()  # replaced, never altered
        self._touched: set[int] | None = None  # what changed while a shelf is made

    @property
    def count(self) -> int:
        """The number of passages that can be found."""
        with self._lock:
            return self._fresh.count + sum(shelf.count for shelf in self._shelves.values())

    def ids(self) -> set[int]:
        """Return the ids of all passages that can be found."""
        with self._lock:
            return self._fresh.ids().union(*(shelf.ids().tolist() for shelf in self._shelves.values()))

    def scopes(self) -> set[str]:
        """Return the permission classes of all passages that can be found."""
        with self._lock:
            return set(self._fresh.counts()) | set(self._shelves)

    def put(self, entries: Sequence[Entry]) -> None:
        """Add passages, replacing those with the same id; raises RecipeMismatch for another dimension."""
        latest = list({entry.id: entry for entry in entries}.values())
        if any(entry.vector.shape != (self.dimension,) for entry in latest):
            raise RecipeMismatch(f"These vectors do not have the {self.dimension} numbers of this index.")
        if latest:
            with self._lock:
                self.drop(entry.id for entry in latest)
                self._fresh.put(latest)

    def drop(self, ids: Iterable[int]) -> None:
        """Forget these passages; unknown ids are ignored."""
        gone = np.array(list(ids), dtype=np.int64)
        with self._lock:
            if self._touched is not None:
                self._touched.update(gone.tolist())
            self._fresh.drop(gone.tolist())
            self._shelves = {scope: one.without(gone) for scope, one in self._shelves.items()}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._fresh, self._shelves = Fresh(self.dimension), {}
            self.sequence, self.mark, self._touched = 0, "", None

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> list[Hit]:
        """Return the k nearest items, best first, each by its best passage.

        query: float32, shape (dimension,), length 1. Score is the cosine in [-1, 1]. allowed: None means everything.
        Fewer than k hits when fewer items are allowed. Raises RecipeMismatch for another dimension.
        """
        if query.shape != (self.dimension,):
            raise RecipeMismatch(f"The query does not have the {self.dimension} numbers of this index.")
        if k <= 0:
            return []
        # Said by each thread for itself: with more, the others wait on their processors without a pause.
        faiss.omp_set_num_threads(1)
        with self._lock:  # a passage is on a shelf or fresh, never for a moment neither
            fresh, shelves = self._fresh.near(query, k, allowed), self._shelves
        is_open = {scope: allowed is None or scope in allowed.scopes for scope in shelves}
        found = [fresh, _near([one for scope, one in shelves.items() if is_open[scope]], query, k)]
        if allowed and allowed.items:
            found += [one.of_items(allowed.items) for scope, one in shelves.items() if not is_open[scope]]
        return Rows.joined([rows for rows in found if rows is not None]).best(query, k)

    def score(self, queries: Sequence[Vector], items: Collection[str]) -> list[dict[str, list[Hit]]]:
        """Return for each query every passage of each of these items, best first; items without any are left out."""
        rows = self.held(items)
        return [rows.by_item(query) for query in queries]

    def held(self, items: Collection[str]) -> Rows:
        """Return every passage of these items."""
        with self._lock:
            fresh, shelves = self._fresh.of_items(items), self._shelves
        return Rows.joined([fresh, *(one.of_items(items) for one in shelves.values())])

    @contextmanager
    def settled(self, folder: Path) -> Iterator[None]:
        """Make a new shelf for each permission class that has outgrown its own, and none besides until this ends.

        Searches and changes go on meanwhile.
        """
        with self._building:
            for scope in self._due():
                self._renew(folder, scope)
            yield

    def keep(self) -> Kept:
        """Return what a snapshot has to say now."""
        with self._lock:
            shelves = sorted(self._shelves.items())
            facts = {"fingerprint": self.fingerprint, "dimension": self.dimension}
            facts |= {"sequence": self.sequence, "mark": self.mark}
            facts |= {"shelves": [(scope, one.base.name) for scope, one in shelves]}
            dead = {f"dead {place}": one.dead_ids() for place, (_, one) in enumerate(shelves)}
            files = {name: digest for _, one in shelves for name, digest in one.digests.items()}
            return Kept({**self._fresh.arrays(), **dead}, facts, files)

    def save(self, folder: Path) -> None:
        """Bring the shelves up to date and write a snapshot."""
        with self.settled(folder):
            self.keep().write(folder)

    @classmethod
    def load(cls, folder: Path, fingerprint: str) -> "Vectors":
        """Return the index of a snapshot. Raises IndexDamaged, or RecipeMismatch when another recipe made it."""
        offered = snapshot.peek(folder)
        try:
            return cls._load(folder, fingerprint)
        except IndexDamaged:
            if snapshot.peek(folder) == offered:
                raise
        return cls.load(folder, fingerprint)  # a newer one took its place while it was read

    @classmethod
    def _load(cls, folder: Path, fingerprint: str) -> "Vectors":
        arrays, facts = snapshot.read(folder, fingerprint)
        try:
            vectors = cls(fingerprint, int(facts["dimension"]))
            vectors._fresh = Fresh.of(arrays, vectors.dimension)
            for place, (scope, name) in enumerate(facts["shelves"]):
                one = Shelf(folder / Path(name).name, vectors.dimension, facts["files"])
                vectors._shelves[scope] = one.without(arrays[f"dead {place}"])
            vectors.sequence, vectors.mark = int(facts["sequence"]), str(facts["mark"])
        except (KeyError, ValueError, TypeError, RuntimeError, OSError) as error:
            raise IndexDamaged(f"The saved index in {folder} cannot be read: {error}") from error
        return vectors

    def shelves_offered(self, folder: Path) -> list[list[str]]:
        """Return the shelves of a snapshot where they are others than those in use."""
        named: list[list[str]] = snapshot.peek(folder).get("shelves", [])
        with self._lock:
            held = [[scope, one.base.name] for scope, one in sorted(self._shelves.items())]
        return [] if named == held else named

    def _due(self) -> list[str]:
        with self._lock:
            fresh, shelves = self._fresh.counts(), self._shelves
            changed = {scope: fresh.get(scope, 0) + one.changed for scope, one in shelves.items()}
            held = {scope: one.count for scope, one in shelves.items()}
            return [
                scope for scope, many in (fresh | changed).items() if plan.is_due(held.get(scope, 0), many)
            ]

    def _renew(self, folder: Path, scope: str) -> None:
        with self._lock:
            self._touched = set()
            old, fresh = self._shelves.get(scope), self._fresh.of_class(scope)

        def batches() -> Iterator[Rows]:
            yield from (rows for rows in (old.batches() if old else ()) if len(rows.ids))
            yield from (rows.as_numbers(np.float32) for rows in fresh)

        made: Shelf | None = None
        if fresh or (old and old.count):
            folder.mkdir(parents=True, exist_ok=True)
            base = folder / f"shelf-{token_hex(6)}"
            made = Shelf(base, self.dimension, shelf.write(base, batches, self.dimension))
        with self._lock:
            self._install(scope, made, {passage for rows in fresh for passage in rows.ids.tolist()})

    def _install(self, scope: str, made: Shelf | None, taken: set[int]) -> None:
        """Put a new shelf in the place of the old one, without what changed while it was made."""
        if self._touched is None:  # everything was forgotten meanwhile
            return
        shelves = {other: one for other, one in self._shelves.items() if other != scope}
        touched = np.array(sorted(self._touched), dtype=np.int64)
        self._shelves = shelves | ({scope: made.without(touched)} if made else {})
        self._fresh.drop(taken - self._touched)
        self._touched = None


def _near(shelves: Sequence[Shelf], query: Vector, k: int) -> Rows | None:
    """Return the nearest passages of these shelves, those of k items and more; None where there is no shelf."""
    wanted, wider = plan.proposed(k), 1
    while shelves:
        proposals = [one.propose(query, wanted, wider) for one in shelves]
        seeming = np.sort(np.concatenate([nearness for nearness, _ in proposals]))[-wanted:]
        floor = seeming[0] if len(seeming) else 0.0
        kept = zip(shelves, proposals, strict=True)
        found = Rows.joined([one.rows(rows[nearness >= floor]) for one, (nearness, rows) in kept])
        enough = (
            2 * len(seeming) >= wanted and len(np.unique(found.items)) >= k
        )  # more, where many are forgotten
        if enough or all(one.is_seen_whole(wanted, wider) for one in shelves):
            return found
        wanted, wider = 4 * wanted, 4 * wider
    return None
