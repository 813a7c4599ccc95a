"""Rows that several administrators look after: whoever comes second with the same one is told, and loses nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk.errors import EditConflict
from assistant.desk.people import Person
from kb.store import Base, acting, lock


def of(row: Base, fields: Iterable[str]) -> str:
    """Return a mark of what these columns of a row hold now; it changes when one of them does."""
    values = [_plain(getattr(row, name)) for name in sorted(fields)]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def hold(db: Session, row: Base, values: Mapping[str, Any], seen: str) -> None:
    """Hold a row until the commit. Raises EditConflict when its columns are not what the person saw.

    values: what the person wants instead. seen: the mark that `of` gave for the same columns.
    """
    lock(db, row)
    if of(row, values) != seen:
        raise EditConflict(row, dict(values))


def change(db: Session, row: Base, values: Mapping[str, Any], *, actor: Person | None, now: datetime) -> None:
    """Set columns of a row; the audit trail tells by whom."""
    acting(db, actor=actor, now=now)
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    db.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
