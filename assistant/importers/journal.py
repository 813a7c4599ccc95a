"""Notes and comments as other desks export them, taken apart into entries with author and time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.importers.values import is_empty, line, prose

HEAD = re.compile(
    r"^(\d[\d/.-]{7,9} \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?) - (.+?) \(([^()\n]+)\)[ \t]*$", re.MULTILINE
)
JIRA = re.compile(r"(\d{1,2}/\w{3}/\d{2,4} \d{1,2}:\d{2}(?: [AP]M)?);([^;\n]*);(.*)", re.DOTALL)
TEXTS = ("text", "body", "comment", "content", "message", "value")
AUTHORS = ("author", "author_name", "created_by", "user", "by", "from", "name")
TIMES = ("at", "created_at", "created", "date", "time", "timestamp")


@dataclass(frozen=True)
class Remark:
    """Something said. at is None and author empty where the file does not tell."""

    kind: str  # note or comment
    text: str
    author: str = ""
    at: datetime | None = None


def remarks(value: Any, kind: str, read_date: Callable[[object], datetime]) -> Iterator[Remark]:
    """Yield the remarks in a cell, in the order of the file.

    Understood are objects with text, author and time; journals whose entries begin with a line such as
    “2026-02-03 08:53:00 - Ben Okafor (Work notes)”; and Jira's “03/Feb/26 8:53 AM;ben;text”. Everything else is one
    remark. Raises ValueError when a time cannot be read.
    """
    for entry in value if isinstance(value, list) else [value]:
        if is_empty(entry):
            continue
        if isinstance(entry, dict):
            yield from _from_object(entry, kind, read_date)
        elif found := JIRA.fullmatch(str(entry).strip()):
            yield Remark(kind, prose(found[3]), found[2].strip(), read_date(found[1]))
        else:
            yield from _from_journal(prose(entry), kind, read_date)


def _from_object(
    entry: dict[str, Any], kind: str, read_date: Callable[[object], datetime]
) -> Iterator[Remark]:
    text, author, at = (_first(entry, names) for names in (TEXTS, AUTHORS, TIMES))
    if not is_empty(text):
        yield Remark(kind, prose(text), line(author or ""), None if is_empty(at) else read_date(at))


def _from_journal(text: str, kind: str, read_date: Callable[[object], datetime]) -> Iterator[Remark]:
    heads = list(HEAD.finditer(text))
    if before := text[: heads[0].start() if heads else None].strip():
        yield Remark(kind, before)
    for head, following in zip(heads, [*heads[1:], None], strict=False):
        said = text[head.end() : following.start() if following else None].strip()
        public = "comment" in head[3].lower()
        if said:
            yield Remark("comment" if public else "note", said, head[2].strip(), read_date(head[1]))


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((entry[name] for name in names if entry.get(name)), None)
