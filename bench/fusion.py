"""Find the coefficients of index/fusion.json: python -m bench.fusion DATA [--model FOLDER] [--write].

DATA holds folders of the form that `kintsugi evaluate` takes. Every set counts the same, however many queries it has.
Prints what each set reaches with coefficients that were found without it; --write keeps those found on all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from assistant import dataset, laboratory
from bench import desks
from index import calibration, evaluation, fusion
from index.encoder import Encoder
from index.fusion import Ask, Candidate
from index.hits import Allowed
from kb.search import LONGEST, POOL, Asking

TARGET = Path(__file__).parent.parent / "index" / "fusion.json"
NAMES = tuple(fusion.terms(Ask(), Candidate("")))
STEPS, RATE, SHRINK = 4000, 0.3, 1e-3
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """One query as fusion sees it. terms: one row for each candidate; gains: 1 for the right ones."""

    terms: Matrix
    gains: Matrix
    relevant: Mapping[str, float]
    items: Sequence[str]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path), default=Path("data/model"), help="The exported model."
)
@click.option("--write", is_flag=True, help="Write the coefficients found on all sets.")
def main(data: Path, model: Path, write: bool) -> None:
    """Fit, and show what holds on sets that were left out."""
    report(data, desks.encoder(model), write=write)


def report(data: Path, encoder: Encoder, *, write: bool) -> None:
    """Look at every set, fit without each, then on all."""
    sets = {folder.name: look(folder, encoder) for folder in desks.folders(data)}
    for name, seen in sets.items():
        others = fit([one for other, one in sets.items() if other != name])
        click.echo(f"{name:<22} left out {quality(seen, others):.4f}")
    weights = fit(list(sets.values()))
    for name, seen in sets.items():
        click.echo(f"{name:<22} on all   {quality(seen, weights):.4f}")
    prior = fit_prior([top_hits(seen, weights) for seen in sets.values()])
    found = {"weights": dict(zip(NAMES, np.round(weights, 2).tolist(), strict=True)), "prior": prior}
    click.echo(json.dumps(found, indent=2))
    for name, seen in sets.items():
        scores, leads, right = top_hits(seen, weights)
        chances = [calibration.chance(score, lead, prior) for score, lead in zip(scores, leads, strict=True)]
        click.echo(f"{name:<22} calibration error {evaluation.calibration_error(chances, right):.3f}")
    if write:
        TARGET.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def look(folder: Path, encoder: Encoder) -> list[Seen]:
    """Return every query of a set with the terms of its candidates."""
    data = dataset.read(folder)
    with laboratory.throwaway(data, encoder) as desk:
        queries = [query for query in data.queries if str(query["id"]) in data.judged]
        return [_seen(desk, query, data.judged) for query in (*queries, *data.unanswered)]


def _seen(desk: laboratory.Desk, query: Mapping[str, Any], judged: Mapping[str, Mapping[str, float]]) -> Seen:
    live = desk.runtime.live
    asking = Asking(live, dataset.text_of(query)[:LONGEST], Allowed(frozenset(live.scopes)), POOL)
    candidates = [candidate for candidate, _ in asking.candidates()]
    relevant = judged.get(str(query["id"]), {})
    items = [desk.names[int(candidate.item.partition(":")[2])] for candidate in candidates]
    terms = [list(fusion.terms(asking.ask, candidate).values()) for candidate in candidates]
    gains = np.array([float(relevant.get(item, 0) > 0) for item in items])
    return Seen(np.array(terms).reshape(-1, len(NAMES)), gains, relevant, items)


def fit(sets: Sequence[Sequence[Seen]]) -> Matrix:
    """Return weights that give the right candidates the largest share of a softmax over all candidates."""
    groups = [
        (one.terms, one.gains / one.gains.sum(), 1 / len(seen))
        for seen in sets
        for one in seen
        if one.gains.any()
    ]
    lengths = [len(terms) for terms, _, _ in groups]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    centred = np.concatenate([terms - terms.mean(axis=0) for terms, _, _ in groups])
    spread = centred.std(axis=0) + 1e-9
    scaled, wanted = centred / spread, np.concatenate([gains for _, gains, _ in groups])
    share = np.repeat([weight for *_, weight in groups], lengths) / len(sets)
    weights = np.zeros(len(NAMES))
    for _ in range(STEPS):
        scores = scaled @ weights
        raised = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
        chances = raised / np.repeat(np.add.reduceat(raised, starts), lengths)
        weights -= RATE * (scaled.T @ (share * (chances - wanted)) + 2 * SHRINK * weights)
    return np.asarray(weights / spread)


def quality(seen: Sequence[Seen], weights: Matrix) -> float:
    """Return the mean nDCG@10 over the judged queries."""
    values = []
    for one in seen:
        if one.relevant:
            order = np.argsort(-(one.terms @ weights), kind="stable")
            values.append(evaluation.ndcg([one.items[place] for place in order], one.relevant))
    return float(np.mean(values))


def top_hits(seen: Sequence[Seen], weights: Matrix) -> tuple[list[float], list[float], list[bool]]:
    """Return, for every query's first hit, its score, its lead over the next, and whether it is right."""
    scores, leads, right = [], [], []
    for one in seen:
        if len(one.items):
            values = one.terms @ weights
            order = np.argsort(-values, kind="stable")[: 1 + calibration.RIVALS]
            scores.append(float(values[order[0]]))
            leads.append(calibration.lead(values[order[0]], values[order[1:]].tolist()))
            right.append(bool(one.gains[order[0]] > 0))
    return scores, leads, right


def fit_prior(sets: Sequence[tuple[list[float], list[float], list[bool]]]) -> dict[str, float]:
    """Return a logistic regression of being right on score plus lead, by Newton's method.

    A set with questions that nobody can answer decides: a day at a desk has more of those than the other sets.
    """
    weight = [30 if sum(right) < len(right) / 3 else 1 for *_, right in sets]
    inputs = np.concatenate(
        [np.column_stack([np.ones(len(right)), np.add(scores, leads)]) for scores, leads, right in sets]
    )
    truths = np.concatenate([np.array(right, dtype=float) for *_, right in sets])
    share = np.concatenate(
        [np.full(len(one[2]), times / len(one[2])) for one, times in zip(sets, weight, strict=True)]
    )
    found = np.zeros(2)
    for _ in range(50):
        chances = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (share * (truths - chances))
        curve = (inputs * (share * chances * (1 - chances))[:, None]).T @ inputs + 1e-6 * np.eye(2)
        found += np.linalg.solve(curve, slope)
    constant, steepness = np.round(found, 3).tolist()
    return {"constant": constant, "score": steepness, "lead": steepness}


if __name__ == "__main__":
    main()
