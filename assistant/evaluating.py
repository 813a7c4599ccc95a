"""`kintsugi evaluate`: documents and questions of others, put into a throw-away desk and asked as an agent would."""

import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant import adaptation
from assistant.dataset import Data, parts, read
from assistant.telling import Tell
from assistant.throwaway import Asked, throwaway
from index import evaluation
from index.encoder import Encoder, OnnxEncoder
from index.lesson import Pair
from kb.corpus import Passage
from kb.pairs import pairs
from kb.passages import TITLE


@dataclass(frozen=True)
class Result:
    """What came out. figures: by name, times in milliseconds; runs: ranked documents with scores for each query.

    said: what was learned before, as sentences.
    """

    kind: str
    documents: int
    queries: int
    figures: Mapping[str, float]
    runs: Mapping[str, Sequence[tuple[str, float]]]
    said: tuple[str, ...]
    degraded: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the result for a terminal."""
        head = f"{self.documents:,} documents as {self.kind}, {self.queries:,} judged queries"
        figures = [f"{name:<22}{value:8.3f}" for name, value in self.figures.items()]
        return [head, *self.said, *figures, *self.degraded]


def evaluate(
    folder: Path,
    documents: Path | None = None,
    kind: str | None = None,
    run: Path | None = None,
    *,
    encoder: Encoder | None,
    adapt: str | None = None,
    tell: Tell = lambda *_: None,
) -> Result:
    """Load the documents into a throw-away desk, ask every query as an agent would, and measure the answers.

    kind: articles or incidents; guessed from the file's name when None. run: file to write the hits to. adapt: the
    model of which a copy first learns from the documents, never from the queries; it is asked only when it finds
    better. tell: called with what is being done, how far it is, and of how much. Raises DataMissing, CannotAdapt.
    """
    data = read(folder, documents, kind)
    with _adapted(data, encoder, adapt, tell) as (chosen, said), throwaway(data, chosen, tell) as desk:
        asked = [query for query in data.queries if str(query["id"]) in data.judged]
        answers = dict(desk.answers(asked, tell))
        unanswered = dict(desk.answers(data.unanswered, tell))
    runs = {query: answer.ranked for query, answer in answers.items()}
    if run is not None:
        _write(run, runs)
    return Result(
        kind=data.kind,
        documents=len(data.documents),
        queries=len(data.judged),
        figures=_figures(data, answers, unanswered),
        runs=runs,
        said=said,
        degraded=tuple(sorted({line for answer in answers.values() for line in answer.degraded})),
    )


@contextmanager
def _adapted(
    data: Data, encoder: Encoder | None, model: str | None, tell: Tell
) -> Iterator[tuple[Encoder | None, tuple[str, ...]]]:
    """Return the encoder to ask, and what a copy of the model learned from the documents before, if it was to."""
    if model is None or encoder is None:
        yield encoder, ()
        return
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        target = Path(room) / "model"
        verdict = adaptation.adapt(model, encoder, _pairs(data), target, tell=tell)
        yield (OnnxEncoder(target) if verdict.better else encoder), (verdict.line(),)


def _pairs(data: Data) -> Iterator[Pair]:
    """Return what the documents say twice, in two ways."""
    names = (TITLE, "issue" if data.kind == "articles" else "symptoms", "resolution")
    for record in data.documents:
        said = [Passage(name, text) for name, text in zip(names, parts(record), strict=True) if text]
        yield from pairs(str(record["id"]), said)


def _figures(data: Data, answers: Mapping[str, Asked], unanswered: Mapping[str, Asked]) -> dict[str, float]:
    ranked = {query: [name for name, _ in answer.ranked] for query, answer in answers.items()}
    figures = evaluation.summary(ranked, data.judged)
    times = sorted(answer.took_ms for answer in answers.values())
    if times:
        figures["latency p50 (ms)"] = statistics.median(times)
        figures["latency p95 (ms)"] = times[min(len(times) - 1, int(len(times) * 0.95))]
    if unanswered and answers:
        figures |= _confidence(data, answers, unanswered)
    return figures


def _confidence(
    data: Data, answers: Mapping[str, Asked], unanswered: Mapping[str, Asked]
) -> dict[str, float]:
    """Measure whether the promises tell questions with an answer from those without, and right hits from wrong ones."""
    asked = (*answers.values(), *unanswered.values())
    promised = [answer.probability for answer in asked]
    matched = [True] * len(answers) + [False] * len(unanswered)
    right = [
        bool(answer.ranked) and data.judged[query].get(answer.ranked[0][0], 0) > 0
        for query, answer in answers.items()
    ]
    return {
        "AUROC match": evaluation.auroc([answer.solved for answer in asked], matched),
        "calibration error": evaluation.calibration_error(promised, right + [False] * len(unanswered)),
    }


def _write(path: Path, runs: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for query, ranked in runs.items():
            for name, score in ranked:
                file.write(f"{query}\t{name}\t{score:.6f}\n")
