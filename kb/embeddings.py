"""What the index must hold, as rows: one for each passage, stale or fresh, numbered in the order of the commits.

The rows change in the transaction that changed the text, so the index cannot drift from the database.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from index.encoder import Encoder
from kb.corpus import Corpus, Item
from kb.passages import Piece, cut
from kb.phrases import PHRASE
from kb.store import Base, Sessions, rows_changed

if TYPE_CHECKING:
    from kb.live import Live

TOUCHED = "touched items"
Corpora = Mapping[str, Corpus]
Change = dict[str, Any]  # column values of one row; those with an id are there already
REBUILD_BATCH = 200
MARKS_KEPT = 10_000
PHRASES = text("part = 'phrase'")


class Embedding(Base):
    """One passage of one item. vector: float32 as bytes, None until it was made; sequence: when it last changed.

    ordinal: which of its kind the item has; of a phrase the id of the incident that was told so.
    spare_vector: the same by another model, beside the one that answers; see kb/beside.py.
    """

    __tablename__ = "embedding"
    __table_args__ = (
        UniqueConstraint("corpus", "item_id", "part", "ordinal"),
        Index("ix_embedding_stale", "stale", "id"),
        Index("ix_embedding_phrase", "ordinal", sqlite_where=PHRASES, postgresql_where=PHRASES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    corpus: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[int]
    part: Mapped[str] = mapped_column(String(40))
    ordinal: Mapped[int]
    scope: Mapped[str] = mapped_column(String(60))
    lead: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    recipe: Mapped[str | None] = mapped_column(String(64))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    stale: Mapped[bool] = mapped_column(default=True)
    deleted: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(unique=True)
    spare_recipe: Mapped[str | None] = mapped_column(String(64))
    spare_vector: Mapped[bytes | None] = mapped_column(LargeBinary)


class Counter(Base):
    """The last sequence given out. Its one row is locked until the commit, so sequences rise as commits do."""

    __tablename__ = "embedding_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    mark: Mapped[str] = mapped_column(String(32), default="")  # of the change that has this sequence


class Mark(Base):
    """A place in this database's past: a sequence, and random bits that no other past has there.

    A copy of the index that stands at a place which the database does not know comes from another past: the
    database was restored, and has since gone another way.
    """

    __tablename__ = "embedding_mark"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(32))


class Place(NamedTuple):
    """How far a copy has come: the sequence, and the mark that the database gave it."""

    sequence: int = 0
    mark: str = ""


def place_of(db: Session) -> Place:
    """Return the place of the newest change."""
    row = db.execute(select(Counter.value, Counter.mark).where(Counter.id == 1)).first()
    return Place(row.value, row.mark) if row else Place()


def last_sequence(db: Session) -> int:
    """Return the sequence of the newest change."""
    return place_of(db).sequence


def knows(db: Session, place: Place) -> bool:
    """Say whether a place belongs to the past of this database; the beginning belongs to every past."""
    if place.sequence == 0:
        return True
    return db.scalar(select(Mark.mark).where(Mark.sequence == place.sequence)) == (place.mark or None)


def passed(db: Session, since: Place, until: Place, most: int) -> list[Place]:
    """Return the newest places after one and up to another."""
    between = select(Mark.sequence, Mark.mark).where(
        Mark.sequence > since.sequence, Mark.sequence <= until.sequence
    )
    return [Place(*row) for row in db.execute(between.order_by(Mark.sequence.desc()).limit(most))]


def forget_old_marks(db: Session) -> int:
    """Delete all but the newest marks and return how many; a copy that stood still for longer begins anew."""
    oldest = select(Mark.sequence).order_by(Mark.sequence.desc()).offset(MARKS_KEPT).limit(1)
    return rows_changed(db, delete(Mark).where(Mark.sequence <= oldest.scalar_subquery()))


def listen(sessions: sessionmaker[Session], corpora: Corpora) -> None:
    """Keep the rows in step with everything that these sessions change, in the same transaction."""

    def collect(db: Session, _flush: object) -> None:
        touched = db.info.setdefault(TOUCHED, defaultdict(set))
        for row in (*db.new, *db.dirty, *db.deleted):
            for name, corpus in corpora.items():
                owner = corpus.owner(row)
                if owner is not None:
                    touched[name].add(owner)

    def settle(db: Session) -> None:
        db.flush()
        if touched := db.info.pop(TOUCHED, {}):
            for name, corpus in corpora.items():
                if ids := {*touched.get(name, ()), *corpus.told_by(db, touched)}:
                    sync(db, corpus, ids)

    event.listen(sessions, "after_flush", collect)
    event.listen(sessions, "before_commit", settle)
    event.listen(sessions, "after_rollback", lambda db: db.info.pop(TOUCHED, None))


def sync(db: Session, corpus: Corpus, ids: Collection[int]) -> int:
    """Bring the rows of these items to what the items say now; return how many rows changed.

    A passage with the same text keeps its vector; only its permission class moves.
    """
    added, changed = _differences(db, corpus, ids)
    _number(db, [*added, *changed])
    if added:
        db.execute(insert(Embedding), added)
    _update_all(db, changed)
    return len(added) + len(changed)


def _differences(db: Session, corpus: Corpus, ids: Collection[int]) -> tuple[list[Change], list[Change]]:
    """Return the rows that are missing and the changes of those that are there."""
    wanted = corpus.items(db, ids)
    present: dict[int, dict[tuple[str, int], Any]] = defaultdict(dict)
    for row in db.execute(_rows_of(corpus.name, ids)):
        present[row.item_id][row.part, row.ordinal] = row
    changes = [
        change
        for item_id in sorted(ids)
        for change in _changes(corpus.name, item_id, wanted.get(item_id), present[item_id])
    ]
    return [one for one in changes if "id" not in one], [one for one in changes if "id" in one]


def _rows_of(corpus: str, ids: Collection[int]) -> Any:
    columns = (
        Embedding.id,
        Embedding.item_id,
        Embedding.part,
        Embedding.ordinal,
        Embedding.scope,
        Embedding.text_hash,
        Embedding.deleted,
    )
    return select(*columns).where(Embedding.corpus == corpus, Embedding.item_id.in_(sorted(ids)))


def _changes(
    corpus: str, item_id: int, item: Item | None, present: Mapping[tuple[str, int], Any]
) -> Iterable[Change]:
    pieces = {(piece.part, piece.ordinal): (piece, scope) for piece, scope in _pieces(item)} if item else {}
    for key, row in present.items():
        if key not in pieces and not row.deleted:
            yield {"id": row.id, "item_id": item_id, **GONE}
    for key, (piece, scope) in pieces.items():
        row = present.get(key)
        if row is None:
            yield {"corpus": corpus, "item_id": item_id, "scope": scope, **_says(piece)}
        elif row.deleted or row.text_hash != piece.digest:
            yield {"id": row.id, "item_id": item_id, "scope": scope, **_says(piece)}
        elif row.scope != scope:
            yield {"id": row.id, "item_id": item_id, "scope": scope}


def _pieces(item: Item) -> Iterator[tuple[Piece, str]]:
    """Yield what is embedded of an item, each with its permission class."""
    yield from ((piece, item.scope) for piece in cut(item.passages))
    for phrase in item.phrases:  # read without the title, as it was told
        yield Piece(PHRASE, phrase.incident_id, "", phrase.text), phrase.scope


GONE = {
    "text": "",
    "lead": "",
    "text_hash": "",
    "vector": None,
    "recipe": None,
    "spare_vector": None,
    "spare_recipe": None,
    "stale": False,
    "deleted": True,
}


def _says(piece: Piece) -> Change:
    return {
        "part": piece.part,
        "ordinal": piece.ordinal,
        "lead": piece.lead,
        "text": piece.text,
        "text_hash": piece.digest,
        "recipe": None,
        "vector": None,
        "spare_recipe": None,
        "spare_vector": None,
        "stale": True,
        "deleted": False,
    }


def _update_all(db: Session, changes: Sequence[Change]) -> None:
    """Update rows by primary key, those with the same columns together."""
    kinds: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for change in changes:
        kinds[tuple(sorted(change))].append(change)
    for same in kinds.values():
        db.execute(update(Embedding), same)


def _number(db: Session, changes: Sequence[Change]) -> None:
    """Give every change the next sequence; whoever comes second waits here until the first has committed."""
    if not changes:
        return
    mark = secrets.token_hex(16)
    step = update(Counter).where(Counter.id == 1).values(value=Counter.value + len(changes), mark=mark)
    last = db.scalar(step.returning(Counter.value))
    if last is None:  # the first change ever
        db.execute(
            text(
                "INSERT INTO embedding_counter (id, value, mark) VALUES (1, 0, '') ON CONFLICT (id) DO NOTHING"
            )
        )
        last = db.execute(step.returning(Counter.value)).scalar_one()
    db.execute(insert(Mark), [{"sequence": last, "mark": mark}])
    for sequence, change in enumerate(changes, last - len(changes) + 1):
        change["sequence"] = sequence


def announce(db: Session) -> None:
    """Let every copy look at what is in use: the newest place changes, and no passage does."""
    _number(db, [{}])


def refresh(sessions: Sessions, encoder: Encoder, limit: int = 64) -> int:
    """Embed the newest of the passages that wait; return how many were looked at, 0 when none waits.

    The newest come first, so that what somebody has just written does not wait behind a backlog.
    The texts are encoded outside any transaction; a text that changed meanwhile stays stale.
    """
    with sessions.reading() as db:
        rows = db.execute(
            select(Embedding.id, Embedding.lead, Embedding.text, Embedding.text_hash)
            .where(Embedding.stale.is_(True))
            .order_by(Embedding.id.desc())
            .limit(limit)
        ).all()
    if not rows:
        return 0
    vectors = encoder.encode([Piece("", 0, row.lead, row.text).read for row in rows])
    recipe = encoder.recipe.fingerprint()
    with sessions.writing() as db:
        hashes = _hashes(db, [row.id for row in rows])
        made = [
            {"id": row.id, "vector": vector.tobytes(), "recipe": recipe, "stale": False}
            for row, vector in zip(rows, vectors, strict=True)
            if hashes.get(row.id) == row.text_hash
        ]
        _number(db, made)
        if made:
            db.execute(update(Embedding), made)
        db.commit()
    return len(rows)


def _hashes(db: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = db.execute(select(Embedding.id, Embedding.text_hash).where(Embedding.id.in_(ids)))
    return {row.id: row.text_hash for row in rows}


def phrases_told_by(db: Session, incident_ids: Collection[int]) -> frozenset[int]:
    """Return the ids of the phrases that these incidents gave to articles."""
    told = select(Embedding.id).where(PHRASES, Embedding.ordinal.in_(incident_ids))
    return frozenset(db.scalars(told)) if incident_ids else frozenset()


def waiting(db: Session) -> int:
    """Return how many passages wait for their vector."""
    return db.scalar(select(func.count()).select_from(Embedding).where(Embedding.stale.is_(True))) or 0


def rebuild(sessions: Sessions, corpora: Corpora, tell: Callable[[int], object] = lambda _: None) -> int:
    """Derive the rows of every item again; return how many rows changed. tell: called with the items done so far."""
    changed = done = 0
    for corpus in corpora.values():
        after = 0
        while True:
            with sessions.reading() as db:  # to compare takes long, and nobody should wait for it to write
                ids, last = _batch(db, corpus, after)
                wrong = _wrong(db, corpus, ids)
            if wrong:
                with sessions.writing() as db:
                    changed += sync(db, corpus, wrong)
                    db.commit()
            done += len(ids)
            tell(done)
            if last is None:
                break
            after = last
    return changed


def _batch(db: Session, corpus: Corpus, after: int) -> tuple[list[int], int | None]:
    """Return the next items, those that are only rows here included, and the last of them; None at the end."""
    ids = list(corpus.all_ids(db, after, REBUILD_BATCH))
    last = ids[-1] if len(ids) == REBUILD_BATCH else None
    return ids + _orphans(db, corpus, ids, after, last), last


def _wrong(db: Session, corpus: Corpus, ids: Collection[int]) -> set[int]:
    """Return the items whose rows are not what they say."""
    added, changed = _differences(db, corpus, ids)
    return {change["item_id"] for change in (*added, *changed)}


def _orphans(db: Session, corpus: Corpus, ids: Sequence[int], after: int, last: int | None) -> list[int]:
    """Return the items between two ids that have rows here and are not there any more."""
    known = select(Embedding.item_id).where(Embedding.corpus == corpus.name, Embedding.deleted.is_(False))
    known = known.where(Embedding.item_id > after, Embedding.item_id.not_in(ids)).distinct()
    return list(db.scalars(known if last is None else known.where(Embedding.item_id < last)))


def check(sessions: Sessions, live: "Live", tell: Callable[[int], object] = lambda _: None) -> list[str]:
    """Return in which ways rows and index disagree, as sentences; nothing is repaired. tell: with the items done."""
    with sessions.reading() as db:
        found = list(row_findings(db, live.corpora, tell))
    with sessions.reading() as db:  # of the moment at which the index is
        return [*found, *live.findings(db)]


def row_findings(
    db: Session, corpora: Corpora, tell: Callable[[int], object] = lambda _: None
) -> Iterator[str]:
    """Derive every item's passages again and return where the rows differ, as sentences."""
    done = 0
    for corpus in corpora.values():
        after = 0
        while True:
            ids, last = _batch(db, corpus, after)
            wrong = sorted(_wrong(db, corpus, ids))
            yield from (f"The passages of {corpus.name} {item_id} are not what it says." for item_id in wrong)
            done += len(ids)
            tell(done)
            if last is None:
                break
            after = last
