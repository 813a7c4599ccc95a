"""Measure what typos cost: python -m bench.typos DATA [--queries N] [--model FOLDER].

Every question gets three slips of the fingers, in words of more than three letters: two letters swapped, one left out,
one doubled, or a neighbouring key. The same slips every time, each in a word of its own while there are enough.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from assistant import dataset, log, throwaway
from bench import desks, quality
from index import evaluation
from index.encoder import Encoder
from index.respelling import NEIGHBOURS

SLIPS = 3
WORD = re.compile(r"([A-Za-z]{4,})")
HEAD = ("set", "questions", "Kintsugi", "with typos", "cost", "BM25 alone", "with typos", "cost")


@click.command()
@desks.DATA
@click.option("--queries", default=200, show_default=True, help="Questions of each set.")
@desks.MODEL
def main(data: Path, queries: int, model: Path) -> None:
    """Ask every set with and without typos and write the table."""
    log.configure("ERROR")
    encoder = desks.encoder(model)
    rows = [row(folder, encoder, queries) for folder in desks.folders(data)]
    desks.publish("typos", desks.table(HEAD, rows))


def row(folder: Path, encoder: Encoder, most: int) -> list[str]:
    """Return what a set reaches, with words as they are and mistyped."""
    data = dataset.read(folder)
    asked = desks.questions(data, most)
    chance = np.random.default_rng(11)
    typed = [mistyped(query, chance) for query in asked]
    with throwaway.throwaway(data, encoder) as desk:
        ours = [
            {query: [name for name, _ in answer.ranked] for query, answer in desk.answers(queries)}
            for queries in (asked, typed)
        ]
    words = [quality.by_words(replace(data, queries=queries)) for queries in (asked, typed)]
    cells = [cell for runs in (ours, words) for cell in _cells(runs, data.judged)]
    click.echo(f"{folder.name}: {cells}")
    return [folder.name, str(len(asked)), *cells]


def _cells(runs: Sequence[quality.Ranked], judged: Mapping[str, Mapping[str, float]]) -> list[str]:
    plain, slipped = (
        np.array([evaluation.ndcg(ranked, judged[query]) for query, ranked in run.items()]) for run in runs
    )
    low, high = evaluation.interval((plain - slipped).tolist())
    cost = f"{(plain - slipped).mean():+.3f} [{low:+.3f} {high:+.3f}]"
    return [f"{plain.mean():.3f}", f"{slipped.mean():.3f}", cost]


def mistyped(query: dataset.Record, chance: np.random.Generator) -> dict[str, str]:
    """Return a question with slips of the fingers."""
    pieces = WORD.split(dataset.text_of(query))  # every second one is a word
    words = len(pieces) // 2
    for place in chance.choice(words, SLIPS, replace=words < SLIPS) if words else ():
        pieces[2 * place + 1] = slip(pieces[2 * place + 1], chance)
    return {"id": str(query["id"]), "body": "".join(pieces)}


def slip(word: str, chance: np.random.Generator) -> str:
    """Return a word as a hasty hand types it."""
    at = int(chance.integers(len(word) - 1))
    before, here, after = word[:at], word[at], word[at + 1 :]
    key = str(chance.choice(sorted(NEIGHBOURS[here.lower()])))
    swapped, doubled = before + after[0] + here + after[1:], before + 2 * here + after
    return str(chance.choice([swapped, before + after, doubled, before + key + after]))


if __name__ == "__main__":
    main()
