"""One bit for each number of a vector, in cells: a small index that proposes which vectors to look at."""

from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np

from index import plan
from index.rows import Numbers, Vector

TURNED_BY = 20_260_101  # any number; the same for ever
OF_EIGHT = 8  # the library takes dimensions that are a multiple of it


class Sketch:
    """Proposes rows that are likely to be near a question; the same ones each time."""

    def __init__(self, path: Path, turn: Vector) -> None:
        """Read the file that `write` made; raises what the library raises about a file it cannot read."""
        self._index, self._turn = faiss.read_index(str(path)), turn
        self._layout = plan.layout(self._index.ntotal)

    def propose(self, query: Vector, count: int, wider: int = 1) -> tuple[Vector, Numbers]:
        """Return how near so many rows seem, and the rows; fewer where the cells have no more.

        wider: so many times more cells are looked into.
        """
        parameters = faiss.IVFRaBitQSearchParameters(
            nprobe=min(self._layout.cells, wider * self._layout.probes)
        )
        count = min(count, self._index.ntotal)
        seeming, rows = self._index.search(query[None, :] @ self._turn, count, params=parameters)
        found = rows[0] >= 0  # it pads with -1
        return seeming[0][found], rows[0][found]

    def is_seen_whole(self, wider: int) -> bool:
        """Say whether so many times more cells are all of them."""
        return wider * self._layout.probes >= self._layout.cells


def write(path: Path, turn: Vector, sample: Vector, total: int, batches: Iterable[Vector]) -> None:
    """Write the sketch of so many vectors, given in the order of their rows, some at a time.

    sample: some of them, from which the middles of the cells are found.
    """
    width = turn.shape[1]
    middles = faiss.IndexFlatIP(width)
    cells = plan.layout(total).cells
    index = faiss.IndexIVFRaBitQFastScan(middles, width, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1  # what is sampled is enough
    index.train(sample @ turn)
    for vectors in batches:
        index.add(vectors @ turn)
    faiss.write_index(index, str(path))


def turn_of(dimension: int) -> Vector:
    """Return a turn of space, shape (dimension, width): after it no number of a vector says more than another."""
    width = -(-dimension // OF_EIGHT) * OF_EIGHT
    turn = np.linalg.qr(np.random.default_rng(TURNED_BY).normal(size=(width, width)))[0]
    return turn[:dimension].astype(np.float32)
