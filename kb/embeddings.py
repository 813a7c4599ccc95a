"""What the index must hold: one row for each passage, kept true in the transaction that changes its item.

The rows are the truth; FAISS and Tantivy are copies that follow them by sequence.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from sqlalchemy import (
    DDL,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from index.encoder import Encoder
from kb.corpus import Corpus, Item
from kb.passages import cut
from kb.store import Base, Sessions

COUNTER = "embedding"
BATCH = 200  # items derived in one transaction of a rebuild
ROWS = 256  # passages embedded at a time
TOUCHED = "touched items"

Corpora = Mapping[str, Corpus]
Key = tuple[int, str, int]  # item, part, ordinal


class Counter(Base):
    """A number that only rises. Its row is held until the commit, so that its order is the order of the commits."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


event.listen(
    Counter.__table__, "after_create", DDL(f"INSERT INTO counter (name, value) VALUES ('{COUNTER}', 0)")
)


class Embedding(Base):
    """One passage of an item. vector: float32 bytes made by recipe, None while stale. deleted: leaves the copies."""

    __tablename__ = "embedding"
    __table_args__ = (
        UniqueConstraint("corpus", "item_id", "part", "ordinal"),
        Index("ix_embedding_stale", "stale", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    corpus: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[int]
    part: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    scope: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    recipe: Mapped[str | None] = mapped_column(String(64))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    stale: Mapped[bool]
    deleted: Mapped[bool]
    sequence: Mapped[int] = mapped_column(unique=True)

    @property
    def item(self) -> str:
        """The item's name in the index, such as article:7."""
        return f"{self.corpus}:{self.item_id}"


def listen(sessions: sessionmaker[Session], corpora: Corpora) -> None:
    """Keep the rows true: what a flush of these sessions touches is derived again before the commit."""

    def touched(db: Session, context: object) -> None:
        found = db.info.setdefault(TOUCHED, defaultdict(set))
        for row in (*db.new, *db.dirty, *db.deleted):
            for corpus in corpora.values():
                if (item_id := corpus.owner(row)) is not None:
                    found[corpus.name].add(item_id)

    def settle(db: Session) -> None:
        db.flush()
        for name, ids in db.info.pop(TOUCHED, {}).items():
            sync(db, corpora[name], ids)

    event.listen(sessions, "after_flush", touched)
    event.listen(sessions, "before_commit", settle)
    event.listen(sessions, "after_rollback", lambda db: db.info.pop(TOUCHED, None))


def sync(db: Session, corpus: Corpus, ids: Iterable[int]) -> int:
    """Make the rows of these items what their texts and permissions say now; return how many rows changed."""
    ids = sorted(ids)
    items = corpus.items(db, ids)
    stored = select(Embedding).where(Embedding.corpus == corpus.name, Embedding.item_id.in_(ids))
    known: dict[Key, Embedding] = {(row.item_id, row.part, row.ordinal): row for row in db.scalars(stored)}
    wanted = {key: (items[key[0]].scope, text) for key, text in _wanted(items)}
    changes = [change for key, row in known.items() if (change := _change(row, wanted.get(key)))]
    fresh = [_new(corpus.name, key, *wanted[key]) for key in wanted if key not in known]
    if not changes and not fresh:
        return 0
    first = take_sequences(db, len(changes) + len(fresh))
    numbered = [row | {"sequence": first + place} for place, row in enumerate([*changes, *fresh])]
    if changes:
        db.execute(update(Embedding), numbered[: len(changes)])
    if fresh:
        db.execute(insert(Embedding), numbered[len(changes) :])
    return len(numbered)


def refresh(sessions: Sessions, encoder: Encoder, limit: int = ROWS) -> int:
    """Embed the oldest stale rows and return how many there were.

    Encoding happens between two transactions; a text that changed meanwhile stays stale.
    """
    with sessions.reading() as db:
        stale = select(Embedding.id, Embedding.text, Embedding.text_hash).where(Embedding.stale)
        rows = db.execute(stale.order_by(Embedding.id).limit(limit)).all()
    if not rows:
        return 0
    vectors = encoder.encode([row.text for row in rows])
    recipe = encoder.recipe.fingerprint()
    with sessions.writing() as db:
        first = take_sequences(db, len(rows))
        values = [
            {"of": row.id, "was": row.text_hash, "made": vectors[place].tobytes(), "next": first + place}
            for place, row in enumerate(rows)
        ]
        table = Embedding.__table__
        same = update(table).where(
            table.c.id == bindparam("of"), table.c.text_hash == bindparam("was"), table.c.stale
        )
        fresh = same.values(vector=bindparam("made"), sequence=bindparam("next"), recipe=recipe, stale=False)
        db.connection().execute(fresh, values)
        db.commit()
    return len(rows)


def mark_recipe(sessions: Sessions, encoder: Encoder) -> int:
    """Mark as stale what another recipe embedded, and return how much that is."""
    other = (Embedding.recipe != encoder.recipe.fingerprint(), ~Embedding.stale, ~Embedding.deleted)
    with sessions.reading() as db:
        if db.scalar(select(Embedding.id).where(*other).limit(1)) is None:
            return 0
    with sessions.writing() as db:
        marked = db.execute(update(Embedding).where(*other).values(stale=True))
        db.commit()
        return int(marked.rowcount)


def rebuild(
    sessions: Sessions, corpora: Corpora, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Derive every item's rows again; what has not changed keeps its vector. Returns how many rows changed."""
    changed = done = 0
    for corpus in corpora.values():
        for ids in _all_ids(sessions, corpus):
            with sessions.writing() as db:
                changed += sync(db, corpus, ids)
                db.commit()
            done += len(ids)
            progress(done)
    return changed


def drifted(db: Session, corpora: Corpora) -> Iterator[str]:
    """Yield, as sentences, the items whose rows are not what their texts and permissions say."""
    for corpus in corpora.values():
        after = 0
        while ids := corpus.all_ids(db, after, BATCH):
            after = ids[-1]
            wanted = {
                (*key, _hash(text)): item.scope
                for item_id, item in corpus.items(db, ids).items()
                for key, text in _wanted({item_id: item})
            }
            living = (Embedding.corpus == corpus.name, Embedding.item_id.in_(ids), ~Embedding.deleted)
            rows = db.execute(
                select(
                    Embedding.item_id, Embedding.part, Embedding.ordinal, Embedding.text_hash, Embedding.scope
                ).where(*living)
            )
            held = {tuple(row[:4]): row[4] for row in rows}
            differing = {key[0] for key, _ in wanted.items() ^ held.items()}
            yield from (
                f"The passages of {corpus.name} {item_id} are not what it says now."
                for item_id in sorted(differing)
            )


def take_sequences(db: Session, count: int) -> int:
    """Reserve so many numbers in a row and return the first; others wait until this transaction ends."""
    raised = (
        update(Counter)
        .where(Counter.name == COUNTER)
        .values(value=Counter.value + count)
        .returning(Counter.value)
    )
    last = db.scalars(raised, execution_options={"synchronize_session": False}).one()
    return last - count + 1


def last_sequence(db: Session) -> int:
    """Return the number of the newest change."""
    return db.scalar(select(Counter.value).where(Counter.name == COUNTER)) or 0


def as_vector(stored: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return stored bytes as a vector, float32, shape (dimension,)."""
    return np.frombuffer(stored, dtype=np.float32)


def _all_ids(sessions: Sessions, corpus: Corpus) -> Iterator[list[int]]:
    """Yield the ids of all items and of all rows, which may be of items that are gone."""
    after = 0
    while True:
        with sessions.reading() as db:
            items = list(corpus.all_ids(db, after, BATCH))
            end = items[-1] if len(items) == BATCH else None
            rows = select(Embedding.item_id).where(Embedding.corpus == corpus.name, Embedding.item_id > after)
            rows = rows.where(Embedding.item_id <= end) if end is not None else rows
            ids = sorted({*items, *db.scalars(rows.distinct())})
        if ids:
            yield ids
        if end is None:
            return
        after = end


def _wanted(items: Mapping[int, Item]) -> Iterator[tuple[Key, str]]:
    for item_id, item in items.items():
        for passage in item.passages:
            for ordinal, text in enumerate(cut(passage.text)):
                yield (item_id, passage.part, ordinal), text


def _change(row: Embedding, wanted: tuple[str, str] | None) -> dict[str, Any] | None:
    if wanted is None:
        gone = {
            "id": row.id,
            "deleted": True,
            "stale": False,
            "text": "",
            "text_hash": "",
            "vector": None,
            "recipe": None,
        }
        return None if row.deleted else gone | {"scope": row.scope}
    scope, text = wanted
    if row.text_hash != _hash(text):
        new = {"text": text, "text_hash": _hash(text), "vector": None, "recipe": None, "stale": True}
        return {"id": row.id, "deleted": False, "scope": scope} | new
    return {"id": row.id, "scope": scope} if row.scope != scope else None


def _new(corpus: str, key: Key, scope: str, text: str) -> dict[str, Any]:
    item_id, part, ordinal = key
    place = {"corpus": corpus, "item_id": item_id, "part": part, "ordinal": ordinal, "scope": scope}
    return place | {"text": text, "text_hash": _hash(text), "stale": True, "deleted": False}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
