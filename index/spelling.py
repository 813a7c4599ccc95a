"""How alike two texts are spelled: runs of letters that they share, whatever the words are; for logs and typos.

Cosine over runs of three to five bytes, weighed by how rare each run is among the texts that are compared, so that
nothing outside them counts. Long texts are compared by their length instead of all their runs: ten times faster.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RUNS = (3, 4, 5)  # bytes
LONGEST = 2000  # bytes of a text that are compared
BITS = 16  # of a hashed run: two runs in one place are rare among so few texts
PLACES = 1 << BITS
FEW = 50.0  # bytes: what is shorter than this would win by being short

Codes = NDArray[np.uint32]


def likeness(asked: str, texts: Sequence[str]) -> list[float]:
    """Return for each text how much of it is spelled as what is asked, from 0; comparable within one call."""
    if not asked or not texts:
        return [0.0] * len(texts)
    pieces = [f" {text[:LONGEST]} ".encode("utf-8", "replace")[:LONGEST] for text in (asked, *texts)]
    lengths = np.array([len(piece) for piece in pieces])
    keys = np.concatenate([_shared(b"".join(pieces), lengths, run) for run in RUNS])
    keys, times = np.unique(keys, return_counts=True)
    rows, places = keys >> BITS, keys & (PLACES - 1)
    having = np.bincount(places, minlength=PLACES)
    weights = (1 + np.log(times)) * np.log((len(pieces) + 1) / (having + 0.5))[places]
    question = np.zeros(PLACES)
    question[places[rows == 0]] = weights[rows == 0]
    dots = np.bincount(rows, weights * question[places], minlength=len(pieces))
    own = np.sqrt(max(dots[0], 1e-9))
    return [float(value) for value in dots[1:] / own / np.sqrt(lengths[1:] + FEW)]


def _shared(buffer: bytes, lengths: NDArray[np.int64], run: int) -> NDArray[np.int64]:
    """Return row and hashed run, as one number, of every run that the first text has too."""
    letters = np.frombuffer(buffer, np.uint8).astype(np.uint32)
    rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    if len(letters) < run:
        return np.zeros(0, np.int64)
    codes = _hashed(letters, run)
    asked = np.zeros(PLACES, dtype=bool)
    asked[codes[: max(int(lengths[0]) - run + 1, 0)]] = True
    inside = rows[: len(codes)] == rows[run - 1 :]
    found = np.flatnonzero(asked[codes] & inside)
    return (rows[found] << BITS) | codes[found]


def _hashed(letters: Codes, run: int) -> Codes:
    codes = np.zeros(len(letters) - run + 1, np.uint32)
    for place in range(run):
        codes = codes * np.uint32(16777619) ^ letters[place : place + len(codes)] * np.uint32(2654435761)
    return np.asarray((codes ^ (codes >> 15)) & np.uint32(PLACES - 1), dtype=np.uint32)
