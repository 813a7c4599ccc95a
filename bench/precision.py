"""Compare exported models: python -m bench.precision DATA MODEL MODEL... [--set NAME]...

Each model finds in the same sets, through the product and by meaning alone, and reads the same texts: questions one by
one, as searches do, and documents in batches, as the worker does.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import click
import numpy as np

from assistant import dataset
from bench import desks, quality
from index import evaluation

HEAD = ("set", "model", "meaning alone", "product")
SPEED_HEAD = ("model", "MB", "a question p50 ms", "p95 ms", "documents a second")
WAYS = ("meaning alone", "product")
MOST = 300  # texts that are read for the speed


@click.command()
@desks.DATA
@click.argument("models", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--set", "names", multiple=True, default=("stackfaq", "runbooks", "kb_csc"), help="Sets to ask."
)
def main(data: Path, models: tuple[Path, ...], names: tuple[str, ...]) -> None:
    """Measure every model and write the tables."""
    folders = [folder for folder in desks.folders(data) if folder.name in names]
    speeds = [speed(model, folders) for model in models]
    rows = [row for folder in folders for model in models for row in [found(model, folder)]]
    desks.publish("precision", f"{desks.table(HEAD, rows)}\n\n{desks.table(SPEED_HEAD, speeds)}")


def found(model: Path, folder: Path) -> list[str]:
    """Return nDCG@10 of a set, with its interval."""
    each = quality.measure(folder, desks.encoder(model)).each
    cells = []
    for way in WAYS:
        low, high = evaluation.interval(each[way])
        cells.append(f"{fmean(each[way]):.3f} [{low:.3f} {high:.3f}]")
    return [folder.name, model.name, *cells]


def speed(model: Path, folders: Sequence[Path]) -> list[str]:
    """Return how fast a model reads."""
    encoder = desks.encoder(model)
    sets = [dataset.read(folder) for folder in folders]
    asked = [dataset.text_of(query) for one in sets for query in one.queries][:MOST]
    texts = [dataset.text_of(record) for one in sets for record in one.documents][:MOST]
    times = []
    for text in asked:
        started = time.perf_counter()
        encoder.encode([text])
        times.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    encoder.encode(texts)
    rate = len(texts) / (time.perf_counter() - started)
    size = sum(path.stat().st_size for path in model.iterdir()) / 1e6
    p50, p95 = np.percentile(times, [50, 95])
    return [model.name, f"{size:.0f}", f"{p50:.1f}", f"{p95:.1f}", f"{rate:.0f}"]


if __name__ == "__main__":
    main()
