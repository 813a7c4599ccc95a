"""A small map of the question's vector that a desk learns from what solved its incidents; pure.

What is indexed stays as it is. The map is learned by giving what was right the largest share of a softmax over what
was near (contrastive learning), is drawn towards leaving the question alone, and is kept as two narrow matrices.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RANK = 64  # of the map: what it says beyond is noise
SHARP = 20.0  # how much a nearer item counts above a farther one in the softmax
STRENGTHS = (0.3, 0.1)  # how strongly a map is drawn towards none, from cautious to bold
FOLDS = 3
AT_ONCE = 64  # questions of one step
LEAST_STEPS, MOST_STEPS, ROUNDS = 60, 90, 30
PACE = 2e-3
SEED = 7

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Adapter:
    """A map: the question plus up (d, rank) times down (rank, d) times the question, brought to length 1."""

    up: Matrix
    down: Matrix

    def of(self, questions: Matrix) -> Matrix:
        """Return the vectors to ask with. questions: (n, d), each of length 1."""
        turned = questions + questions @ self.down.T @ self.up.T
        return np.asarray(turned / np.linalg.norm(turned, axis=-1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Lesson:
    """What can be learned from. questions: (n, d); passages: (p, d), those of an item beside each other.

    starts: the place of the first passage of each item; right: (n, items), whether an item solves a question.
    """

    questions: Matrix
    passages: Matrix
    starts: NDArray[np.intp]
    right: NDArray[np.bool_]

    def of(self, some: NDArray[np.intp]) -> "Lesson":
        """Return the lesson of some of the questions."""
        return Lesson(self.questions[some], self.passages, self.starts, self.right[some])


def learned(lesson: Lesson) -> Adapter | None:
    """Return the map that finds best what solves questions it did not learn from, None where none finds better."""
    gains = {strength: _gain(lesson, strength) for strength in STRENGTHS}
    best = max(gains, key=lambda strength: gains[strength])
    return _narrow(_trained(lesson, best)) if gains[best] > 0 else None


def _gain(lesson: Lesson, strength: float) -> float:
    """Return by how much the reciprocal rank of questions that were held back rises, less twice its standard error."""
    order = np.random.default_rng(SEED).permutation(len(lesson.questions))
    gains = [
        _ranks(one, _narrow(_trained(lesson.of(np.setdiff1d(order, held)), strength))) - _ranks(one, None)
        for held in np.array_split(order, FOLDS)
        for one in [lesson.of(held)]
    ]
    every = np.concatenate(gains)
    return float(every.mean() - 2 * every.std() / np.sqrt(max(1, len(every))))


def _ranks(lesson: Lesson, adapter: Adapter | None) -> NDArray[np.float64]:
    """Return for each question 1 divided by the rank of the best placed right item."""
    questions = adapter.of(lesson.questions) if adapter else lesson.questions
    scores = np.maximum.reduceat(questions @ lesson.passages.T, lesson.starts, axis=1)
    best = np.where(lesson.right, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(1 / (1 + (scores > best).sum(axis=1)), np.float64)


def _trained(lesson: Lesson, strength: float) -> Matrix:
    """Return the whole map, found by steps of Adam (Kingma, Ba 2015) that grow smaller."""
    many, dimension = lesson.questions.shape
    steps = min(MOST_STEPS, max(LEAST_STEPS, ROUNDS * -(-many // AT_ONCE)))
    found = mean = spread = np.zeros((dimension, dimension), np.float32)
    for step, some in enumerate(_batches(many, steps), 1):
        slope: Any = _slope(lesson.of(some), found) + 2 * strength * found
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope * slope
        pace = PACE * (1 + math.cos(math.pi * step / steps)) / 2
        found = found - pace * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
    return found


def _batches(many: int, steps: int) -> Sequence[NDArray[np.intp]]:
    drawn = np.random.default_rng(SEED)
    rounds = -(-steps * AT_ONCE // many)
    order = np.concatenate([drawn.permutation(many) for _ in range(rounds)])
    return [order[step * AT_ONCE : (step + 1) * AT_ONCE] for step in range(steps)]


def _slope(lesson: Lesson, found: Matrix) -> Matrix:
    """Return how the loss of some questions changes with the map; an item counts by its nearest passage."""
    asked = lesson.questions + lesson.questions @ found.T
    length = np.linalg.norm(asked, axis=1, keepdims=True)
    unit = asked / length
    nearness = unit @ lesson.passages.T
    best = np.maximum.reduceat(nearness, lesson.starts, axis=1)
    raised = np.exp(SHARP * (best - best.max(axis=1, keepdims=True)))
    right = raised * lesson.right
    share = raised / raised.sum(axis=1, keepdims=True) - right / right.sum(axis=1, keepdims=True)
    sizes = np.diff([*lesson.starts, len(lesson.passages)])
    is_best = nearness >= np.repeat(best, sizes, axis=1)
    pull = SHARP * (np.repeat(share, sizes, axis=1) * is_best) @ lesson.passages
    along = (pull - (pull * unit).sum(axis=1, keepdims=True) * unit) / length
    return np.asarray(along.T @ lesson.questions / len(lesson.questions), np.float32)


def _narrow(whole: Matrix) -> Adapter:
    left, sizes, right = np.linalg.svd(whole)
    return Adapter(
        np.ascontiguousarray(left[:, :RANK] * sizes[:RANK], np.float32),
        np.ascontiguousarray(right[:RANK], np.float32),
    )
