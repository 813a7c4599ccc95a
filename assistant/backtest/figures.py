"""From outcomes to figures: how good each ranking is, how they differ, and what the desk's word is worth; pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

from assistant.backtest.outcome import PRODUCT, Outcome
from index import evaluation

ENOUGH = 30  # incidents from which on a figure says something
MEASURES: dict[str, Callable[[Sequence[str], Mapping[str, float]], float]] = {
    **{f"recall@{k}": partial(evaluation.recall, k=k) for k in (1, 5, 10)},
    "MRR@10": evaluation.reciprocal_rank,
    "nDCG@10": evaluation.ndcg,
}
OTHER, DEEPEST = "", 10
POINTS = 60  # of a curve that is kept
Figures = dict[str, Any]
PARTS: dict[str, Callable[[Outcome], Any]] = {
    "service": lambda one: one.service_id,
    "language": lambda one: one.language,
}
FEWEST_IN_PART = 10  # incidents; of fewer, an interval says nothing


def of(outcomes: Sequence[Outcome], contenders: Mapping[str, str]) -> Figures:
    """Return every figure as plain values. contenders: what each ranking is called, by its name."""
    known = [one for one in outcomes if one.answers]
    return {
        "asked": len(outcomes),
        "judged": sum(one.judged for one in outcomes),
        "known": len(known),
        "new": sum(one.answers == 0 for one in outcomes),
        "contenders": {
            name: {"label": label, **quality(known, name), "against": differences(known, name, PRODUCT)}
            for name, label in contenders.items()
        },
        "confidence": confidence([one for one in outcomes if one.judged]),
        "services": slices(known, PARTS["service"]),
        "languages": slices(known, PARTS["language"]),
    }


def quality(known: Sequence[Outcome], name: str) -> dict[str, list[float]]:
    """Return each measure of a ranking: its mean, and the ends of its interval."""
    return {measure: _mean(values) for measure, values in _values(known, name).items()} if known else {}


def differences(known: Sequence[Outcome], name: str, other: str) -> dict[str, list[float]]:
    """Return by how much a ranking is above another one on the same incidents, with the ends of the interval."""
    if not known or name == other:
        return {}
    mine, theirs = _values(known, name), _values(known, other)
    return {measure: gain(mine[measure], theirs[measure]) for measure in MEASURES}


def gain(new: Sequence[float], old: Sequence[float]) -> list[float]:
    """Return the mean difference of pairs, and the ends of its bootstrap interval."""
    return _mean([here - there for here, there in zip(new, old, strict=True)])


def since(outcomes: Sequence[Outcome], before: Sequence[Outcome]) -> Figures:
    """Return by how much the desk is above what it was, on the incidents that both runs asked."""
    earlier = {one.incident_id: one for one in before if one.answers}
    both = [(one, earlier[one.incident_id]) for one in outcomes if one.answers and one.incident_id in earlier]
    if not both:
        return {"known": 0}
    new, old = (_values(some, PRODUCT) for some in zip(*both, strict=True))
    return {"known": len(both), **{measure: gain(new[measure], old[measure]) for measure in MEASURES}}


def parts(outcomes: Sequence[Outcome], before: Sequence[Outcome]) -> list[Figures]:
    """Return by how much the desk is above what it was, for each service and language that says something."""
    return [
        {"by": name, "key": key, **since(some, before)}
        for name, of in PARTS.items()
        for key, some in _by(outcomes, of).items()
        if len(some) >= FEWEST_IN_PART
    ]


def confidence(judged: Sequence[Outcome]) -> Figures:
    """Return what the probability of the first hit is worth; AUROC only where some had no answer and some had one."""
    promised, right = [one.chance for one in judged], [one.right for one in judged]
    known = [bool(one.answers) for one in judged]
    return {
        "asked": len(judged),
        "calibration error": evaluation.calibration_error(promised, right) if judged else None,
        "AUROC": evaluation.auroc(promised, known) if len(set(known)) == 2 else None,
        "reliability": evaluation.reliability(promised, right),
        "risk": thinned(evaluation.risk_coverage(promised, right)),
    }


def thinned(points: Sequence[Any], most: int = POINTS) -> list[Any]:
    """Return at most so many of the points, evenly chosen, the last one among them."""
    last, steps = len(points) - 1, min(most, len(points)) - 1
    return [points[round(step * last / steps) if steps > 0 else last] for step in range(steps + 1)]


def slices(known: Sequence[Outcome], key: Callable[[Outcome], Any]) -> list[Figures]:
    """Return the figures of the desk's ranking for each part of the incidents, the largest part first."""
    ordered = sorted(_by(known, key).items(), key=lambda part: (-len(part[1]), str(part[0])))
    return [{"key": name, "known": len(some), **quality(some, PRODUCT)} for name, some in ordered]


def _by(outcomes: Sequence[Outcome], key: Callable[[Outcome], Any]) -> dict[Any, list[Outcome]]:
    found: dict[Any, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        found[key(one)].append(one)
    return found


def _values(outcomes: Sequence[Outcome], name: str) -> dict[str, list[float]]:
    """Return each measure of each outcome."""
    judged = [_judged(one, name) for one in outcomes]
    return {measure: [value(*one) for one in judged] for measure, value in MEASURES.items()}


def _judged(outcome: Outcome, name: str) -> tuple[list[str], dict[str, float]]:
    """Return a ranking in which every answer has a name of its own, and all answers that there were."""
    places = {place: str(number) for number, place in enumerate(sorted(outcome.places.get(name, ())))}
    ranked = [places.get(place, OTHER) for place in range(1, DEEPEST + 1)]
    return ranked, {str(number): 1.0 for number in range(outcome.answers or 0)}


def _mean(values: Sequence[float]) -> list[float]:
    return [fmean(values), *evaluation.interval(values)]
