"""What is held back from a model that learns, and how well it is found.

A tenth of the items. Of each of their pairs one half has to find the other, by meaning beside words as in a search:
a model that only learned what words find in any case is no gain.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from index.documents import Entry
from index.encoder import Encoder, Vectors
from index.lesson import Pair
from index.words import Words

TENTH = 10
MOST = 500  # pairs that are asked
RIVALS = 2000  # other texts among which each has to be found
MEANING = 0.7  # of a score; the rest is words. With half and half the same models are found better
BY_WORDS = 200  # texts that words find for each


def parted(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Return what may be learned, and what is held back: all pairs of every tenth item."""
    held = [pair for pair in pairs if crc32(pair.item.encode()) % TENTH == 0]
    items = {pair.item for pair in held}
    return [pair for pair in pairs if pair.item not in items], held


def sample(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """Return at most so many of the pairs, always the same ones, spread over all items."""
    ordered = sorted(pairs, key=lambda pair: crc32(f"{pair.item}\n{pair.told}".encode()))
    return ordered[:most]


class Exam:
    """What was held back, to be found among itself and some of what was learned."""

    def __init__(self, held: Sequence[Pair], learned: Sequence[Pair]) -> None:
        self.asked = sample(held, MOST)
        self._pool = [*self.asked, *sample(learned, RIVALS)]
        self._items = np.array([pair.item for pair in self._pool])
        self._said = self._by_words()

    def found(self, encoder: Encoder) -> list[float]:
        """Return, for each pair, 1 divided by the rank of its other half among what other items say."""
        asked = encoder.encode([pair.asked for pair in self.asked])
        told = encoder.encode([pair.told for pair in self._pool])
        scores = MEANING * asked @ told.T + (1 - MEANING) * self._said
        better = (set(self._items[row > row[place]].tolist()) for place, row in enumerate(scores))
        return [1 / (1 + len(who - {pair.item})) for who, pair in zip(better, self.asked, strict=True)]

    def _by_words(self) -> Vectors:
        """Return how well words find each text for each question, 1 for the best; shape (questions, texts)."""
        found = np.zeros((len(self.asked), len(self._pool)), dtype=np.float32)
        with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
            words = Words.create(Path(room))
            words.put(Entry(str(place), "", "", pair.told) for place, pair in enumerate(self._pool))
            words.commit(1)
            for row, pair in enumerate(self.asked):
                for hit in words.search(words.ask(pair.asked), BY_WORDS):
                    found[row, int(hit.item)] = hit.score
        best: Vectors = found.max(axis=1, keepdims=True)
        return found / np.maximum(best, 1e-9)
