"""What the words of solved incidents bring: python -m bench.phrasebook DATA [--model FOLDER].

DATA holds folders of the form that `kintsugi evaluate` takes. Of the queries of a document every second one becomes a
phrase of it; the others are asked, with these phrases and without. Documents with one query are there, not asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from assistant import dataset, throwaway
from assistant.dataset import Data, Record
from bench import desks
from index import evaluation
from index.encoder import Encoder
from index.hits import Allowed
from index.vectors import Entry
from kb.asking import Asking
from kb.phrases import MOST, PHRASE

FIRST = 10**9  # number of the first phrase, above those of all passages
DEPTH = 10
LEAST = 30  # queries that must be left to ask


class Told:
    """Phrases of these items: one item of the index for each."""

    spare = MOST

    def __init__(self, known: Iterable[str]) -> None:
        self._known = set(known)

    def of(self, items: Iterable[str]) -> dict[str, str]:
        """Return the phrase items of these items, each with its item."""
        return {f"{PHRASE}:{item}": item for item in items if item in self._known}

    def article(self, name: str) -> str:
        """Return the item of a phrase item, any other item as it is."""
        return name.removeprefix(f"{PHRASE}:")


@click.command()
@desks.DATA
@desks.MODEL
def main(data: Path, model: Path) -> None:
    """Write nDCG@10 without phrases and with them, for each set that has any, into the report."""
    sets = {folder.name: dataset.read(folder) for folder in desks.folders(data)}
    rows = [
        (name, *measure(one, desks.encoder(model)))
        for name, one in sets.items()
        if len(split(one)[1]) >= LEAST
    ]
    head = ("set", "asked", "without", "with phrases", "difference, 95 %")
    desks.publish("phrasebook", desks.table(head, rows))


def split(data: Data) -> tuple[list[tuple[str, Record]], list[Record]]:
    """Return which queries become phrases of which document, and which are asked."""
    queries: dict[str, list[Record]] = defaultdict(list)
    for query in data.queries:
        right = data.judged.get(str(query["id"]), {})
        if right:
            queries[max(right, key=lambda name: right[name])].append(query)
    several = {name: some for name, some in queries.items() if len(some) > 1}
    told = [(name, query) for name, some in several.items() for query in some[::2]]
    return told, [query for some in several.values() for query in some[1::2]]


def measure(data: Data, encoder: Encoder) -> tuple[int, str, str, str]:
    """Return how many were asked, nDCG@10 without and with phrases, and the difference with its interval."""
    told, asked = split(data)
    with throwaway.throwaway(data, encoder) as desk:
        items = {name: item for item, name in _names(desk).items()}
        plain = _gains(desk, data, asked, Told(()))
        known = [(items[name], query) for name, query in told if name in items]
        vectors = encoder.encode([dataset.text_of(query) for _, query in known])
        index: Any = desk.runtime.live.vectors
        index.put(
            [
                Entry(FIRST + number, f"{PHRASE}:{item}", PHRASE, PHRASE, vector)
                for number, ((item, _), vector) in enumerate(zip(known, vectors, strict=True))
            ]
        )
        phrased = _gains(desk, data, asked, Told(item for item, _ in known))
    low, high = evaluation.interval([after - before for after, before in zip(phrased, plain, strict=True)])
    return len(asked), _mean(plain), _mean(phrased), f"{low:+.3f} to {high:+.3f}"


def _names(desk: throwaway.Desk) -> dict[str, str]:
    """Return the documents' own ids by their names in the index."""
    live = desk.runtime.live
    kinds = {item.partition(":")[0] for item in (live.words.items() if live.words else ())}
    return {f"{kind}:{number}": name for kind in kinds for number, name in desk.names.items()}


def _gains(desk: throwaway.Desk, data: Data, asked: Sequence[Record], told: Told) -> list[float]:
    """Return nDCG@10 of each query."""
    live, names = desk.runtime.live, _names(desk)
    allowed = Allowed(frozenset({*live.scopes, PHRASE}))
    gains = []
    for query in asked:
        ranked = Asking(live.parts(), dataset.text_of(query), allowed, phrases=told).ranked()
        order = [names[one.item] for one in ranked[:DEPTH]]
        gains.append(evaluation.ndcg(order, data.judged[str(query["id"])], DEPTH))
    return gains


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / max(1, len(values)):.3f}"


if __name__ == "__main__":
    main()
