"""Measure beside other searches: python -m bench.rivals DATA [--queries N] [--model FOLDER] [--helpdesk PYTHON].

Every search of `bench.searches` gets all documents of every set of DATA and is asked the same questions, one at a
time, in this process or a server beside it, one search after the other. The time includes the embedding of the question
where there is any. --helpdesk names a Python that has django-helpdesk and waitress.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import click
import numpy as np

from assistant import dataset, log, throwaway
from bench import desks, searches
from bench.searches import Ask, Search, Told
from index import evaluation
from index.encoder import Encoder

WARM = 3  # questions that are asked before any is timed


@dataclass(frozen=True)
class Measured:
    """What one search reached on one set: nDCG@10 and the milliseconds of every question."""

    gains: Sequence[float]
    times: Sequence[float]

    def quality(self) -> str:
        """Return the mean with its interval."""
        low, high = evaluation.interval(self.gains)
        return f"{fmean(self.gains):.3f} [{low:.3f} {high:.3f}]"

    def speed(self) -> str:
        """Return p50 and p95."""
        return " / ".join(f"{figure:.1f}" for figure in np.percentile(self.times, [50, 95]))


@click.command()
@desks.DATA
@click.option("--queries", default=200, show_default=True, help="Questions of each set.")
@desks.MODEL
@click.option(
    "--helpdesk", type=click.Path(exists=True, path_type=Path), help="One that has django-helpdesk."
)
def main(data: Path, queries: int, model: Path, helpdesk: Path | None) -> None:
    """Ask every search about every set and write the tables."""
    log.configure("ERROR")
    rivals = {**searches.SEARCHES, **({"django-helpdesk": searches.helpdesk(helpdesk)} if helpdesk else {})}
    encoder = desks.encoder(model)
    sets = {folder.name: measure(folder, encoder, rivals, queries) for folder in desks.folders(data)}
    desks.publish("rivals", tables(sets, list(rivals)))


def measure(
    folder: Path, encoder: Encoder, rivals: Mapping[str, Search], queries: int
) -> dict[str, Measured]:
    """Ask every search some questions of one set, the same ones every time."""
    data = dataset.read(folder)
    asked = {str(query["id"]): dataset.text_of(query) for query in desks.questions(data, queries)}
    found = {}
    with throwaway.throwaway(data, encoder) as desk:
        for name, search in rivals.items():
            with search(Told(data, desk, encoder)) as ask:
                found[name] = timed(ask, asked, data.judged)
            click.echo(f"{folder.name}, {name}: {found[name].quality()}, {found[name].speed()} ms")
    return found


def timed(ask: Ask, asked: Mapping[str, str], judged: Mapping[str, Mapping[str, float]]) -> Measured:
    """Ask one question after the other."""
    for text in list(asked.values())[:WARM]:
        ask(text)
    gains, times = [], []
    for query, text in asked.items():
        started = time.perf_counter()
        ranked = ask(text)
        times.append((time.perf_counter() - started) * 1000)
        gains.append(evaluation.ndcg(ranked, judged[query]))
    return Measured(gains, times)


def tables(sets: Mapping[str, Mapping[str, Measured]], names: Sequence[str]) -> str:
    """Return the quality and the speed of all searches, side by side, and the load of the machine."""
    quality = [
        [name, len(found[names[0]].gains), *(found[one].quality() for one in names)]
        for name, found in sets.items()
    ]
    means = [fmean(fmean(found[one].gains) for found in sets.values()) for one in names]
    quality.append(["all sets alike", "", *(f"{mean:.3f}" for mean in means)])
    speed = [[name, *(found[one].speed() for one in names)] for name, found in sets.items()]
    load = f"Load of the machine in the last quarter of an hour: {os.getloadavg()[2]:.1f}."
    head = [f"{one}, ms" for one in names]
    return "\n\n".join(
        [desks.table(["set", "questions", *names], quality), desks.table(["set", *head], speed), load]
    )


if __name__ == "__main__":
    main()
