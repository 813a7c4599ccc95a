"""From a score to the probability that an item helps, and to words; pure.

The shipped prior was learned from questions with and without an answer; a desk's own choices will replace it.
"""

import math
from collections.abc import Mapping, Sequence

from index.fusion import shipped

BANDS = ((0.7, "very likely"), (0.4, "likely"), (0.0, "possible"))
FLOOR = 0.15  # below it nobody should be sent to look


def probability(score: float, others: Sequence[float]) -> float:
    """Return how likely an item helps, given its score and the scores of what else was found."""
    return chance(score, lead(score, others), shipped()["prior"])


def lead(score: float, others: Sequence[float]) -> float:
    """Return how far a score stands out from the others: what stands out is more likely right."""
    return score - sum(others) / len(others) if others else 0.0


def chance(score: float, lead: float, prior: Mapping[str, float]) -> float:
    """Return the probability that a prior gives to a score and its lead."""
    raised = prior["constant"] + prior["score"] * score + prior["lead"] * lead
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, raised))))


def band(probability: float) -> str:
    """Return the words for a probability."""
    return next(words for least, words in BANDS if probability >= least)
