"""Text for made-up desks, recombined from real sentences, and vectors for it, most of them mixed from real ones.

Embedding 100,000 texts takes an hour; a mixture of two real vectors lies where real ones lie, and takes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import dataset
from bench import desks
from index.encoder import Encoder
from kb.passages import Piece

SENTENCES = 5  # of one text
AT_ONCE = 512
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Text:
    """The text of one made-up item."""

    title: str
    said: str


def read(data: Path, queries: int) -> tuple[list[str], list[str]]:
    """Return the sentences of all documents, and some of the queries, of every set in the folder."""
    sets = [dataset.read(folder) for folder in desks.folders(data)]
    texts = [dataset.text_of(record) for one in sets for record in one.documents]
    sentences = [line.strip() for text in texts for line in text.replace(". ", ".\n").splitlines()]
    asked = [dataset.text_of(query) for one in sets for query in one.queries]
    some = np.random.default_rng(1).permutation(len(asked))[:queries]
    return [line for line in sentences if len(line.split()) > 3], [asked[place] for place in some]


def recombined(sentences: Sequence[str], size: int, seed: int = 2) -> list[Text]:
    """Return so many items, each of five sentences and a title."""
    drawn = np.random.default_rng(seed).integers(len(sentences), size=(size, SENTENCES + 1))
    return [
        Text(sentences[title][:200], " ".join(sentences[place] for place in places))
        for title, *places in drawn.tolist()
    ]


def embedded(encoder: Encoder, pieces: Sequence[Piece]) -> Vectors:
    """Return the model's own vectors."""
    read = [piece.read for piece in pieces]
    batches = [encoder.encode(read[start : start + AT_ONCE]) for start in range(0, len(read), AT_ONCE)]
    return np.concatenate(batches)


def mixed(own: Vectors, size: int, seed: int = 3) -> Vectors:
    """Return so many vectors, each a mixture of two real ones, of length 1."""
    chance = np.random.default_rng(seed)
    left, right = chance.integers(len(own), size=(2, size))
    weight = chance.uniform(0.2, 0.8, size=(size, 1)).astype(np.float32)
    made = weight * own[left] + (1 - weight) * own[right]
    made /= np.linalg.norm(made, axis=1, keepdims=True) + 1e-9
    return made.astype(np.float32)
