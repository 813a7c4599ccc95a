"""Measure what a desk gains by learning from its choices: python -m bench.adapter DATA [--model FOLDER].

DATA holds folders of the form that `kintsugi evaluate` takes. Of each set one half of the judged queries teaches the
map of the question's vector, the other half is asked through the product's own search, with and without it; then the
other way round. A map is used only where it finds better within the half that taught it, as on a desk.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from assistant import dataset, throwaway
from assistant.dataset import Data
from assistant.throwaway import Desk
from bench import desks
from index import adapter, evaluation
from index.adapter import Lesson
from index.encoder import Encoder
from kb import tuning
from kb.tuning import ADAPTER

HEAD = (
    "set",
    "queries",
    "product",
    "with what half of them taught",
    "gain [95 % interval]",
    "maps used",
    "s a map",
)
HALVES = 2


@click.command()
@desks.DATA
@desks.MODEL
def main(data: Path, model: Path) -> None:
    """Measure every set and write the table."""
    report(data, desks.encoder(model))


def report(data: Path, encoder: Encoder) -> None:
    """Measure every set in the data folder and write the table."""
    rows = []
    for folder in desks.folders(data):
        rows.append(measure(folder, encoder))
        click.echo(" ".join(map(str, rows[-1])))
    desks.publish("adapter", desks.table(HEAD, rows))


def measure(folder: Path, encoder: Encoder) -> list[object]:
    """Return the row of one set."""
    data = dataset.read(folder)
    queries = [query for query in data.queries if str(query["id"]) in data.judged]
    with throwaway.throwaway(data, encoder) as desk:
        lesson = lesson_of(desk, data, queries, encoder)
        before, after, used, took = asked(desk, data, queries), np.zeros(len(queries)), 0, 0.0
        for held in np.array_split(np.random.default_rng(0).permutation(len(queries)), HALVES):
            began = time.perf_counter()
            taught = np.setdiff1d(np.arange(len(queries)), held)
            found = adapter.learned(lesson.of(taught[lesson.right[taught].any(axis=1)]))
            took += time.perf_counter() - began
            use(desk, encoder, found)
            used += found is not None
            after[held] = asked(desk, data, [queries[place] for place in held])
    low, high = evaluation.interval(after - before)
    gain = f"{fmean(after - before):+.3f} [{low:+.3f} {high:+.3f}]"
    figures = (f"{fmean(before):.3f}", f"{fmean(after):.3f}")
    return [folder.name, len(queries), *figures, gain, f"{used} of {HALVES}", round(took / HALVES)]


def lesson_of(desk: Desk, data: Data, queries: Sequence[Mapping[str, Any]], encoder: Encoder) -> Lesson:
    """Return everything that the queries of a set could teach."""
    kind, vectors = "article" if data.kind == "articles" else "incident", desk.runtime.live.vectors
    held = vectors.held([f"{kind}:{number}" for number in desk.names]) if vectors else None
    if held is None:
        raise click.UsageError("Without a model nothing can be learned.")
    order = np.argsort(held.items, kind="stable")
    items, starts = np.unique(held.items[order], return_index=True)
    names = [desk.names[int(item.decode().partition(":")[2])] for item in items]
    right = np.array(
        [[data.judged[str(query["id"])].get(name, 0) > 0 for name in names] for query in queries]
    )
    questions = encoder.encode([dataset.text_of(query) for query in queries])
    return Lesson(questions, held.vectors[order].astype(np.float32), starts, right)


def asked(desk: Desk, data: Data, queries: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Return nDCG@10 of each query by the product's own search."""
    ranked = {name: [one for one, _ in answer.ranked] for name, answer in desk.answers(queries)}
    each = [evaluation.ndcg(ranked[str(query["id"])], data.judged[str(query["id"])]) for query in queries]
    return np.array(each)


def use(desk: Desk, encoder: Encoder, found: adapter.Adapter | None) -> None:
    """Let the desk ask with this map from now on, or with none."""
    runtime = desk.runtime
    with runtime.writing() as db:
        about: dict[str, Any] = {"actor": None, "now": runtime.now()}
        tuning.withdraw(db, ADAPTER, **about)
        if found is not None:
            learned = {"recipe": encoder.recipe.fingerprint(), "rank": adapter.RANK}
            tuning.adopt(db, ADAPTER, learned, {}, numbers=tuning.written(found), **about)
        db.commit()


if __name__ == "__main__":
    main()
