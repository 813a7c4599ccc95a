"""The dense half: passages as vectors in FAISS, searched exactly, over what may be looked at."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import faiss
import numpy as np
from numpy.typing import NDArray

from index import snapshot
from index.errors import IndexDamaged, RecipeMismatch
from index.hits import Allowed, Hit

DEAD_SHARE = 0.25  # above this share of tombstones the rows are packed
PACK_FROM = 1000

Vector = NDArray[np.float32]
Rows = NDArray[np.int64]

faiss.omp_set_num_threads(1)  # one query at a time: more threads would only take turns


@dataclass(frozen=True)
class Entry:
    """One passage: its id, the item, permission class and part it belongs to, its vector (float32, length 1)."""

    id: int
    item: str
    scope: str
    part: str
    vector: Vector


class Names:
    """Numbers for names that come again and again."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = list(names)
        self._codes = {name: code for code, name in enumerate(self.names)}

    def code(self, name: str) -> int:
        """Return the number of a name, a new one when it was never seen."""
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
        return self._codes[name]

    def codes(self, names: Collection[str]) -> list[int]:
        """Return the numbers of those names that were seen."""
        return [self._codes[name] for name in names if name in self._codes]


class Vectors:
    """Exact nearest passages by inner product, which is the cosine for vectors of length 1.

    Half precision: the same answers as float32 in half the memory. Safe to share between threads.
    """

    def __init__(self, fingerprint: str, dimension: int) -> None:
        self.fingerprint, self.dimension = fingerprint, dimension
        self.sequence, self.mark = 0, ""  # how far it has come, and in whose past; whoever fills it says so
        self._lock = RLock()
        self._clear()

    def _clear(self) -> None:
        kind = faiss.ScalarQuantizer.QT_fp16
        self._index = faiss.IndexScalarQuantizer(self.dimension, kind, faiss.METRIC_INNER_PRODUCT)
        self._facts = np.zeros((4, 0), dtype=np.int64)  # of each row: passage, item, scope, part
        self._alive = np.zeros(0, dtype=bool)
        self._items, self._scopes, self._parts = Names(), Names(), Names()
        self._row_of: dict[int, int] = {}
        self._rows_of_item: dict[int, set[int]] = {}

    @property
    def count(self) -> int:
        """The number of passages that can be found."""
        return len(self._row_of)

    def ids(self) -> set[int]:
        """Return the ids of all passages that can be found."""
        with self._lock:
            return set(self._row_of)

    def put(self, entries: Sequence[Entry]) -> None:
        """Add passages, replacing those with the same id; raises RecipeMismatch for another dimension."""
        latest = list({entry.id: entry for entry in entries}.values())
        if not latest:
            return
        if any(entry.vector.shape != (self.dimension,) for entry in latest):
            raise RecipeMismatch(f"These vectors do not have the {self.dimension} numbers of this index.")
        with self._lock:
            self._bury(entry.id for entry in latest)
            self._append(
                [self._coded(entry.id, entry.item, entry.scope, entry.part) for entry in latest],
                np.stack([entry.vector for entry in latest]).astype(np.float32, copy=False),
            )

    def drop(self, ids: Iterable[int]) -> None:
        """Forget these passages; unknown ids are ignored."""
        with self._lock:
            self._bury(ids)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._clear()
            self.sequence, self.mark = 0, ""

    def search(self, query: Vector, k: int, allowed: Allowed | None = None) -> list[Hit]:
        """Return the k nearest items, best first, each by its best passage.

        query: float32, shape (dimension,), length 1. Score is the cosine in [-1, 1]. allowed: None means everything.
        Fewer than k hits when fewer items are allowed. Raises RecipeMismatch for another dimension.
        """
        if query.shape != (self.dimension,):
            raise RecipeMismatch(f"The query does not have the {self.dimension} numbers of this index.")
        with self._lock:
            mask = self._mask(allowed)
            total = int(mask.sum())
            if total == 0 or k <= 0:
                return []
            return self._scan(query, k, mask, total)

    def score(self, query: Vector, items: Collection[str]) -> dict[str, list[Hit]]:
        """Return every passage of each of these items, best first; items without any are left out."""
        found: dict[str, list[Hit]] = {}
        with self._lock:
            rows = [row for code in self._items.codes(items) for row in self._rows_of_item.get(code, ())]
            if rows:
                scores, order = self._gather(query, np.array(sorted(rows)))
                for score, row in zip(scores.tolist(), order.tolist(), strict=True):
                    hit = self._hit(row, score)
                    found.setdefault(hit.item, []).append(hit)
        return found

    def save(self, folder: Path) -> None:
        """Write a snapshot with its SHA-256 beside it; a reader sees the old one or the new one, never a mixture."""
        with self._lock:
            self._pack()
            arrays = {
                "index": faiss.serialize_index(self._index),
                "facts": self._facts,
                "items": np.array(self._items.names, dtype=np.str_),
                "scopes": np.array(self._scopes.names, dtype=np.str_),
                "parts": np.array(self._parts.names, dtype=np.str_),
            }
            facts = {"fingerprint": self.fingerprint, "dimension": self.dimension}
            facts |= {"sequence": self.sequence, "mark": self.mark}
        snapshot.write(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path, fingerprint: str) -> "Vectors":
        """Return the index of a snapshot. Raises IndexDamaged, or RecipeMismatch when another recipe made it."""
        arrays, facts = snapshot.read(folder, fingerprint)
        try:
            vectors = cls(fingerprint, int(facts["dimension"]))
            vectors._index = faiss.deserialize_index(arrays["index"])
            vectors._items = Names(arrays["items"].tolist())
            vectors._scopes = Names(arrays["scopes"].tolist())
            vectors._parts = Names(arrays["parts"].tolist())
            vectors._adopt(arrays["facts"])
            vectors.sequence, vectors.mark = int(facts["sequence"]), str(facts["mark"])
        except (KeyError, ValueError, RuntimeError) as error:
            raise IndexDamaged(f"The saved index in {folder} cannot be read: {error}") from error
        return vectors

    def _coded(self, passage: int, item: str, scope: str, part: str) -> tuple[int, int, int, int]:
        return passage, self._items.code(item), self._scopes.code(scope), self._parts.code(part)

    def _adopt(self, facts: Rows) -> None:
        first = self._facts.shape[1]
        self._facts = np.concatenate([self._facts, facts], axis=1)
        self._alive = np.concatenate([self._alive, np.ones(facts.shape[1], dtype=bool)])
        for row, (passage, code) in enumerate(zip(facts[0].tolist(), facts[1].tolist(), strict=True), first):
            self._row_of[passage] = row
            self._rows_of_item.setdefault(code, set()).add(row)

    def _append(self, facts: Sequence[tuple[int, int, int, int]], vectors: Vector) -> None:
        self._index.add(vectors)
        self._adopt(np.array(facts, dtype=np.int64).reshape(-1, 4).T)

    def _bury(self, ids: Iterable[int]) -> None:
        for passage in ids:
            row = self._row_of.pop(passage, None)
            if row is not None:
                self._alive[row] = False
                self._rows_of_item[int(self._facts[1, row])].discard(row)
        if self._index.ntotal > PACK_FROM and self.count < self._index.ntotal * (1 - DEAD_SHARE):
            self._pack()

    def _pack(self) -> None:
        """Write the living rows anew, so that tombstones cost nothing any more."""
        rows = np.flatnonzero(self._alive)
        if len(rows) == len(self._alive):
            return
        facts, vectors = self._facts[:, rows].T.tolist(), self._index.reconstruct_batch(rows)
        items, scopes, parts = self._items.names, self._scopes.names, self._parts.names
        self._clear()
        self._append(
            [
                self._coded(passage, items[item], scopes[scope], parts[part])
                for passage, item, scope, part in facts
            ],
            vectors,
        )

    def _mask(self, allowed: Allowed | None) -> NDArray[np.bool_]:
        if allowed is None:
            return self._alive
        open_scopes = np.zeros(len(self._scopes.names) + 1, dtype=bool)
        open_scopes[self._scopes.codes(allowed.scopes)] = True
        mask = self._alive & open_scopes[self._facts[2]]
        single = [
            row for code in self._items.codes(allowed.items) for row in self._rows_of_item.get(code, ())
        ]
        mask[single] = True
        return mask

    def _gather(self, query: Vector, rows: Rows) -> tuple[Vector, Rows]:
        scores = self._index.reconstruct_batch(rows) @ query
        order = np.argsort(-scores, kind="stable")
        return scores[order], rows[order]

    def _scan(self, query: Vector, k: int, mask: NDArray[np.bool_], total: int) -> list[Hit]:
        """Search with a selector, looking further until k items are found: an item may have many passages."""
        bits = np.packbits(mask, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits) if total < len(mask) else None
        parameters = faiss.SearchParameters(sel=selector) if selector else None
        want = min(total, 4 * k)
        while True:
            scores, rows = self._index.search(query[None, :], want, params=parameters)
            found = rows[0] >= 0  # FAISS pads with -1
            hits = self._best_items(scores[0][found], rows[0][found], k)
            if len(hits) >= k or want >= total:
                return hits
            want = min(total, 4 * want)

    def _best_items(self, scores: Vector, rows: Rows, k: int) -> list[Hit]:
        best: dict[str, Hit] = {}
        for score, row in zip(scores.tolist(), rows.tolist(), strict=True):
            hit = self._hit(row, score)
            best.setdefault(hit.item, hit)
            if len(best) == k:
                break
        return list(best.values())

    def _hit(self, row: int, score: float) -> Hit:
        passage, item, _, part = self._facts[:, row].tolist()
        return Hit(passage, self._items.names[item], score, self._parts.names[part])
