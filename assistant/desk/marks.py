"""The mark of a page in an address: the values behind which the next page begins."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from kb.passages import LARGEST_ID


def mark(values: Iterable[Any]) -> str:
    """Return values as a mark."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def unmark(given: str, columns: Sequence[Any]) -> list[Any]:
    """Return the values of a mark, one for each column; none when it is damaged or of another list."""
    try:
        values = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        kinds = [column.type.python_type for column in columns]
        return [READ[kind](value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return []


def _time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return at


def _number(value: int) -> int:
    if not 0 <= int(value) <= LARGEST_ID:
        raise ValueError(f"{value} is too large")
    return int(value)


def _text(value: object) -> str:
    text = str(value)
    if not text.isprintable():
        raise ValueError(f"{text!r} is nothing to sort by")
    return text


READ: dict[type, Callable[[Any], Any]] = {datetime: _time, int: _number, float: float, str: _text}
