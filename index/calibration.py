"""From a score to the probability that an item helps, and to words; pure.

The shipped prior was learned from questions with and without an answer; a desk's own choices will replace it.
"""

import math
from collections.abc import Mapping, Sequence

from index.fusion import shipped

BANDS = ((0.75, "very likely"), (0.5, "likely"), (0.0, "possible"))
FLOOR = 0.15  # below it nobody should be sent to look


def probability(score: float, others: Sequence[float], prior: Mapping[str, float] | None = None) -> float:
    """Return how likely an item helps, given its score and the scores of what else was found.

    An item that stands out from the rest is more likely right than its score alone says.
    """
    known = shipped()["prior"] if prior is None else prior
    rest = sum(others) / len(others) if others else score
    return 1 / (1 + math.exp(-(known["constant"] + known["score"] * score + known["lead"] * (score - rest))))


def band(probability: float) -> str:
    """Return the words for a probability."""
    return next(words for least, words in BANDS if probability >= least)
