"""Reads the past of a desk from its rows, a short look at a time, so that nothing waits for it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.backtest import knowing, states
from assistant.backtest.cases import Case
from assistant.backtest.past import Past, Vector
from assistant.backtest.states import Kind
from assistant.runtime import Runtime
from assistant.telling import Tell
from index.encoder import Encoder
from kb.beside import vector_of
from kb.embeddings import Embedding

BATCH = 200  # items read together


@contextmanager
def opened(
    runtime: Runtime,
    cases: Sequence[Case],
    tell: Tell,
    *,
    encoder: Encoder | None = None,
    kinds: Sequence[Kind] = states.KINDS,
) -> Iterator[Past]:
    """Open the past of a desk for these cases; it is gone afterwards.

    encoder: another one than the desk's own. kinds: what can be found.
    """
    with TemporaryDirectory(prefix="kintsugi-past-") as room:
        moments, knows = [case.at for case in cases], knowing.as_of(runtime)
        past = Past(encoder or runtime.encoder, Path(room), moments, knows)
        try:
            for kind in kinds:
                _fill(past, runtime, kind, tell)
            past.settle()
            yield past
        finally:
            past.live.close()


def _fill(past: Past, runtime: Runtime, kind: Kind, tell: Tell) -> None:
    """Take in all states of one kind."""
    with runtime.reading() as db:
        ids = kind.all_ids(db)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        told = partial(tell, f"Reading {kind.name}s of the past", start + len(some), len(ids))
        with runtime.reading() as db:
            found, known = kind.read(db, some), _vectors(db, past.live.fingerprint, kind.corpus, some)
        past.add(found, known, told)
        told()


def _vectors(db: Session, recipe: str | None, corpus: str, ids: Collection[int]) -> dict[str, Vector]:
    """Return the vectors that the desk has of these items now."""
    mine = (Embedding.corpus == corpus, Embedding.item_id.in_(ids))
    rows = db.execute(select(Embedding.text_hash, vector_of(recipe)).where(*mine))
    return {text_hash: np.frombuffer(vector, dtype=np.float32) for text_hash, vector in rows if vector}
