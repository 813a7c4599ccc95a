"""What comes in, made fit for the database before a view reads it: text without NUL, numbers that can be an id."""

from typing import Any

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from kb.passages import LARGEST_ID

NUL = "\x00"  # PostgreSQL keeps no text with it


class Fields(ImmutableMultiDict[str, Any]):
    """The fields of a form or an address, without NUL in their names and texts."""

    def __init__(self, sent: Any = ()) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in MultiDict(sent).items(multi=True)])


class Name(UnicodeConverter):
    """A part of an address that is a text: there is nothing at an address with NUL."""

    def __init__(self, known: Map, **more: Any) -> None:
        super().__init__(known, **more)
        self.regex = self.regex.replace("[^/]", f"[^/{NUL}]")


class Id(IntegerConverter):
    """A part of an address that is an id: there is nothing at an address with a larger one."""

    def __init__(self, known: Map) -> None:
        super().__init__(known, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    """Read the parts of addresses with care; the fields are read by page.DeskRequest."""
    app.url_map.converters |= {"default": Name, "string": Name, "int": Id}


def whole(text: str) -> int | None:
    """Return the whole number that a text is, None when it is none or larger than any id."""
    digits = text.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 16
    return int(digits) if is_number and int(digits) <= LARGEST_ID else None


def _clean(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value
