"""What a desk learned from its own record, version by version: what is in use, what was before, and the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.trust import Trust
from kb.store import Base, UtcDateTime, acting

PROMISE = "promise"  # how the probability of a hit is believed
MODEL = "model"  # by which passages and questions become vectors; see kb/beside.py


class Tuning(Base):
    """One version of something learned. evidence: the figures for which it was taken; in_use: at most one of a kind."""

    __tablename__ = "tuning"
    __table_args__ = (Index("ix_tuning_kind", "kind", "in_use"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    learned: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    in_use: Mapped[bool] = mapped_column(default=True)


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
) -> Tuning:
    """Put a new version in use. actor: None when the desk does it by itself."""
    withdraw(db, kind, actor=actor, now=now)
    version = Tuning(kind=kind, at=now, learned=dict(learned), evidence=dict(evidence), in_use=True)
    db.add(version)
    db.flush()
    return version


def withdraw(db: Session, kind: str, *, actor: Any, now: datetime) -> None:
    """Go back to what was shipped."""
    acting(db, actor=actor, now=now)
    for version in db.scalars(select(Tuning).where(Tuning.kind == kind, Tuning.in_use.is_(True))):
        version.in_use = False
    db.flush()


def trust(db: Session) -> Trust:
    """Return how promises are believed now."""
    held = db.scalar(select(Tuning.learned).where(Tuning.kind == PROMISE, Tuning.in_use.is_(True)))
    return Trust(**held) if held else Trust()
