"""Another model beside the one that answers: its vectors wait in the same rows until it is in use, and the way back.

A passage has room for the vectors of two models. To go over is one row and no vector: it is told by which recipe the
vectors are read from then on, so that it takes a moment whatever the size, and so does going back.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from index.encoder import Encoder
from kb import embeddings, tuning
from kb.embeddings import Embedding
from kb.passages import Piece
from kb.store import Sessions
from kb.tuning import MODEL, Tuning

BATCH = 64
SHIPPED = ""  # the recipe of the model that the desk came with, whichever that is


def vector_of(recipe: str | None) -> ColumnElement[bytes | None]:
    """Return the vector that this recipe made of a passage, as an expression; NULL where it made none."""
    made = (Embedding.recipe == recipe, Embedding.vector)
    spare = (Embedding.spare_recipe == recipe, Embedding.spare_vector)
    return case(made, spare, else_=None)


def lacks(recipe: str) -> ColumnElement[bool]:
    """Return the condition that a passage was embedded, and not by this recipe."""
    settled = and_(Embedding.stale.is_(False), Embedding.deleted.is_(False))
    other = Embedding.recipe.is_distinct_from(recipe) & Embedding.spare_recipe.is_distinct_from(recipe)
    return and_(settled, other)


def in_use(db: Session) -> str:
    """Return the recipe of the model that was put in use; SHIPPED when none was, or somebody went back to it."""
    version = current(db)
    return version.learned["recipe"] if version else SHIPPED


def current(db: Session) -> Tuning | None:
    """Return the model that is in use as it was put there; None while it is the one that the desk came with."""
    return db.scalar(select(Tuning).where(Tuning.kind == MODEL, Tuning.in_use.is_(True)))


def use(
    db: Session, recipe: str, model: str, evidence: Mapping[str, Any], *, actor: Any, now: datetime
) -> Tuning:
    """Put a model in use; every copy of the index goes over to it when it catches up. model: its name."""
    before = current(db)
    known = {name: before.learned[name] for name in ("recipe", "model")} if before else {"recipe": SHIPPED}
    learned = {"recipe": recipe, "model": model, "before": known}
    version = tuning.adopt(db, MODEL, learned, evidence, actor=actor, now=now)
    embeddings.announce(db)
    return version


def lacking(db: Session, recipe: str) -> int:
    """Return how many passages have no vector of this model."""
    return db.scalar(select(func.count()).select_from(Embedding).where(lacks(recipe))) or 0


def mark_recipe(sessions: Sessions, encoder: Encoder) -> int:
    """Mark every passage stale that only another recipe embedded; return how many."""
    recipe = encoder.recipe.fingerprint()
    # Where there are millions, to look takes long, and nobody should wait for it to write.
    with sessions.reading() as db:
        count = lacking(db, recipe)
    if count:
        with sessions.writing() as db:
            db.execute(update(Embedding).where(lacks(recipe)).values(stale=True))
            db.commit()
    return count


def fill(
    sessions: Sessions, encoder: Encoder, used: str, tell: Callable[[int, int], object] = lambda *_: None
) -> int:
    """Give every passage a vector of this model, beside the one that answers; return how many lacked it.

    used: the recipe that answers, whose vectors stay. Broken off, it goes on where it was. tell: with done and of.
    """
    recipe, done, after = encoder.recipe.fingerprint(), 0, 0
    with sessions.reading() as db:
        of = lacking(db, recipe)
    while True:
        with sessions.reading() as db:
            rows = _some(db, recipe, after)
        if not rows:
            return done
        vectors = encoder.encode([Piece("", 0, row.lead, row.text).read for row in rows])
        made = [
            {"passage": row.id, "digest": row.text_hash, "made": vector.tobytes()}
            for row, vector in zip(rows, vectors, strict=True)
        ]
        with sessions.writing() as db:
            _put(db, made, recipe, used)
            db.commit()
        done, after = done + len(rows), rows[-1].id
        tell(min(done, of), of)


def _some(db: Session, recipe: str, after: int) -> Sequence[Any]:
    columns = (Embedding.id, Embedding.lead, Embedding.text, Embedding.text_hash)
    later = select(*columns).where(Embedding.id > after, lacks(recipe))
    return db.execute(later.order_by(Embedding.id).limit(BATCH)).all()


def _put(db: Session, made: Sequence[Mapping[str, Any]], recipe: str, used: str) -> None:
    """Write vectors where those of the model in use are not; a text that changed meanwhile keeps none of it."""
    same = (
        Embedding.id == bindparam("passage"),
        Embedding.text_hash == bindparam("digest"),
        Embedding.stale.is_(False),
    )
    vector: Any = bindparam("made")
    beside = update(Embedding).where(*same, Embedding.recipe == used)
    instead = update(Embedding).where(*same, Embedding.recipe != used)
    connection = db.connection()
    connection.execute(beside.values(spare_recipe=recipe, spare_vector=vector), made)
    connection.execute(instead.values(recipe=recipe, vector=vector), made)
