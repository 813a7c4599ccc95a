"""The weights of a score, learned anew from what people chose and turned down; pure.

A softmax gives what was chosen the largest share of what stood beside it. The weights are drawn towards the shipped
ones, the more the fewer choices there are, and none falls below nought: nothing that speaks for an item may count
against it. What was chosen far down counts more, because few look there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORTH = 30.0  # choices that the shipped weights count as
STEPS = 300
PACE = 0.05
RAREST = 0.2  # no place counts as looked at more rarely than by one in five
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """What was chosen from. terms: a row for each candidate; right: which solved it; rejected: what was turned down.

    seen: how likely somebody looks at the place where the right one, or what was turned down, stood.
    """

    terms: Matrix
    right: NDArray[np.bool_]
    rejected: NDArray[np.bool_]
    seen: float = 1.0


def looked_at(shown: Sequence[tuple[float, float]]) -> list[float]:
    """Return how likely people look at each place, from 1 for the first downwards.

    shown: for each place what was promised there, as a sum of probabilities, and how often it was chosen. Until there
    is much of it, the n-th place counts as looked at by one in n.
    """
    rates = [
        (chosen + WORTH / place) / (promised + WORTH) for place, (promised, chosen) in enumerate(shown, 1)
    ]
    found, least = [], 1.0
    for rate in rates:
        least = max(RAREST, min(least, rate / rates[0]))
        found.append(least)
    return found


def refitted(choices: Sequence[Choice], shipped: Mapping[str, float]) -> dict[str, float]:
    """Return the weights by name, in the order of the terms' columns. Every choice has something right."""
    start = np.array(list(shipped.values()))
    every = np.concatenate([one.terms - one.terms.mean(axis=0) for one in choices])
    spread = every.std(axis=0) + 1e-9
    found, mean, size = start * spread, np.zeros(len(start)), np.zeros(len(start))
    worth = [1 / max(RAREST, one.seen) for one in choices]
    for step in range(1, STEPS + 1):
        slope = WORTH / sum(worth) * (found - start * spread)
        for one, counts in zip(choices, worth, strict=True):
            slope += counts / sum(worth) * _slope(one, spread, found)
        mean, size = 0.9 * mean + 0.1 * slope, 0.99 * size + 0.01 * slope * slope
        stride = PACE * (1 - step / (STEPS + 1)) * (mean / (1 - 0.9**step))
        found = np.maximum(0.0, found - stride / (np.sqrt(size / (1 - 0.99**step)) + 1e-8))
    return dict(zip(shipped, np.round(found / spread, 4).tolist(), strict=True))


def _slope(one: Choice, spread: Matrix, found: Matrix) -> Matrix:
    scaled = one.terms / spread
    scores = scaled @ found
    raised = np.exp(scores - scores.max()) * np.where(one.rejected, 1 + 1 / max(RAREST, one.seen), 1.0)
    right = raised * one.right
    return np.asarray((raised / raised.sum() - right / right.sum()) @ scaled)
