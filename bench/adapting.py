"""Measure what learning the documents' language is worth: python -m bench.adapting DATA [--model FOLDER].

DATA holds folders of the form that `kintsugi evaluate` takes. A copy of the model learns from the documents of each
set, never from its questions, and is asked only where the texts that were held back are found better.
"""

from pathlib import Path
from statistics import fmean

import click

from assistant import evaluating
from assistant.dataset import read
from assistant.settings import Settings
from bench import desks
from index import evaluation
from index.encoder import Encoder

HEAD = ("set", "without", "with", "difference", "what was learned")


@click.command()
@desks.DATA
@desks.MODEL
@click.option("--only", multiple=True, help="A set; all when none is named.")
def main(data: Path, model: Path, only: tuple[str, ...]) -> None:
    """Measure every set, or those that are named, and write the table."""
    chosen = [folder for folder in desks.folders(data) if not only or folder.name in only]
    desks.publish("adapting", desks.table(HEAD, [measure(folder, desks.encoder(model)) for folder in chosen]))


def measure(folder: Path, encoder: Encoder) -> list[str]:
    """Ask one set without and with what a copy of the model learned, and return its row."""
    name = Settings.model_fields["model"].default
    before = evaluating.evaluate(folder, encoder=encoder)
    after = evaluating.evaluate(folder, encoder=encoder, adapt=name)
    old, new = (_each(folder, one) for one in (before, after))
    gains = [here - there for here, there in zip(new, old, strict=True)]
    low, high = evaluation.interval(gains)
    difference = f"{fmean(gains):+.3f} [{low:+.3f} {high:+.3f}]"
    row = [folder.name, f"{fmean(old):.3f}", f"{fmean(new):.3f}", difference, " ".join(after.said)]
    click.echo(" | ".join(row))
    return row


def _each(folder: Path, result: evaluating.Result) -> list[float]:
    """Return nDCG@10 of every question."""
    ranked = {query: [name for name, _ in found] for query, found in result.runs.items()}
    return [
        evaluation.ndcg(ranked.get(query, ()), relevant) for query, relevant in read(folder).judged.items()
    ]


if __name__ == "__main__":
    main()
