"""Measure the quality of finding: python -m bench.quality DATA [--model FOLDER].

DATA holds folders of the form that `kintsugi evaluate` takes. The product is asked through its own search; beside it
stand BM25 alone (bm25s, stemming, stop words) and meaning alone (the best window of 200 words), on the same text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import bm25s
import click
import numpy as np
import Stemmer

from assistant import dataset, evaluating
from bench import desks
from index import evaluation
from index.encoder import Encoder

WINDOW = 200
HEAD = (
    "set",
    "documents / queries",
    "BM25 alone",
    "meaning alone",
    "product",
    "R@1",
    "R@5",
    "R@10",
    "MRR@10",
    "MAP",
)
CONFIDENCE_HEAD = ("set", "AUROC match or no match", "calibration error")
Ranked = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Measured:
    """One set: what the product reached, and nDCG@10 of each way for every query."""

    name: str
    result: evaluating.Result
    each: Mapping[str, Sequence[float]]


@click.command()
@desks.DATA
@desks.MODEL
def main(data: Path, model: Path) -> None:
    """Measure every set and write the table."""
    report(data, desks.encoder(model))


def report(data: Path, encoder: Encoder) -> None:
    """Measure every set in the data folder and write the tables."""
    measured = [measure(folder, encoder) for folder in desks.folders(data)]
    rows = [_row(one) for one in measured]
    confident = [one for one in measured if "AUROC match" in one.result.figures]
    confidence = [
        [one.name, *(f"{one.result.figures[name]:.3f}" for name in ("AUROC match", "calibration error"))]
        for one in confident
    ]
    tables = [desks.table(HEAD, rows)] + ([desks.table(CONFIDENCE_HEAD, confidence)] if confident else [])
    desks.publish("quality", "\n\n".join(tables))


def measure(folder: Path, encoder: Encoder) -> Measured:
    """Ask one set in all three ways."""
    data = dataset.read(folder)
    result = evaluating.evaluate(folder, encoder=encoder)
    product = {query: [name for name, _ in ranked] for query, ranked in result.runs.items()}
    runs = {"BM25 alone": by_words(data), "meaning alone": by_meaning(data, encoder), "product": product}
    each = {
        way: [evaluation.ndcg(ranked.get(query, ()), relevant) for query, relevant in data.judged.items()]
        for way, ranked in runs.items()
    }
    click.echo(f"{folder.name}: " + ", ".join(f"{way} {fmean(values):.4f}" for way, values in each.items()))
    return Measured(folder.name, result, each)


def by_words(data: dataset.Data) -> Ranked:
    """Rank by BM25 alone, all fields of a document in one text."""
    stemmer, quiet = Stemmer.Stemmer("english"), {"show_progress": False}
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    texts = [dataset.text_of(record) for record in data.documents]
    index.index(bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, **quiet), **quiet)
    asked = [dataset.text_of(query) for query in data.queries]
    words = bm25s.tokenize(asked, stopwords="en", stemmer=stemmer, return_ids=False, **quiet)
    found, scores = index.retrieve(words, k=min(50, len(texts)), **quiet)
    return {
        str(query["id"]): [
            str(data.documents[at]["id"]) for at, score in zip(row, value, strict=True) if score > 0
        ]
        for query, row, value in zip(data.queries, found, scores, strict=True)
    }


def by_meaning(data: dataset.Data, encoder: Encoder) -> Ranked:
    """Rank by the cosine of the best window of 200 words alone."""
    windows = [(place, text) for place, record in enumerate(data.documents) for text in _windows(record)]
    owners = np.array([place for place, _ in windows])
    vectors = encoder.encode([text for _, text in windows])
    ranked = {}
    for query in data.queries:
        best = np.full(len(data.documents), -1.0)
        np.maximum.at(best, owners, vectors @ encoder.encode([dataset.text_of(query)])[0])
        ranked[str(query["id"])] = [
            str(data.documents[at]["id"]) for at in np.argsort(-best, kind="stable")[:50]
        ]
    return ranked


def _windows(record: dataset.Record) -> list[str]:
    words = dataset.text_of(record).split()
    return [" ".join(words[start : start + WINDOW]) for start in range(0, max(1, len(words)), WINDOW)]


def _row(one: Measured) -> list[str]:
    ways = []
    for values in one.each.values():
        low, high = evaluation.interval(values)
        ways.append(f"{fmean(values):.3f} [{low:.3f} {high:.3f}]")
    figures = [
        f"{one.result.figures[name]:.3f}" for name in ("Recall@1", "Recall@5", "Recall@10", "MRR@10", "MAP")
    ]
    return [one.name, f"{one.result.documents:,} / {one.result.queries:,}", *ways, *figures]


if __name__ == "__main__":
    main()
