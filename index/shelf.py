"""The passages of one permission class as files that never change, shared by every process of a host.

What else the desk holds takes no part in them: neither cells nor sketches know of any other class.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import arrays, plan, sketch, snapshot
from index.errors import IndexDamaged
from index.rows import AT_ONCE, Numbers, Rows, Strings, Vector

KINDS = ("vectors", "sketch", "facts")  # the files of a shelf, by the end of their names
HALF = np.dtype("<f2")
Batches = Callable[[], Iterator[Rows]]


class Shelf:
    """Sketches in memory, facts mapped, vectors read from the file as they are needed.

    It never changes: what is forgotten makes another view of the same files. digests: SHA-256 of files by their names.
    """

    def __init__(self, base: Path, dimension: int, digests: Mapping[str, str]) -> None:
        """Open the files that `write` made; raises IndexDamaged, or what the libraries raise about such files."""
        self.digests = {_file(base, kind).name: digests[_file(base, kind).name] for kind in KINDS}
        self.base, self._dimension = base, dimension
        facts = arrays.mapped(_file(base, "facts"))
        self._ids, self._item_of, self._part_of = facts["ids"], facts["item_of"], facts["part_of"]
        self._by_id, self._by_item, self._starts = facts["by_id"], facts["by_item"], facts["starts"]
        self._items, self._parts = facts["items"], facts["parts"]
        self._sketch = sketch.Sketch(_file(base, "sketch"), facts["turn"])
        self._file = _file(base, "vectors").open("rb", buffering=0)
        if _file(base, "vectors").stat().st_size != len(self._ids) * dimension * HALF.itemsize:
            raise IndexDamaged(f"The files of {base} do not belong together.")
        self._dead: NDArray[np.bool_] = np.zeros(len(self._ids), dtype=bool)
        self.count = len(self._ids)

    @property
    def changed(self) -> int:
        """How many of its passages are forgotten."""
        return len(self._ids) - self.count

    def is_seen_whole(self, count: int, wider: int) -> bool:
        """Say whether such a proposal leaves nothing out."""
        return count >= len(self._ids) and self._sketch.is_seen_whole(wider)

    def ids(self) -> Numbers:
        """Return the ids of all passages that can be found."""
        return self._ids[~self._dead]

    def dead_ids(self) -> Numbers:
        """Return the ids of the passages that are forgotten."""
        return self._ids[self._dead]

    def without(self, ids: Numbers) -> "Shelf":
        """Return a view that has forgotten these passages too; unknown ids are ignored."""
        places = np.searchsorted(self._ids, ids, sorter=self._by_id)
        rows = self._by_id[np.minimum(places, len(self._ids) - 1)]
        rows = rows[(self._ids[rows] == ids) & ~self._dead[rows]]
        if len(rows) == 0:
            return self
        view = copy(self)
        dead = view._dead = self._dead.copy()  # noqa: SLF001 - one of us
        dead[rows] = True
        view.count = self.count - len(rows)
        return view

    def propose(self, query: Vector, count: int, wider: int) -> tuple[Vector, Numbers]:
        """Return rows that are likely to be near, about so many, and how near they seem. wider: times more cells."""
        seeming, rows = self._sketch.propose(query, count, wider)
        alive = ~self._dead[rows]
        return seeming[alive], rows[alive]

    def of_items(self, items: Collection[str]) -> Rows:
        """Return every passage of these items."""
        return self.rows(self._rows_of(items))

    def rows(self, rows: Numbers) -> Rows:
        """Return these rows."""
        names = self._items[self._item_of[rows]], self._parts[self._part_of[rows]]
        return Rows(self._ids[rows], *names, self._vectors(rows))

    def batches(self) -> Iterator[Rows]:
        """Return its passages, some at a time."""
        alive = np.flatnonzero(~self._dead)
        return map(self.rows, np.split(alive, range(AT_ONCE, len(alive), AT_ONCE)))

    def _vectors(self, rows: Numbers) -> Vector:
        """Read vectors from the file: mapped, all that were ever looked at would stay in the memory of the process."""
        size = self._dimension * HALF.itemsize
        file = self._file.fileno()
        read = b"".join([os.pread(file, size, row * size) for row in rows.tolist()])
        return np.frombuffer(read, HALF).reshape(-1, self._dimension).astype(np.float32)

    def _rows_of(self, items: Collection[str]) -> Numbers:
        names = np.array(sorted(item.encode() for item in items) or [b""], dtype=np.bytes_)
        places = np.minimum(np.searchsorted(self._items, names), len(self._items) - 1)
        found = places[self._items[places] == names]
        spans = zip(self._starts[found].tolist(), self._starts[found + 1].tolist(), strict=True)
        rows = np.concatenate([np.zeros(0, np.int32), *(self._by_item[start:end] for start, end in spans)])
        return rows[~self._dead[rows]]


def write(base: Path, batches: Batches, dimension: int) -> dict[str, str]:
    """Write the files of a shelf for these passages, which are asked for as often as needed; return their SHA-256."""
    ids, items, parts = (np.concatenate(column) for column in zip(*map(_facts, batches()), strict=True))
    with _file(base, "vectors").open("wb") as file:
        for rows in batches():
            rows.vectors.astype(HALF).tofile(file)
    turn = sketch.turn_of(dimension)
    step = max(1, len(ids) // plan.layout(len(ids)).sample)
    sample = np.concatenate([rows.vectors[::step] for rows in batches()])
    sketch.write(_file(base, "sketch"), turn, sample, len(ids), (rows.vectors for rows in batches()))
    arrays.write(_file(base, "facts"), {"turn": turn, **_columns(ids, items, parts)})
    return {path.name: snapshot.settled(path) for path in (_file(base, kind) for kind in KINDS)}


def _facts(rows: Rows) -> tuple[Numbers, Strings, Strings]:
    return rows.ids, rows.items, rows.parts


def _columns(ids: Numbers, items: Strings, parts: Strings) -> dict[str, NDArray[Any]]:
    """Return what each row is, and in which order to look rows up by id and by item."""
    names, item_of = np.unique(items, return_inverse=True)
    kinds, part_of = np.unique(parts, return_inverse=True)
    by_item = np.argsort(item_of, kind="stable")
    return {
        "ids": ids,
        "items": names,
        "parts": kinds,
        "item_of": item_of.astype(np.int32),
        "part_of": part_of.astype(np.int16),
        "by_id": np.argsort(ids).astype(np.int32),
        "by_item": by_item.astype(np.int32),
        "starts": np.searchsorted(item_of[by_item], np.arange(len(names) + 1)),
    }


def _file(base: Path, kind: str) -> Path:
    return base.with_name(f"{base.name}.{kind}")
