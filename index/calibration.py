"""From a score to the probability that an item helps, and to words; pure.

The shipped prior was learned from questions with and without an answer; a desk's own choices will replace it.
"""

import math
from collections.abc import Mapping, Sequence

from index.fusion import shipped

BANDS = ((0.7, "very likely"), (0.4, "likely"), (0.0, "possible"))
FLOOR = 0.12  # below it nobody should be sent to look
RIVALS = 9  # other hits that show whether one stands out
BACKGROUND = 6.0  # the score of what has little to do with a question: stands in where there are fewer hits


def probability(score: float, others: Sequence[float]) -> float:
    """Return how likely an item helps, given its score and the scores of what else was found."""
    return chance(score, lead(score, others), shipped()["prior"])


def lead(score: float, others: Sequence[float]) -> float:
    """Return how far a score stands out from the others: what stands out is more likely right."""
    rivals = [*others[:RIVALS], *[min(score, BACKGROUND)] * (RIVALS - len(others))]
    return score - sum(rivals) / RIVALS


def chance(score: float, lead: float, prior: Mapping[str, float]) -> float:
    """Return the probability that a prior gives to a score and its lead."""
    raised = prior["constant"] + prior["score"] * score + prior["lead"] * lead
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, raised))))


def band(probability: float) -> str:
    """Return the words for a probability."""
    return next(words for least, words in BANDS if probability >= least)
