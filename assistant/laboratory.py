"""The laboratory: documents and questions of others, put into a throw-away desk and asked through its own search."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant import adaptation
from assistant.dataset import Data, Record, parts, read, text_of
from assistant.desk import people
from assistant.desk.incident import Incident
from assistant.desk.permissions import viewer_of
from assistant.runtime import Runtime
from assistant.settings import Settings
from index import evaluation
from index.encoder import Encoder, OnnxEncoder
from kb import embeddings
from kb.article import Article, Version
from kb.corpus import Passage
from kb.pairs import Pair, pairs
from kb.passages import TITLE
from kb.search import Answer, find
from kb.viewer import Viewer

DEPTH = 50  # hits asked for each query
BATCH = 200

Tell = Callable[[str, int, int], object]


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


@dataclass(frozen=True)
class Asked:
    """The answer to one query. ranked: documents by their own ids; probability: of the first hit, 0 without any.

    solved: how likely anybody solved it before.
    """

    ranked: Sequence[tuple[str, float]]
    probability: float
    solved: float
    took_ms: float
    degraded: tuple[str, ...]


@dataclass(frozen=True)
class Desk:
    """A desk that holds the documents, and the names they came with."""

    runtime: Runtime
    viewer: Viewer
    names: Mapping[int, str]

    def answers(self, queries: Sequence[Record], tell: Tell = lambda *_: None) -> Iterator[tuple[str, Asked]]:
        """Ask each query and return its answer under the query's id."""
        with self.runtime.reading() as db:
            for done, query in enumerate(queries, 1):
                answer = find(db, self.runtime.live, text_of(query), self.viewer, k=DEPTH)
                yield str(query["id"]), self._named(answer)
                tell("Asking", done, len(queries))

    def _named(self, answer: Answer) -> Asked:
        return Asked(
            ranked=[(self.names[hit.item_id], hit.score) for hit in answer.hits],
            probability=answer.hits[0].probability if answer.hits else 0.0,
            solved=answer.solved,
            took_ms=answer.took_ms,
            degraded=answer.degraded,
        )


@contextmanager
def throwaway(data: Data, encoder: Encoder | None, tell: Tell = lambda *_: None) -> Iterator[Desk]:
    """Open a desk of its own with these documents in it; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        database = f"sqlite:///{room}/desk.db"  # named here, so that no setting can lead to a real desk
        settings = Settings(data=Path(room), database=database, production=False, secret_key=room)
        runtime = Runtime(settings, encoder=encoder, writes_words=True)
        try:
            runtime.migrate()
            names = _load(runtime, data, tell)
            _embed(runtime, tell)
            with runtime.writing() as db:
                agent = people.add(db, "Ben", "ben@example.org", role="agent", now=runtime.now())
                db.commit()
                viewer = viewer_of(db, agent)
            with runtime.reading() as db:
                runtime.live.catch_up(db)
            yield Desk(runtime, viewer, names)
        finally:
            runtime.close()


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


def _load(runtime: Runtime, data: Data, tell: Tell) -> dict[int, str]:
    """Write the documents as rows; return their names by id."""
    now = datetime.now(UTC)
    make = _article if data.kind == "articles" else _incident
    names: dict[int, str] = {}
    for start in range(0, len(data.documents), BATCH):
        with runtime.writing() as db:
            rows = [(make(db, record, now), record) for record in data.documents[start : start + BATCH]]
            db.flush()
            names |= {row.id: str(record["id"]) for row, record in rows}
            db.commit()
        tell("Loading", len(names), len(data.documents))
    return names


def _article(db: Any, record: Record, now: datetime) -> Article:
    """Add a document as a validated article; rows, not the verb, because a document may lack what an article needs."""
    article = Article(confidence="validated", created_at=now, updated_at=now)
    title, issue, resolution = parts(record)
    article.versions = [Version(number=1, title=title, issue=issue, resolution=resolution, at=now)]
    db.add(article)
    return article


def _incident(db: Any, record: Record, now: datetime) -> Incident:
    title, symptoms, resolution = parts(record)
    told = {"title": title, "symptoms": symptoms, "resolution": resolution, "source": "import"}
    ended = {"state": "closed", "phase": "closed", "recorded_at": now, "updated_at": now}
    incident = Incident(**told, **ended)
    db.add(incident)
    return incident


def _embed(runtime: Runtime, tell: Tell) -> None:
    if runtime.encoder is None:
        return
    with runtime.reading() as db:
        waiting = embeddings.waiting(db)
    done = 0
    while read_now := embeddings.refresh(runtime.sessions, runtime.encoder, limit=512):
        done += read_now
        tell("Reading for meaning", done, waiting)


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
