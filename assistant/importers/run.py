"""The memory of imports: how far each run has come, and what was brought for each item.

Both are written in the transaction that brings the items, so an import can stop anywhere and go on.
"""

from collections.abc import Collection
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.store import Base, UtcDateTime


class ImportRun(Base):
    """One import of one file. position: rows that are done. rejects_bytes: how long the rejects file is by then."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_file", "kind", "source", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # incidents or articles
    source: Mapped[str] = mapped_column(String(100))
    file: Mapped[str] = mapped_column(String(500))
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the file and of how it is read
    position: Mapped[int] = mapped_column(Integer, default=0)
    rejects: Mapped[str] = mapped_column(String(1000), default="")  # path of the rejects file
    rejects_bytes: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Imported(Base):
    """What an import brought for one item. fields: {our field: digest}, to tell the desk's changes from the file's."""

    __tablename__ = "imported"
    __table_args__ = (UniqueConstraint("kind", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(200))
    item_id: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    digest: Mapped[str] = mapped_column(String(32))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)


class ImportFailed(Exception):
    """An import cannot start or go on; the message says why and what to do."""


def unfinished(db: Session, kind: str, source: str, fingerprint: str) -> ImportRun | None:
    """Return the run of this very file that was interrupted, if there is one."""
    same = (ImportRun.kind == kind, ImportRun.source == source, ImportRun.fingerprint == fingerprint)
    newest = select(ImportRun).where(*same).order_by(ImportRun.id.desc()).limit(1)
    run = db.scalar(newest)
    return run if run is not None and run.finished_at is None else None


def advance(db: Session, run_id: int, seen: int, **values: Any) -> None:
    """Move a run on. seen: the position it must have now. Raises ImportFailed when another process moved it."""
    mine = update(ImportRun).where(ImportRun.id == run_id, ImportRun.position == seen)
    moved = db.connection().execute(mine.values(**values))
    if moved.rowcount != 1:
        raise ImportFailed("This file is being imported by another process. Let that one finish.")


def known(db: Session, kind: str, external_ids: Collection[str]) -> dict[str, Imported]:
    """Return what earlier imports brought under these external ids."""
    rows = db.scalars(select(Imported).where(Imported.kind == kind, Imported.external_id.in_(external_ids)))
    return {row.external_id: row for row in rows}


def digest(value: object) -> str:
    """Return a short digest of a value, the same in every process; nothing has none."""
    if value is None or value == "":
        return ""
    text = value.isoformat() if isinstance(value, datetime) else f"{value!r}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def digest_all(fields: dict[str, str]) -> str:
    """Return one digest over the digests of all fields."""
    return blake2b(repr(sorted(fields.items())).encode(), digest_size=12).hexdigest()
