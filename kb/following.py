"""The rows that an index follows, in the order in which they changed, and as its halves take them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from types import ModuleType
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from index.rows import Entry
from kb.embeddings import Embedding
from kb.passages import NAMING, TITLE, number_of
from kb.phrases import PHRASE

BATCH = 1000


def changed(db: Session, after: int, columns: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Return the rows that changed after a sequence, in their order, a batch at a time."""
    basic = (
        Embedding.id,
        Embedding.corpus,
        Embedding.item_id,
        Embedding.part,
        Embedding.scope,
        Embedding.sequence,
    )
    while True:
        later = select(*basic, *columns).where(Embedding.sequence > after)
        rows = db.execute(later.order_by(Embedding.sequence).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].sequence


def entry(row: Any) -> Entry:
    """Return what the dense half holds of a row."""
    vector = np.frombuffer(row.vector, dtype=np.float32)
    kind = row.scope if row.part == PHRASE else row.corpus
    return Entry(row.id, f"{kind}:{row.item_id}", row.scope, row.part, vector)


def whole_items(db: Session, items: set[tuple[str, int]], module: ModuleType) -> Iterator[Any]:
    """Return what the word index holds of these items: everything their passages say, phrases left out.

    An item has one document there and so one permission class; phrases have their own.
    """
    for corpus in {name for name, _ in items}:
        ids = [item_id for name, item_id in items if name == corpus]
        columns = (Embedding.item_id, Embedding.scope, Embedding.part, Embedding.text)
        mine = select(*columns).where(Embedding.corpus == corpus, Embedding.item_id.in_(ids))
        mine = mine.where(Embedding.deleted.is_(False), Embedding.part != PHRASE)
        mine = mine.order_by(Embedding.item_id, Embedding.id)
        for item_id, group in groupby(db.execute(mine), key=lambda row: row.item_id):
            rows = list(group)
            title = "\n".join(row.text for row in rows if row.part == TITLE)
            text = "\n".join(row.text for row in rows if row.part not in NAMING)
            yield module.Entry(
                f"{corpus}:{item_id}", rows[0].scope, title, text, (number_of(corpus, item_id),)
            )
