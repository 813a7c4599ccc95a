"""Measure how long an answer takes: python -m bench.latency DATA [--model FOLDER] [--items N]... [--real N].

Items are recombined from real sentences of DATA. The first ones are embedded for real; the vectors of the others are
mixed from those, because embedding 100,000 texts takes an hour. Everything else is the product: rows, index, search.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from assistant.desk import suggestions
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from assistant.settings import Settings
from bench import desks
from bench.texts import Text, Vectors, embedded, mixed, read, recombined
from index.encoder import Encoder
from kb.corpus import Passage
from kb.embeddings import Counter, Embedding
from kb.passages import cut
from kb.search import find
from kb.viewer import Viewer

AGENT = Viewer(1, "agent")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 2000
HEAD = ("items", "passages", "what", "p50", "p95", "without embedding p50", "without embedding p95")


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path), default=Path("data/model"), help="The exported model."
)
@click.option("--items", multiple=True, type=int, default=(10_000, 100_000), help="Sizes of the desk.")
@click.option("--real", type=int, default=10_000, help="Items whose vectors are the model's own.")
@click.option("--queries", type=int, default=200, help="Questions to ask.")
def main(data: Path, model: Path, items: tuple[int, ...], real: int, queries: int) -> None:
    """Measure every size and write the table."""
    encoder = desks.encoder(model)
    sentences, asked = read(data, queries)
    rows = []
    for size in items:
        texts = recombined(sentences, size)
        vectors = vectors_of(encoder, texts, real)
        with desk(encoder, texts, vectors) as runtime:
            rows += measure(runtime, asked, size, len(vectors))
    desks.publish("latency", desks.table(HEAD, rows))


def vectors_of(encoder: Encoder, texts: Sequence[Text], real: int) -> Vectors:
    """Return a vector for every passage: the model's own for the first items, mixtures of those for the rest."""
    own = embedded(encoder, [piece for text in texts[:real] for piece in _pieces(text)])
    return np.concatenate([own, mixed(own, max(0, 2 * len(texts) - len(own)))])


@contextmanager
def desk(encoder: Encoder, texts: Sequence[Text], vectors: Vectors) -> Iterator[Runtime]:
    """Open a throw-away desk with these items in its rows and its index."""
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        settings = Settings(
            data=Path(room), database=f"sqlite:///{room}/desk.db", production=False, secret_key=room
        )
        runtime = Runtime(settings, encoder=encoder, writes_words=True)
        try:
            runtime.migrate()
            with runtime.writing() as db:
                _fill(db, texts, vectors, encoder.recipe.fingerprint())
                db.commit()
            with runtime.reading() as db:
                runtime.live.catch_up(db)
            yield runtime
        finally:
            runtime.close()


def _fill(db: Session, texts: Sequence[Text], vectors: Vectors, recipe: str) -> None:
    passage = 0
    for start in range(0, len(texts), BATCH):
        incidents: list[dict[str, Any]] = []
        passages: list[dict[str, Any]] = []
        for number, text in enumerate(texts[start : start + BATCH], start + 1):
            incidents.append(_incident(number, text))
            for piece in _pieces(text):
                values = {"part": piece.part, "ordinal": 0, "lead": piece.lead, "text": piece.text}
                values |= {"text_hash": piece.digest, "vector": vectors[passage].tobytes(), "recipe": recipe}
                passage += 1
                where = {"corpus": "incident", "item_id": number, "scope": "incident", "sequence": passage}
                passages.append({**values, **where, "stale": False, "deleted": False})
        db.execute(insert(Incident), incidents)
        db.execute(insert(Embedding), passages)
    db.execute(insert(Counter).values(id=1, value=passage))


def _incident(number: int, text: Text) -> dict[str, Any]:
    said = {"title": text.title, "symptoms": text.said, "resolution": "Restarted the service."}
    return {"id": number, **said, "state": "closed", "phase": "closed", "recorded_at": NOW, "updated_at": NOW}


def _pieces(text: Text) -> list[Any]:
    """Return two passages of an item, its title and its symptoms."""
    return cut([Passage("title", text.title), Passage("symptoms", text.said)])[:2]


def measure(runtime: Runtime, asked: Sequence[str], size: int, passages: int) -> list[list[object]]:
    """Time search and suggestions; return a row for each."""
    live = runtime.live
    embedding = (
        np.array(_times(runtime.encoder.encode, [[text] for text in asked])) if runtime.encoder else 0.0
    )
    with runtime.reading() as db:
        ways = {
            "search": lambda text: find(db, live, text, AGENT),
            "suggestions": lambda text: suggestions.suggest_for(db, live, text, AGENT),
        }
        rows = []
        for name, ask in ways.items():
            ask(asked[0])
            times = np.array(_times(ask, asked))
            figures = [
                *np.percentile(times, [50, 95]),
                *np.percentile(np.maximum(times - embedding, 0), [50, 95]),
            ]
            rows.append([f"{size:,}", f"{passages:,}", name, *(f"{figure:.1f}" for figure in figures)])
    return rows


def _times(act: Callable[[Any], object], arguments: Sequence[Any]) -> list[float]:
    """Return how long each call takes, in milliseconds."""
    times = []
    for argument in arguments:
        started = time.perf_counter()
        act(argument)
        times.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    main()
