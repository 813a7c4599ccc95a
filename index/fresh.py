"""Passages that changed lately, and those of small permission classes: in memory, half precision, searched exactly."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.hits import Allowed
from index.rows import AT_ONCE, Entry, Numbers, Rows, Strings, Vector

DEAD_SHARE = 0.25  # above this share of tombstones the rows are packed
PACK_FROM = 1000


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


class Fresh:
    """Exact nearest passages by inner product. Half precision: the same answers as float32 in half the memory."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._clear()

    def _clear(self) -> None:
        kind = faiss.ScalarQuantizer.QT_fp16
        self._index = faiss.IndexScalarQuantizer(self.dimension, kind, faiss.METRIC_INNER_PRODUCT)
        self._known = np.zeros((4, 0), dtype=np.int64)  # of each row: passage, item, scope, part
        self._living = np.zeros(0, dtype=bool)
        self._later: list[Numbers] = []  # facts of further rows, until somebody looks
        self._items, self._scopes, self._parts = Names(), Names(), Names()
        self._row_of: dict[int, int] = {}
        self._rows_of_item: dict[int, set[int]] = {}

    @property
    def count(self) -> int:
        """The number of passages here."""
        return len(self._row_of)

    def ids(self) -> set[int]:
        """Return the ids of all passages here."""
        return set(self._row_of)

    def counts(self) -> dict[str, int]:
        """Return how many passages each permission class has here."""
        counted = Counter(self._facts[2, self._alive].tolist())
        return {self._scopes.names[code]: count for code, count in counted.items()}

    def put(self, entries: Sequence[Entry]) -> None:
        """Add passages, replacing those with the same id; no id comes twice."""
        self.drop(entry.id for entry in entries)
        facts = [self._coded(entry.id, entry.item, entry.scope, entry.part) for entry in entries]
        self._append(np.array(facts, dtype=np.int64).T, np.stack([entry.vector for entry in entries]))

    def drop(self, ids: Iterable[int]) -> None:
        """Forget these passages; unknown ids are ignored."""
        for passage in ids:
            row = self._row_of.pop(passage, None)
            if row is not None:
                self._alive[row] = False
                self._rows_of_item[int(self._facts[1, row])].discard(row)
        if self._index.ntotal > PACK_FROM and self.count < self._index.ntotal * (1 - DEAD_SHARE):
            self._pack()

    def near(self, query: Vector, k: int, allowed: Allowed | None) -> Rows:
        """Return the nearest passages among what is allowed, those of the k nearest items here among them."""
        mask = self._mask(allowed)
        total = int(mask.sum())
        return self._rows(self._scan(query, k, mask, total) if total else np.zeros(0, dtype=np.int64))

    def of_items(self, items: Collection[str]) -> Rows:
        """Return every passage of these items."""
        return self._rows(np.array(self._rows_of(items), dtype=np.int64))

    def of_class(self, scope: str) -> list[Rows]:
        """Return the passages of a permission class, some at a time, as small as they are kept."""
        rows = np.flatnonzero(self._alive & (self._facts[2] == self._scopes.code(scope)))
        some = np.split(rows, range(AT_ONCE, len(rows), AT_ONCE))
        return [self._rows(places).as_numbers(np.float16) for places in some if len(places)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays that `of` takes."""
        self._pack()
        return {
            "index": faiss.serialize_index(self._index),
            "facts": self._facts,
            "items": np.array(self._items.names, dtype=np.str_),
            "scopes": np.array(self._scopes.names, dtype=np.str_),
            "parts": np.array(self._parts.names, dtype=np.str_),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], dimension: int) -> "Fresh":
        """Return what these arrays hold."""
        fresh = cls(dimension)
        fresh._index = faiss.deserialize_index(arrays["index"])
        fresh._items, fresh._scopes, fresh._parts = (
            Names(arrays[name].tolist()) for name in ("items", "scopes", "parts")
        )
        fresh._adopt(arrays["facts"])
        return fresh

    @property
    def _facts(self) -> Numbers:
        self._look()
        return self._known

    @property
    def _alive(self) -> NDArray[np.bool_]:
        self._look()
        return self._living

    def _look(self) -> None:
        if self._later:
            self._known = np.concatenate([self._known, *self._later], axis=1)
            more = np.ones(self._known.shape[1] - len(self._living), dtype=bool)
            self._living, self._later = np.concatenate([self._living, more]), []

    def _coded(self, passage: int, item: str, scope: str, part: str) -> tuple[int, int, int, int]:
        return passage, self._items.code(item), self._scopes.code(scope), self._parts.code(part)

    def _adopt(self, facts: Numbers) -> None:
        first = self._index.ntotal - facts.shape[1]
        self._later.append(facts)
        for row, (passage, code) in enumerate(zip(facts[0].tolist(), facts[1].tolist(), strict=True), first):
            self._row_of[passage] = row
            self._rows_of_item.setdefault(code, set()).add(row)

    def _append(self, facts: Numbers, vectors: Vector) -> None:
        # Rounded as on a shelf: the library rounds what lies between two numbers in its own way.
        self._index.add(vectors.astype(np.float16).astype(np.float32))
        self._adopt(facts)

    def _pack(self) -> None:
        """Write the living rows anew, so that tombstones cost nothing any more."""
        rows = np.flatnonzero(self._alive)
        if len(rows) == len(self._alive):
            return
        facts, vectors = self._facts[:, rows].T.tolist(), self._index.reconstruct_batch(rows)
        items, scopes, parts = self._items.names, self._scopes.names, self._parts.names
        self._clear()
        coded = [self._coded(id, items[item], scopes[scope], parts[part]) for id, item, scope, part in facts]
        self._append(np.array(coded, dtype=np.int64).reshape(-1, 4).T, vectors)

    def _rows_of(self, items: Collection[str]) -> list[int]:
        return sorted(row for code in self._items.codes(items) for row in self._rows_of_item.get(code, ()))

    def _mask(self, allowed: Allowed | None) -> NDArray[np.bool_]:
        if allowed is None:
            return self._alive
        open_scopes = np.zeros(len(self._scopes.names) + 1, dtype=bool)
        open_scopes[self._scopes.codes(allowed.scopes)] = True
        mask = self._alive & open_scopes[self._facts[2]]
        mask[self._rows_of(allowed.items)] = True
        return mask

    def _scan(self, query: Vector, k: int, mask: NDArray[np.bool_], total: int) -> Numbers:
        """Search with a selector, looking further until k items are found: an item may have many passages."""
        bits = np.packbits(mask, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits) if total < len(mask) else None
        parameters = faiss.SearchParameters(sel=selector) if selector else None
        want = min(total, 4 * k)
        while True:
            _, rows = self._index.search(query[None, :], want, params=parameters)
            near: Numbers = rows[0][rows[0] >= 0]  # FAISS pads with -1
            if want >= total or len(np.unique(self._facts[1, near])) >= k:
                return near
            want = min(total, 4 * want)

    def _rows(self, rows: Numbers) -> Rows:
        ids, items, _, parts = self._facts[:, rows]
        vectors = (
            self._index.reconstruct_batch(rows) if len(rows) else np.zeros((0, self.dimension), np.float32)
        )
        return Rows(ids, _named(self._items, items), _named(self._parts, parts), vectors)


def _named(names: Names, codes: Numbers) -> Strings:
    return np.array([names.names[code].encode() for code in codes.tolist()], dtype=np.bytes_)
