"""Passages as the dense half holds them, one or many, and how near they are to a question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.hits import Hit

AT_ONCE = 50_000  # rows, where there may be millions
Vector = NDArray[np.float32]
Numbers = NDArray[np.int64]
Strings = NDArray[np.bytes_]


@dataclass(frozen=True)
class Entry:
    """One passage: its id, the item, permission class and part it belongs to, its vector (float32, length 1)."""

    id: int
    item: str
    scope: str
    part: str
    vector: Vector


@dataclass(frozen=True)
class Rows:
    """Some passages of one permission class: ids, items, parts, vectors (float32 but for keeping)."""

    ids: Numbers
    items: Strings
    parts: Strings
    vectors: Vector

    @classmethod
    def joined(cls, some: "Sequence[Rows]") -> "Rows":
        """Return the passages of all of these."""
        columns = zip(*((one.ids, one.items, one.parts, one.vectors) for one in some), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def as_numbers(self, kind: type[np.floating[Any]]) -> "Rows":
        """Return the same with vectors of this kind of number."""
        return replace(self, vectors=self.vectors.astype(kind))

    def hits(self, query: Vector) -> list[Hit]:
        """Return a hit for each passage, best first; of equals the oldest."""
        scores, order = self._scored(query)
        return self._hits(scores, order)

    def best(self, query: Vector, k: int) -> list[Hit]:
        """Return the k best items, each by its best passage, best first; of equals the oldest."""
        scores, order = self._scored(query)
        names = self.items[order].tolist()
        first: dict[bytes, int] = {}
        for place, name in enumerate(names):
            first.setdefault(name, place)
        return self._hits(scores, order[list(first.values())[:k]])

    def by_item(self, query: Vector) -> dict[str, list[Hit]]:
        """Return the hits of each item, best first."""
        found: dict[str, list[Hit]] = {}
        for hit in self.hits(query):
            found.setdefault(hit.item, []).append(hit)
        return found

    def _scored(self, query: Vector) -> tuple[Vector, Numbers]:
        """Return scores, and the order of rows by them.

        The score of a passage is always the same number, whatever stands beside it and wherever it is kept.
        """
        # one row at a time: a matrix product would sum in another order in other company
        scores: Vector = np.vecdot(self.vectors, query)
        return scores, np.lexsort((self.ids, -scores))

    def _hits(self, scores: Vector, rows: Numbers) -> list[Hit]:
        columns = (column[rows].tolist() for column in (self.ids, self.items, scores, self.parts))
        return [
            Hit(id, item.decode(), score, part.decode())
            for id, item, score, part in zip(*columns, strict=True)
        ]
