"""Measure what is promised: python -m bench.honesty DATA [--model FOLDER].

Every set of DATA with questions that nobody answered (queries_nomatch.jsonl.gz) is asked all its questions. A question
is answered when its first hit is promised at least so much; the answer is right when that hit is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from assistant import dataset, log, throwaway
from assistant.throwaway import Asked
from bench import desks
from index import calibration, evaluation
from index.encoder import Encoder

PRECISION, COVERAGE = 0.75, 0.5  # of the operating point
HEAD = ("set", "answered when", "of all", "of those with an answer", "of those without", "right at first")
OVERALL = ("set", "questions with / without", "AUROC match or no match", "calibration error")
OVERALL += (f"answered at a precision of {PRECISION}", f"precision with {COVERAGE:.0%} answered")


@dataclass(frozen=True)
class Promise:
    """One question. solved: how likely anybody solved it; promised: that its first hit helps.

    matched: it has an answer; right: that is the first hit.
    """

    solved: float
    promised: float
    matched: bool
    right: bool

    @property
    def nothing(self) -> bool:
        """Whether the desk says that nobody here has solved this before."""
        return self.solved < calibration.UNSOLVED or self.promised < calibration.FLOOR


@click.command()
@desks.DATA
@desks.MODEL
def main(data: Path, model: Path) -> None:
    """Ask every set that has both kinds of questions and write the tables."""
    log.configure("ERROR")
    report(data, desks.encoder(model))


def report(data: Path, encoder: Encoder) -> None:
    """Write the tables."""
    found = {folder.name: asked(folder, encoder) for folder in desks.folders(data)}
    both = {name: promises for name, promises in found.items() if promises}
    points = [row for name, promises in both.items() for row in operating(name, promises)]
    overall = [summary(name, promises) for name, promises in both.items()]
    desks.publish("honesty", f"{desks.table(HEAD, points)}\n\n{desks.table(OVERALL, overall)}")


def asked(folder: Path, encoder: Encoder) -> list[Promise]:
    """Ask a set all its questions; nothing where each of them has an answer."""
    data = dataset.read(folder)
    if not data.unanswered:
        return []
    judged = [query for query in data.queries if str(query["id"]) in data.judged]
    with throwaway.throwaway(data, encoder) as desk:
        return [
            promise(answer, data.judged.get(query, {}))
            for query, answer in desk.answers([*judged, *data.unanswered])
        ]


def promise(answer: Asked, relevant: Mapping[str, float]) -> Promise:
    """Return what was promised of an answer, and the truth."""
    right = bool(answer.ranked) and relevant.get(answer.ranked[0][0], 0) > 0
    return Promise(answer.solved, answer.probability, bool(relevant), right)


def operating(name: str, promises: Sequence[Promise]) -> list[list[str]]:
    """Return a row for each way in which the desk speaks of its first hit, the surest first."""
    ways = {
        f'"{words}" or more': [one for one in promises if one.promised >= least and not one.nothing]
        for least, words in calibration.BANDS
    }
    rows = []
    for way, answered in ways.items():
        shares = [
            _share(answered, promises),
            _share([one for one in answered if one.matched], [one for one in promises if one.matched]),
            _share(
                [one for one in answered if not one.matched], [one for one in promises if not one.matched]
            ),
            _share([one for one in answered if one.right], answered),
        ]
        rows.append([name, way, *(f"{share:.3f}" for share in shares)])
    return rows


def summary(name: str, promises: Sequence[Promise]) -> list[str]:
    """Return what a set's promises are worth as a whole."""
    matched, right = [one.matched for one in promises], [one.right for one in promises]
    promised = [one.promised for one in promises]
    curve = evaluation.risk_coverage(promised, right)
    answered = max((share for share, wrong in curve if wrong <= 1 - PRECISION), default=0.0)
    precision = next(1 - wrong for share, wrong in curve if share >= COVERAGE)
    figures = [
        evaluation.auroc([one.solved for one in promises], matched),
        evaluation.calibration_error(promised, right),
        answered,
        precision,
    ]
    counts = f"{sum(matched):,} / {len(matched) - sum(matched):,}"
    return [name, counts, *(f"{figure:.3f}" for figure in figures)]


def _share(part: Sequence[object], whole: Sequence[object]) -> float:
    return len(part) / len(whole) if whole else 0.0


if __name__ == "__main__":
    main()
