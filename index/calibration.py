"""From scores to the probability that an item helps, and to words; pure.

Two questions, kept apart: has anybody here solved this before, and if so, is it this item? The shipped prior was
learned from questions with and without an answer; `index/trust.py` corrects it by a desk's own record.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.fusion import shipped

BANDS = ((0.7, "very likely"), (0.4, "likely"), (0.0, "possible"))
FLOOR = 0.12  # of a hit: below it nobody should be sent to look
UNSOLVED = 0.25  # of a question: below it nobody here has solved it before
RIVALS = 9  # other hits that show whether one stands out
BACKGROUND = 6.0  # the score of what has little to do with a question: stands in where there are fewer hits
UNRELATED = 0.1  # the cosine of what has nothing to do with a question: stands in where there are fewer items
NEAREST, CROWD = 10, 30  # the crowd around a question: its neighbours after the nearest

Prior = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Surroundings:
    """What tells whether a question was solved before. nearest: best cosine; crowd: mean cosine of what comes after.

    length: how long the question is, from 0 to 1.
    """

    nearest: float
    crowd: float
    length: float


def surroundings(closest: Sequence[float], length: float) -> Surroundings:
    """Return what is around a question, given the cosines of its candidates in any order."""
    ordered = sorted(closest, reverse=True)[:CROWD]
    crowd = [*ordered[NEAREST:], *[UNRELATED] * (CROWD - max(NEAREST, len(ordered)))]
    return Surroundings(max(ordered, default=0.0), sum(crowd) / len(crowd), length)


def solved(around: Surroundings, prior: Prior | None = None) -> float:
    """Return how likely somebody here solved it before."""
    weights = (prior or shipped())["solved"]
    return _logistic(
        weights["constant"]
        + weights["nearest"] * around.nearest
        + weights["crowd"] * around.crowd
        + weights["length"] * around.length
    )


def stands_out(score: float, others: Sequence[float], prior: Prior | None = None) -> float:
    """Return how likely an item is the right one if there is one, given its score and those of what else was found."""
    return promise(lead(score, others), prior)


def promise(lead: float, prior: Prior | None = None) -> float:
    """Return what a lead is worth: how likely an item that stands out so far is the right one if there is one."""
    weights = (prior or shipped())["right"]
    return _logistic(weights["constant"] + weights["lead"] * lead)


def lead(score: float, others: Sequence[float]) -> float:
    """Return how far a score stands out from the others: what stands out is more likely right."""
    rivals = [*others[:RIVALS], *[min(score, BACKGROUND)] * (RIVALS - len(others))]
    return score - sum(rivals) / RIVALS


def band(probability: float) -> str:
    """Return the words for a probability."""
    return next(words for least, words in BANDS if probability >= least)


def _logistic(raised: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, raised))))
