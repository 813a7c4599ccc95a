"""Reading forms: text as people typed it, times in their zone, ids of things. What is wrong is said at its field."""

from datetime import UTC, datetime
from typing import Any

from flask import request

from assistant.desk.errors import Finding, Refused
from assistant.web import incoming
from assistant.web.words import zone

LONGEST = {"title": 300}
LONGEST_TEXT = 100_000
LONGEST_QUESTION = 2000  # characters that a box to search in takes


def text(name: str) -> str:
    """Return a text field without spaces around it, with plain line ends. Raises Refused when it is too long."""
    value = _typed(name)
    limit = LONGEST.get(name, LONGEST_TEXT)
    if len(value) > limit:
        raise Refused(
            [Finding(name, f"This is {len(value):,} characters long; {limit:,} fit.", "Shorten it.")]
        )
    return value


def question() -> str:
    """Return what is looked for, as much of it as a box takes; a page that answers it says where it ends."""
    return _typed("q")[:LONGEST_QUESTION]


def texts(*names: str) -> dict[str, str]:
    """Return several text fields by name."""
    return {name: text(name) for name in names}


def number(name: str) -> int | None:
    """Return the number a field holds, such as the id of a group; None when nothing is chosen or it is no number."""
    return incoming.whole(request.values.get(name, ""))


def whole(name: str) -> int | None:
    """Return a whole number that somebody typed, None when the field is empty. Raises Refused for anything else."""
    typed = text(name)
    if typed and number(name) is None:
        raise Refused([Finding(name, f"“{typed}” is not a whole number.", "Write it in digits, such as 15.")])
    return number(name)


def numbers(name: str) -> list[int]:
    """Return the numbers that several fields of one name hold."""
    found = map(incoming.whole, request.form.getlist(name))
    return [number for number in found if number is not None]


def moment(name: str) -> datetime | None:
    """Return a local time as UTC, None when it is empty. Raises Refused when it is no time."""
    value = request.form.get(name, "").strip()
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        finding = Finding(name, f"“{value}” is not a time.", "Write it like 2026-11-24T09:10.")
        raise Refused([finding]) from None


def chosen(name: str, choices: Any) -> str:
    """Return one of the choices. Raises Refused when the field holds something else."""
    value = request.form.get(name, "")
    if value not in choices:
        raise Refused([Finding(name, "Nothing is chosen here.", "Choose one of the answers.")])
    return value


def _typed(name: str) -> str:
    return request.values.get(name, "").replace("\r\n", "\n").strip()
