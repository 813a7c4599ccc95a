"""What a desk's own record says about its promises: a straight line between the log-odds of both; pure.

Platt scaling (1999) of a promise that is calibrated already, drawn towards it while labels are few.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 60  # labels; fewer say nothing
WORTH = 20.0  # labels that the shipped promise counts as
LEAST, MOST = 0.01, 0.98  # nothing is certain
STEPS = 50


@dataclass(frozen=True)
class Trust:
    """How a promise is believed. labels: from how many choices it was learned; 0: the promise as shipped."""

    constant: float = 0.0
    slope: float = 1.0
    labels: int = 0

    def of(self, promised: float) -> float:
        """Return what a promised probability is worth here."""
        if not self.labels:
            return promised
        odds = self.constant + self.slope * _odds(promised)
        return min(MOST, max(LEAST, 1 / (1 + math.exp(-odds))))


def learned(promised: Sequence[float], right: Sequence[bool]) -> Trust:
    """Return the trust that a record of promises, and whether each held, gives; the shipped one while it is short."""
    if len(promised) < FEWEST:
        return Trust()
    inputs = np.column_stack([np.ones(len(promised)), [_odds(one) for one in promised]])
    truths, shipped = np.array(right, dtype=float), np.array([0.0, 1.0])
    found = shipped.copy()
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (truths - chances) - WORTH / 4 * (found - shipped)
        curve = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + WORTH / 4 * np.eye(2)
        found = found + np.linalg.solve(curve, slope)
    return Trust(round(float(found[0]), 4), round(max(0.0, float(found[1])), 4), len(promised))


def _odds(promised: float) -> float:
    inside = min(MOST, max(LEAST, promised))
    return math.log(inside / (1 - inside))
