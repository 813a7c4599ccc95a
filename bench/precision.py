"""Compare exported models: python -m bench.precision DATA MODEL MODEL... [--set NAME]...

Each model finds in the same sets, through the product and by meaning alone, and reads the same texts: questions one by
one, as searches do, and passages in batches: by itself, and as the worker does with everything that belongs to it.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import fmean

import click
import numpy as np
from sqlalchemy import select, update

from assistant import dataset, throwaway, worker
from assistant.runtime import Runtime
from bench import desks, quality
from index import evaluation
from index.encoder import Encoder
from kb.embeddings import Embedding, waiting
from kb.passages import Piece

HEAD = ("set", "model", "meaning alone", "product")
SPEED_HEAD = ("model", "MB", "a question p50 ms", "p95 ms", "passages a second", "indexed a second", "share")
WAYS = ("meaning alone", "product")
MOST = 300  # questions that are read for the speed
PASSAGES, TIMES = 1_000, 3  # the newest are read so often, each way in turn


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
    asked = [dataset.text_of(query) for folder in folders for query in dataset.read(folder).queries][:MOST]
    for text in asked:  # lengths that were not met before take longer
        encoder.encode([text])
    p50, p95 = np.percentile([desks.timed(partial(encoder.encode, [text])) for text in asked], [50, 95])
    with throwaway.throwaway(dataset.read(folders[0]), encoder) as desk:
        rates = [indexing(desk.runtime, encoder) for _ in range(TIMES)]
    alone, indexed = np.median(rates, axis=0)
    size = sum(path.stat().st_size for path in model.iterdir()) / 1e6
    figures = (
        f"{size:.0f}",
        f"{p50:.1f}",
        f"{p95:.1f}",
        f"{alone:.0f}",
        f"{indexed:.0f}",
        f"{indexed / alone:.2f}",
    )
    return [model.name, *figures]


def indexing(runtime: Runtime, encoder: Encoder) -> tuple[float, float]:
    """Return how many passages of a desk are read in a second, by the encoder alone and by the worker."""
    newest = (
        select(Embedding.id, Embedding.lead, Embedding.text).order_by(Embedding.id.desc()).limit(PASSAGES)
    )
    with runtime.writing() as db:
        rows = db.execute(newest).all()
        db.execute(update(Embedding).where(Embedding.id >= rows[-1].id).values(stale=True))
        db.commit()
    texts = [Piece("", 0, row.lead, row.text).read for row in rows]
    batches = [texts[start : start + worker.AT_ONCE] for start in range(0, len(texts), worker.AT_ONCE)]
    alone = desks.timed(lambda: [encoder.encode(batch) for batch in batches])
    indexed = desks.timed(lambda: _indexed(runtime))
    return len(texts) * 1000 / alone, len(texts) * 1000 / indexed


def _indexed(runtime: Runtime) -> None:
    left = True
    while left:
        worker.embed(runtime, runtime.now())
        with runtime.reading() as db:
            left = bool(waiting(db))


if __name__ == "__main__":
    main()
