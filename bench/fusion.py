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
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant import dataset, throwaway
from bench import desks
from index import calibration, evaluation, fusion
from index.calibration import Surroundings
from index.encoder import Encoder
from index.hits import Allowed
from kb.asking import Asking

TARGET = Path(__file__).parent.parent / "index" / "fusion.json"
NAMES = tuple(fusion.shipped()["weights"])  # of the text; these sets have nothing else
SHRINK = 1e-2
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """One query as fusion sees it. terms: one row for each candidate; gains: 1 for the right ones."""

    terms: Matrix
    gains: Matrix
    relevant: Mapping[str, float]
    items: Sequence[str]
    around: Surroundings


@click.command()
@desks.DATA
@desks.MODEL
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
    found = {"weights": dict(zip(NAMES, np.round(weights, 2).tolist(), strict=True))}
    found |= {"desk": fusion.shipped()["desk"]}
    found |= {"right": fit_right(list(sets.values()), weights)}
    found |= {"solved": fit_solved([seen for seen in sets.values() if not all(one.relevant for one in seen)])}
    click.echo(json.dumps(found, indent=2))
    for name, seen in sets.items():
        click.echo(f"{name:<22} {honesty(seen, weights, found)}")
    if write:
        TARGET.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def look(folder: Path, encoder: Encoder) -> list[Seen]:
    """Return every query of a set with the terms of its candidates."""
    data = dataset.read(folder)
    with throwaway.throwaway(data, encoder) as desk:
        queries = [query for query in data.queries if str(query["id"]) in data.judged]
        return [_seen(desk, query, data.judged) for query in (*queries, *data.unanswered)]


def _seen(desk: throwaway.Desk, query: Mapping[str, Any], judged: Mapping[str, Mapping[str, float]]) -> Seen:
    live = desk.runtime.live
    asking = Asking(live.parts(), dataset.text_of(query), Allowed(frozenset(live.scopes)))
    candidates = [candidate for candidate, _ in asking.candidates()]
    relevant = judged.get(str(query["id"]), {})
    items = [desk.names[int(candidate.item.partition(":")[2])] for candidate in candidates]
    said = [fusion.terms(asking.ask, candidate) for candidate in candidates]
    terms = [[one[name] for name in NAMES] for one in said]
    gains = np.array([float(relevant.get(item, 0) > 0) for item in items])
    around = calibration.surroundings([candidate.closest for candidate in candidates], asking.ask.length)
    return Seen(np.array(terms).reshape(-1, len(NAMES)), gains, relevant, items, around)


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
    share = np.array([weight for *_, weight in groups]) / len(sets)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        scores = scaled @ weights
        highest = np.maximum.reduceat(scores, starts)
        raised = np.exp(scores - np.repeat(highest, lengths))
        totals = np.add.reduceat(raised, starts)
        missed = highest + np.log(totals) - np.add.reduceat(scores * wanted, starts)
        slope = scaled.T @ (np.repeat(share, lengths) * (raised / np.repeat(totals, lengths) - wanted))
        return float(share @ missed + SHRINK * weights @ weights), slope + 2 * SHRINK * weights

    bounds = [(0.0, None)] * len(NAMES)  # nothing that speaks for an item may count against it
    found = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / spread)


def quality(seen: Sequence[Seen], weights: Matrix) -> float:
    """Return the mean nDCG@10 over the judged queries."""
    values = []
    for one in seen:
        if one.relevant:
            order = np.argsort(-(one.terms @ weights), kind="stable")
            values.append(evaluation.ndcg([one.items[place] for place in order], one.relevant))
    return float(np.mean(values))


def first_hit(one: Seen, weights: Matrix) -> tuple[float, bool]:
    """Return how far the first hit of a query stands out, and whether it is right."""
    values = one.terms @ weights
    order = np.argsort(-values, kind="stable")[: 1 + calibration.RIVALS]
    lead = calibration.lead(float(values[order[0]]), values[order[1:]].tolist())
    return lead, bool(one.gains[order[0]] > 0)


def fit_right(sets: Sequence[Sequence[Seen]], weights: Matrix) -> dict[str, float]:
    """Return how likely the first hit is right where there is a right one, by how far it stands out."""
    hits = [
        (first_hit(one, weights), 1 / len(seen))
        for seen in sets
        for one in seen
        if one.relevant and len(one.items)
    ]
    inputs, truths = [[lead] for (lead, _), _ in hits], [right for (_, right), _ in hits]
    return _logistic(("lead",), inputs, truths, [share for _, share in hits])


def fit_solved(sets: Sequence[Sequence[Seen]]) -> dict[str, float]:
    """Return how likely a question has an answer at all, by what is around it, on sets that have both kinds."""
    asked = [(one, 1 / len(seen)) for seen in sets for one in seen]
    inputs = [[one.around.nearest, one.around.crowd, one.around.length] for one, _ in asked]
    names = ("nearest", "crowd", "length")
    return _logistic(names, inputs, [bool(one.relevant) for one, _ in asked], [share for _, share in asked])


def _logistic(
    names: Sequence[str], inputs: Sequence[Sequence[float]], truths: Sequence[bool], share: Sequence[float]
) -> dict[str, float]:
    model = LogisticRegression(C=1e4, max_iter=5000).fit(
        inputs, truths, sample_weight=np.array(share) * len(share)
    )
    constant = {"constant": round(float(model.intercept_[0]), 3)}
    return constant | dict(zip(names, np.round(model.coef_[0], 3).tolist(), strict=True))


def honesty(seen: Sequence[Seen], weights: Matrix, prior: calibration.Prior) -> str:
    """Return what the promises of a set are worth, as a line."""
    promised, right, solved = [], [], []
    for one in seen:
        lead, is_right = first_hit(one, weights)
        solved.append(calibration.solved(one.around, prior))
        promised.append(solved[-1] * calibration.promise(lead, prior))
        right.append(is_right)
    told = f"promised {np.mean(promised):.2f} right {np.mean(right):.2f}"
    told += f" calibration error {evaluation.calibration_error(promised, right):.3f}"
    matched = [bool(one.relevant) for one in seen]
    return told if all(matched) else f"{told} AUROC match {evaluation.auroc(solved, matched):.3f}"


if __name__ == "__main__":
    main()
