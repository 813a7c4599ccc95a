"""Fill a throw-away desk as years would: python -m bench.filling DATA FOLDER [--incidents N] [--model FOLDER].

Every table gets what a desk of that age holds, in the same way each time. Text and vectors come from `bench.texts`.
The folder can be opened with `kintsugi --data FOLDER run` afterwards.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from assistant.runtime import Runtime
from assistant.settings import Settings
from bench import desks, history, knowledge, staff
from bench.staff import Row, Size
from bench.texts import Text, Vectors, embedded, mixed, read, recombined
from index.encoder import Encoder
from kb.corpus import Passage
from kb.embeddings import Counter, Embedding
from kb.passages import Piece, cut
from kb.store import Base

BATCH = 2000
REAL = 200  # items of each kind whose vectors are the model's own; the others' are mixed from those


@click.command()
@desks.DATA
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--incidents", default=100_000, show_default=True, help="Incidents of the desk.")
@desks.MODEL
def main(data: Path, folder: Path, incidents: int, model: Path) -> None:
    """Fill a new desk in a folder."""
    make(data, folder, model, Size(incidents))


def make(data: Path, folder: Path, model: Path, size: Size, planted: Sequence[Text] = ()) -> None:
    """Fill a new desk in a folder, its index included. planted: texts of its first incidents, closed long ago."""
    folder.mkdir(parents=True)
    shutil.copytree(model, folder / "model")
    settings = Settings(data=folder, database="", production=False)
    runtime = Runtime(settings, encoder=desks.encoder(folder / "model"), writes_words=True)
    runtime.migrate()
    said = read(data, 0)[0]
    incidents = [*planted, *recombined(said, size.incidents - len(planted))]
    with runtime.writing() as db:
        texts = {"article": recombined(said, size.articles, seed=4), "incident": incidents}
        fill(db, runtime.encoder, size, texts, planted=len(planted))
        db.commit()
    with runtime.reading() as db:
        runtime.live.catch_up(db)
    runtime.live.save()
    runtime.close()


def fill(
    db: Session, encoder: Encoder, size: Size, texts: Mapping[str, Sequence[Text]], *, planted: int = 0
) -> None:
    """Write every row. texts: of each corpus. planted: so many incidents at the beginning get vectors of their own."""
    put(db, staff.rows(size))
    put(db, knowledge.rows(size, texts["article"]))
    put(db, history.rows(size, texts["incident"]))
    put(db, history.kept_searches(size, texts["incident"]))
    passages = [passage for corpus, items in texts.items() for passage in _passages(corpus, items)]
    put(db, _embeddings(passages, _own(encoder, passages, REAL + planted), encoder.recipe.fingerprint()))
    db.execute(insert(Counter).values(id=1, value=len(passages)))
    if db.get_bind().dialect.name == "postgresql":
        go_on_counting(db)


def put(db: Session, rows: Iterable[Row]) -> None:
    """Write rows in large batches, each table after those that it points to."""
    waiting: dict[Table, list[Mapping[str, Any]]] = defaultdict(list)
    held = 0
    for table, values in rows:
        waiting[table].append(values)
        held += 1
        if held >= BATCH * 10:
            _flush(db, waiting)
            held = 0
    _flush(db, waiting)


def _flush(db: Session, waiting: dict[Table, list[Mapping[str, Any]]]) -> None:
    for table in Base.metadata.sorted_tables:
        if table in waiting:
            db.execute(insert(table), waiting.pop(table))


def go_on_counting(db: Session) -> None:
    """Let PostgreSQL give new rows ids after those that were written here."""
    for table in Base.metadata.sorted_tables:
        column = table.primary_key.columns.values()[0]
        if column.name == "id" and column.autoincrement and column.type.python_type is int:
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
            db.execute(select(func.setval(sequence, func.coalesce(func.max(column), 1))))


def _passages(corpus: str, items: Sequence[Text]) -> Iterator[tuple[str, int, str, Piece]]:
    """Yield what is embedded of made-up items: corpus, item, permission class and passage."""
    for number, text in enumerate(items, 1):
        made = knowledge if corpus == "article" else history
        scope = made.scope(number)
        texts = [Passage(part, told) for part, told in made.content(text).items()]
        for piece in cut(texts):
            yield corpus, number, scope, piece


def _own(encoder: Encoder, passages: Sequence[tuple[str, int, str, Piece]], real: int) -> dict[int, Any]:
    """Return the model's own vectors of the first items of each kind, by place in the list of passages."""
    places = [place for place, (_, number, _, _) in enumerate(passages) if number <= real]
    vectors = embedded(encoder, [passages[place][3] for place in places])
    return dict(zip(places, vectors, strict=True))


def _embeddings(
    passages: Sequence[tuple[str, int, str, Piece]], own: Mapping[int, Any], recipe: str
) -> Iterator[Row]:
    real = np.stack(list(own.values()))
    vectors: Vectors = real
    for place, (corpus, number, scope, piece) in enumerate(passages):
        if place % BATCH == 0:
            vectors = mixed(real, BATCH, seed=place)
        yield (
            Embedding.__table__,
            {
                "id": place + 1,
                "corpus": corpus,
                "item_id": number,
                "part": piece.part,
                "ordinal": piece.ordinal,
                "scope": scope,
                "lead": piece.lead,
                "text": piece.text,
                "text_hash": piece.digest,
                "recipe": recipe,
                "vector": own.get(place, vectors[place % BATCH]).tobytes(),
                "stale": False,
                "deleted": False,
                "sequence": place + 1,
            },
        )


if __name__ == "__main__":
    main()
