"""How good rankings and probabilities are; pure. A query without an answer counts 0."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

BINS = 10


def recall(ranked: Sequence[str], relevant: Mapping[str, float], k: int) -> float:
    """Return the share of the relevant items that are among the first k."""
    wanted = _wanted(relevant)
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, float], k: int = 10) -> float:
    """Return 1 divided by the rank of the first relevant item, 0 when none is among the first k."""
    wanted = _wanted(relevant)
    return next((1 / rank for rank, item in enumerate(ranked[:k], 1) if item in wanted), 0.0)


def ndcg(ranked: Sequence[str], relevant: Mapping[str, float], k: int = 10) -> float:
    """Return the discounted gain of the first k items as a share of the best (Järvelin, Kekäläinen 2002)."""
    gained = sum(
        max(0.0, relevant.get(item, 0.0)) / math.log2(rank + 1) for rank, item in enumerate(ranked[:k], 1)
    )
    ideal = sorted((gain for gain in relevant.values() if gain > 0), reverse=True)[:k]
    best = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(ideal, 1))
    return gained / best if best else 0.0


def average_precision(ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Return the mean, over the relevant items, of the precision at their ranks."""
    wanted = _wanted(relevant)
    found, total = 0, 0.0
    for rank, item in enumerate(ranked, 1):
        if item in wanted:
            found += 1
            total += found / rank
    return total / len(wanted) if wanted else 0.0


def auroc(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Return how often something true has a higher score than something untrue; 0.5 where either is absent."""
    right = np.array([score for score, truth in zip(scores, truths, strict=True) if truth])
    wrong = np.sort([score for score, truth in zip(scores, truths, strict=True) if not truth])
    if not len(right) or not len(wrong):
        return 0.5
    below, below_or_equal = np.searchsorted(wrong, right, "left"), np.searchsorted(wrong, right, "right")
    return float((below + below_or_equal).mean() / 2 / len(wrong))


def reliability(probabilities: Sequence[float], truths: Sequence[bool]) -> list[tuple[float, float, int]]:
    """Return, for each of ten bins of equal width that has any, what was promised, what was true, and how many."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for pair in zip(probabilities, truths, strict=True):
        bins.setdefault(min(BINS - 1, int(pair[0] * BINS)), []).append(pair)
    return [
        (fmean(promised for promised, _ in pairs), fmean(true for _, true in pairs), len(pairs))
        for _, pairs in sorted(bins.items())
    ]


def calibration_error(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the expected gap between what was promised and what was true, over the bins."""
    bins = reliability(probabilities, truths)
    return sum(count * abs(promised - true) for promised, true, count in bins) / max(1, len(probabilities))


def risk_coverage(probabilities: Sequence[float], truths: Sequence[bool]) -> list[tuple[float, float]]:
    """Return the share that is answered, the surest first, and the share of those answers that is wrong.

    One point for each probability: what is equally sure is answered together.
    """
    pairs = sorted(zip(probabilities, truths, strict=True), reverse=True)
    points, wrong = [], 0
    for place, (probability, true) in enumerate(pairs, 1):
        wrong += not true
        if place == len(pairs) or pairs[place][0] != probability:
            points.append((place / len(pairs), wrong / place))
    return points


def interval(values: Sequence[float], *, rounds: int = 2000, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean."""
    drawn = np.random.default_rng(seed).choice(np.asarray(values), size=(rounds, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def summary(runs: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of every measure over all judged queries; a query that was not answered counts 0."""
    pairs = [(runs.get(query, ()), relevant) for query, relevant in judged.items()]
    if not pairs:
        return {}
    return {
        **{
            f"Recall@{k}": fmean(recall(ranked, relevant, k) for ranked, relevant in pairs)
            for k in (1, 5, 10)
        },
        "MRR@10": fmean(reciprocal_rank(ranked, relevant) for ranked, relevant in pairs),
        "nDCG@10": fmean(ndcg(ranked, relevant) for ranked, relevant in pairs),
        "MAP": fmean(average_precision(ranked, relevant) for ranked, relevant in pairs),
    }


def _wanted(relevant: Mapping[str, float]) -> set[str]:
    return {item for item, gain in relevant.items() if gain > 0}
