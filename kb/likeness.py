"""Pairs of articles that seem to say the same, found by the worker, settled by a person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kb.article import Article
from kb.authoring import Actor
from kb.beside import vector_of
from kb.embeddings import Embedding
from kb.store import Base, UtcDateTime, rows_changed

PARTS = ("title", "issue", "resolution")  # the environment says where, and many articles share it
NEAR = 0.82  # docs/curation.md says why
MOST = 5_000  # pairs that are kept, the nearest ones
BLOCK = 512  # articles compared at once with all others: 20 MB at 10,000 articles
Pairs = dict[tuple[int, int], float]


class Likeness(Base):
    """Two articles that are near each other; the lower id comes first. nearness: cosine. apart_at: they differ."""

    __tablename__ = "likeness"
    __table_args__ = (
        UniqueConstraint("article_id", "other_id"),
        Index("ix_likeness_open", "apart_at", "nearness"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    nearness: Mapped[float]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    apart_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    apart_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    article: Mapped[Article] = relationship(foreign_keys=[article_id])
    other: Mapped[Article] = relationship(foreign_keys=[other_id])


def apart(db: Session, pair: Likeness, *, actor: Actor, now: datetime) -> Likeness:
    """Keep that two articles say different things, so that nobody is asked again."""
    pair.apart_at, pair.apart_by_id = now, actor.id
    db.flush()
    return pair


def forget(db: Session, article: Article) -> int:
    """Drop the pairs of an article that has been merged or archived; return how many there were."""
    db.flush()
    of_it = or_(Likeness.article_id == article.id, Likeness.other_id == article.id)
    return rows_changed(db, delete(Likeness).where(of_it))


def near_pairs(db: Session, recipe: str) -> Pairs:
    """Compare every article in use with every other one; return the near pairs, lower id first, with their cosine.

    recipe: whose vectors are compared. Reads one article after the other and compares them in blocks.
    """
    found = list(_vectors(db, recipe))
    if len(found) < 2:
        return {}
    ids, vectors = [item for item, _ in found], np.stack([vector for _, vector in found])
    pairs: Pairs = {}
    for start in range(0, len(ids), BLOCK):
        nearness = vectors[start : start + BLOCK] @ vectors[start:].T
        for row, column in np.argwhere(np.triu(nearness > NEAR, 1)):
            pairs[ids[start + row], ids[start + column]] = float(min(nearness[row, column], 1.0))
    nearest = sorted(pairs, key=lambda pair: -pairs[pair])[:MOST]
    return {pair: pairs[pair] for pair in nearest}


def keep(db: Session, pairs: Mapping[tuple[int, int], float], *, now: datetime) -> int:
    """Bring the rows to what was found; what a person settled stays settled. Return how many pairs are new."""
    known = {(row.article_id, row.other_id): row for row in db.scalars(select(Likeness))}
    for pair, row in known.items():
        if pair in pairs:
            row.nearness = pairs[pair]
        elif row.apart_at is None:
            db.delete(row)
    new = [pair for pair in pairs if pair not in known]
    db.add_all(
        Likeness(article_id=one, other_id=other, nearness=pairs[one, other], found_at=now)
        for one, other in new
    )
    db.flush()
    return len(new)


def _vectors(db: Session, recipe: str) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield (article id, one vector of length 1) for every article that is in use, in rising order."""
    held = vector_of(recipe)
    columns = (Embedding.item_id, Embedding.part, held.label("vector"))
    rows = (
        select(*columns)
        .join(Article, Article.id == Embedding.item_id)
        .where(
            Embedding.corpus == "article",
            Embedding.part.in_(PARTS),
            held.is_not(None),
            Article.confidence != "archived",
        )
    )
    ordered = db.execute(rows.order_by(Embedding.item_id), execution_options={"yield_per": 2_000})
    for item_id, passages in groupby(ordered, key=lambda row: row.item_id):
        yield item_id, _one(passages)


def _one(passages: Iterable[Any]) -> NDArray[np.float32]:
    """Return the mean direction of an article's parts, each of which is the mean of its passages."""
    parts: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for row in passages:
        parts[row.part].append(np.frombuffer(row.vector, np.float32))
    total = np.sum([np.mean(vectors, axis=0) for vectors in parts.values()], axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)
