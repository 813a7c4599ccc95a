"""How a permission class is laid out by its size, and how much of it a search looks at.

Every vector has a sketch of one bit for each of its numbers. The sketches propose, the vectors decide. Where there are
many they are parted into cells, and a search looks at the sketches of the cells nearest to the question.
"""

import math
from dataclasses import dataclass

SHELVED_FROM = 5_000  # passages of a permission class: fewer stay in memory
GROWN, MOST_GROWN = 0.25, 50_000  # share of a shelf, or passages, that changed, from which it is made anew
CELLS_FROM = 50_000  # passages: the sketches of fewer are all looked at
ROWS_A_CELL = 1_000
LEAST_PROBES, PROBED = 48, 16  # cells that a search looks into: so many, or one of so many
SAMPLE = 40  # passages for each cell that its middle is found from
CANDIDATES = ((20_000, 30), (200_000, 50), (math.inf, 100))  # items that may be read -> proposed by each half
PROPOSED, LEAST_PROPOSED = 12, 600  # passages that are scored for each item that is wanted, and at least


@dataclass(frozen=True)
class Layout:
    """Into how many cells a shelf is parted, how many a search looks into, and from how many rows they are found."""

    cells: int
    probes: int
    sample: int


def layout(rows: int) -> Layout:
    """Return how a shelf of so many passages is laid out."""
    cells = 1 if rows < CELLS_FROM else rows // ROWS_A_CELL
    return Layout(cells, min(cells, max(LEAST_PROBES, cells // PROBED)), max(SHELVED_FROM, cells * SAMPLE))


def candidates(items: int) -> int:
    """Return how many items each half proposes where so many may be read: among more, the right one is further down."""
    return next(many for most, many in CANDIDATES if items <= most)


def proposed(k: int) -> int:
    """Return how many passages are scored to find k items."""
    return max(LEAST_PROPOSED, k * PROPOSED)


def is_due(shelved: int, changed: int) -> bool:
    """Say whether a permission class gets a new shelf: so many passages changed since it got the last."""
    return changed >= max(SHELVED_FROM, min(shelved * GROWN, MOST_GROWN))
