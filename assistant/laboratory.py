"""The laboratory: documents and questions of others, put into a throw-away desk and asked through its own search."""

import gzip
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.desk import people
from assistant.desk.errors import DeskError
from assistant.desk.incident import Incident
from assistant.desk.permissions import viewer_of
from assistant.runtime import Runtime
from assistant.settings import Settings
from index import evaluation
from index.encoder import Encoder
from kb import embeddings
from kb.article import Article, Version
from kb.search import Answer, find
from kb.viewer import Viewer

KINDS = ("articles", "incidents")
FILES = {  # where documents may be, and what they become unless the caller says otherwise
    "articles": "articles",
    "incidents": "incidents",
    "corpus": "incidents",
}
TEXTS = ("body", "body_markdown", "answer", "resolution")  # the fields of a document besides its title
OTHER_TEXTS = ("text", "description", "summary")  # where none of those is there
SOLUTIONS = ("answer", "resolution")
DEPTH = 50  # hits asked for each query
BATCH = 200
TITLE_LENGTH = 300

Record = Mapping[str, Any]
Tell = Callable[[str, int, int], object]


class DataMissing(DeskError):
    """The folder does not hold what an evaluation needs."""


@dataclass(frozen=True)
class Data:
    """What is evaluated. documents, queries, unanswered: records with an id; judged: gains by query and document."""

    documents: Sequence[Record]
    queries: Sequence[Record]
    unanswered: Sequence[Record]
    judged: Mapping[str, Mapping[str, float]]
    kind: str


@dataclass(frozen=True)
class Result:
    """What came out. figures: by name, times in milliseconds; runs: ranked documents with scores for each query."""

    kind: str
    documents: int
    queries: int
    figures: Mapping[str, float]
    runs: Mapping[str, Sequence[tuple[str, float]]]
    degraded: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the result for a terminal."""
        head = f"{self.documents:,} documents as {self.kind}, {self.queries:,} judged queries"
        return [head, *(f"{name:<22}{value:8.3f}" for name, value in self.figures.items()), *self.degraded]


def evaluate(
    folder: Path,
    documents: Path | None = None,
    kind: str | None = None,
    run: Path | None = None,
    *,
    encoder: Encoder | None,
    tell: Tell = lambda *_: None,
) -> Result:
    """Load the documents into a throw-away desk, ask every query as an agent would, and measure the answers.

    kind: articles or incidents; guessed from the file's name when None. run: file to write the hits to. tell: called
    with what is being done, how far it is, and of how much. Raises DataMissing.
    """
    data = read(folder, documents, kind)
    with throwaway(data, encoder, tell) as desk:
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
        degraded=tuple(sorted({line for answer in answers.values() for line in answer.degraded})),
    )


@dataclass(frozen=True)
class Asked:
    """The answer to one query. ranked: documents by their own ids; probability: of the first hit, 0 without any."""

    ranked: Sequence[tuple[str, float]]
    probability: float
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


def read(folder: Path, documents: Path | None = None, kind: str | None = None) -> Data:
    """Read queries, judgements and documents, plain or compressed. Raises DataMissing."""
    queries = _records(folder, "queries")
    if queries is None:
        raise DataMissing(f"There is no queries.jsonl.gz in {folder}.")
    home = documents or folder
    for name, usual in FILES.items():
        found = _records(home, name)
        if found is not None:
            chosen = kind or ("articles" if any("answer" in record for record in found) else usual)
            unanswered = _records(folder, "queries_nomatch") or []
            return Data(found, queries, unanswered, _judgements(folder / "qrels.tsv"), chosen)
    raise DataMissing(f"There is none of {', '.join(f'{name}.jsonl.gz' for name in FILES)} in {home}.")


def text_of(record: Record) -> str:
    """Return a query as one text, its title first."""
    return "\n".join(part for part in (_said(record, "title"), _body(record, (*TEXTS, "query"))) if part)


def _body(record: Record, names: Sequence[str]) -> str:
    texts = [text for name in names if (text := _said(record, name))]
    return "\n\n".join(texts or [text for name in OTHER_TEXTS if (text := _said(record, name))])


def _said(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value).replace("\0", " ").strip()


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
    title, issue, resolution = _parts(record)
    article.versions = [Version(number=1, title=title, issue=issue, resolution=resolution, at=now)]
    db.add(article)
    return article


def _incident(db: Any, record: Record, now: datetime) -> Incident:
    title, symptoms, resolution = _parts(record)
    told = {"title": title, "symptoms": symptoms, "resolution": resolution, "source": "import"}
    ended = {"state": "closed", "phase": "closed", "recorded_at": now, "updated_at": now}
    incident = Incident(**told, **ended)
    db.add(incident)
    return incident


def _parts(record: Record) -> tuple[str, str, str]:
    """Return title, what it is about, and what resolves it; what a title cannot hold goes on in the text."""
    title = " ".join(_said(record, "title").split())
    said = _body(record, [name for name in TEXTS if name not in SOLUTIONS])
    solution = "\n\n".join(text for name in SOLUTIONS if (text := _said(record, name)))
    about = said if said != "" and not (solution and said == solution) else ""
    overflow = f"{title}\n" if len(title) > TITLE_LENGTH else ""
    return title[:TITLE_LENGTH], overflow + about, solution


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
    """Measure whether the first hit's probability tells questions with an answer from those without."""
    promised = [answer.probability for answer in (*answers.values(), *unanswered.values())]
    matched = [True] * len(answers) + [False] * len(unanswered)
    right = [
        bool(answer.ranked) and data.judged[query].get(answer.ranked[0][0], 0) > 0
        for query, answer in answers.items()
    ]
    return {
        "AUROC match": evaluation.auroc(promised, matched),
        "calibration error": evaluation.calibration_error(promised, right + [False] * len(unanswered)),
    }


def _records(folder: Path, name: str) -> list[Record] | None:
    for path, reader in ((folder / f"{name}.jsonl.gz", gzip.open), (folder / f"{name}.jsonl", open)):
        if path.is_file():
            with reader(path, "rt", encoding="utf-8", errors="replace") as file:
                found = [json.loads(line) for line in file if line.strip()]
            for number, record in enumerate(found, 1):
                record.setdefault("id", record.get("_id", str(number)))
            return found
    return None


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    """Read query, document and gain from lines that are separated by tabs; a header is skipped."""
    if not path.is_file():
        raise DataMissing(f"There is no {path.name} in {path.parent}.")
    judged: dict[str, dict[str, float]] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t") if "\t" in line else line.split()
        try:
            gain = float(cells[-1])
        except (ValueError, IndexError):
            continue
        judged.setdefault(cells[0], {})[cells[-2]] = gain
    return judged


def _write(path: Path, runs: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for query, ranked in runs.items():
            for name, score in ranked:
                file.write(f"{query}\t{name}\t{score:.6f}\n")
