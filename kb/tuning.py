"""What a desk learned from its own record, version by version: what is in use, what was before, and the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import JSON, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index import fusion
from index.adapter import Adapter
from index.trust import Trust
from kb.manner import AS_PROMISED, Manner
from kb.store import Base, UtcDateTime, acting

PROMISE = "promise"  # how the probability of a hit is believed
MODEL = "model"  # by which passages and questions become vectors; see kb/beside.py
ADAPTER = "adapter"  # how the vector of a question is turned before it is asked
RANKING = "ranking"  # how the terms of a score are weighed
Kept = dict[Any, Adapter | None]  # the map in use as a process holds it, by the version that it is


class Tuning(Base):
    """One version of something learned. evidence: the figures for which it was taken; in_use: at most one of a kind.

    numbers: what is too long to be read, as float32.
    """

    __tablename__ = "tuning"
    __table_args__ = (Index("ix_tuning_kind", "kind", "in_use"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    learned: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    in_use: Mapped[bool] = mapped_column(default=True)
    numbers: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


def newest(db: Session, kind: str) -> Tuning | None:
    """Return the newest version of a kind, in use or taken back."""
    return db.scalar(select(Tuning).where(Tuning.kind == kind).order_by(Tuning.id.desc()).limit(1))


def adopt(
    db: Session,
    kind: str,
    learned: Mapping[str, Any],
    evidence: Mapping[str, Any],
    *,
    actor: Any,
    now: datetime,
    numbers: bytes | None = None,
) -> Tuning:
    """Put a new version in use. actor: None when the desk does it by itself."""
    withdraw(db, kind, actor=actor, now=now)
    version = Tuning(kind=kind, at=now, learned=dict(learned), evidence=dict(evidence), numbers=numbers)
    version.in_use = True
    db.add(version)
    db.flush()
    return version


def renew(db: Session, version: Tuning, *, actor: Any, now: datetime) -> Tuning:
    """Put what an earlier version says in use again."""
    about: dict[str, Any] = {"numbers": version.numbers, "actor": actor, "now": now}
    return adopt(db, version.kind, version.learned, version.evidence, **about)


def withdraw(db: Session, kind: str, *, actor: Any, now: datetime) -> None:
    """Go back to what was shipped."""
    acting(db, actor=actor, now=now)
    for version in db.scalars(select(Tuning).where(Tuning.kind == kind, Tuning.in_use.is_(True))):
        version.in_use = False
    db.flush()


def manner(db: Session, recipe: str | None, kept: Kept) -> Manner:
    """Return how questions are asked now, with the model of this recipe. kept: the map from the last time."""
    mine = (Tuning.kind.in_((ADAPTER, RANKING, PROMISE)), Tuning.in_use.is_(True))
    rows = db.execute(select(Tuning.kind, Tuning.id, Tuning.at, Tuning.learned).where(*mine))
    found = {row.kind: row for row in rows}
    turned, ranked, promised = (found.get(kind) for kind in (ADAPTER, RANKING, PROMISE))
    fits = turned is not None and turned.learned["recipe"] == recipe
    return Manner(
        adapter=_adapter(db, turned, kept) if fits else None,
        weights=fusion.shipped_weights() | ranked.learned if ranked is not None else None,
        trust=Trust(**promised.learned) if promised is not None else AS_PROMISED,
    )


def _adapter(db: Session, version: Any, kept: Kept) -> Adapter | None:
    if (version.id, version.at) not in kept:
        held = db.scalar(select(Tuning.numbers).where(Tuning.id == version.id))
        kept.clear()
        kept[version.id, version.at] = _read(held or b"", version.learned["rank"])
    return kept[version.id, version.at]


def written(found: Adapter) -> bytes:
    """Return a map as it is kept."""
    return found.up.T.tobytes() + found.down.tobytes()


def _read(numbers: bytes, rank: int) -> Adapter:
    up, down = np.frombuffer(numbers, np.float32).reshape(2, rank, -1)
    return Adapter(np.ascontiguousarray(up.T), down)
