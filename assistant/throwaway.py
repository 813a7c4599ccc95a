"""A desk that is gone afterwards: documents of others as its rows, asked through its own search."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.dataset import Data, Record, parts, text_of
from assistant.desk import people
from assistant.desk.incident import Incident
from assistant.desk.permissions import viewer_of
from assistant.runtime import Runtime
from assistant.settings import EMBEDDED, Settings
from assistant.telling import Tell
from index.encoder import Encoder
from kb import embeddings
from kb.article import Article, Version
from kb.search import Answer, find
from kb.viewer import Viewer

DEPTH = 50  # hits asked for each query
BATCH = 200


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
        settings = Settings(
            data=Path(room), database=database, index=EMBEDDED, production=False, secret_key=room
        )
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
