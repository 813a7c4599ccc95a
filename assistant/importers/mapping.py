"""Which column becomes which of our fields: from a file, or guessed from names and contents, and shown."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from assistant.importers.names import SUBCATEGORY, fold
from assistant.importers.run import ImportFailed
from assistant.importers.times import Dates, day_first_in, leave_open
from assistant.importers.values import CHOICES, choice, is_empty, line

OURS = ("import row", "import reason")  # columns of a rejects file, folded
DATES = ("occurred_at", "recorded_at", "resolved_at", "closed_at", "created_at", "updated_at")
WRAPPING = re.compile(r"^(fields|attributes|data|ticket|issue)\.|\.(name|value|displayName|display_name)$")
DATE_WORDS = frozenset(("at", "date", "time", "am", "le", "em", "el", "fecha", "data"))
FEW = 0.2
CODE_LENGTH = (
    30  # a resolution column whose texts are all shorter and often the same holds codes, not resolutions
)
CODES = 30
SURE_SAMPLE = 20


@dataclass
class ColumnMap:
    """Columns by field. values: own meanings of words by field, folded. day_first None: the file leaves it open."""

    columns: dict[str, list[str]]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    day_first: bool | None = None
    slashes: bool = False  # there are dates such as 03/04/2026
    guessed: bool = True

    def cell(self, row: Mapping[str, Any], name: str) -> Any:
        """Return the first cell of a field that holds something, None when there is none."""
        return next(
            (row[column] for column in self.columns.get(name, ()) if not is_empty(row.get(column))), None
        )

    def cells(self, row: Mapping[str, Any], name: str) -> list[Any]:
        """Return all cells of a field that hold something."""
        return [row[column] for column in self.columns.get(name, ()) if not is_empty(row.get(column))]


def find(
    file: Path | None,
    columns: Sequence[str],
    sample: Sequence[Mapping[str, Any]],
    names: Mapping[str, tuple[str, ...]],
) -> ColumnMap:
    """Return the mapping that a file says, or the most likely one. Raises ImportFailed."""
    return load(file, columns, sample, names) if file else guess(columns, sample, names)


def guess(
    columns: Sequence[str], sample: Sequence[Mapping[str, Any]], names: Mapping[str, tuple[str, ...]]
) -> ColumnMap:
    """Return the most likely mapping of the columns, judged by their names and by a sample of rows."""
    free = {fold(WRAPPING.sub("", column)): column for column in reversed(columns)}
    free |= {fold(column): column for column in reversed(columns)}
    free = {folded: column for folded, column in free.items() if folded not in OURS}
    found: dict[str, list[str]] = {}
    for name in names:
        wanted = [candidate for candidate in names[name] if candidate in free]
        wanted = [
            candidate for candidate in wanted if _fits(name, candidate, _contents(sample, free[candidate]))
        ]
        if wanted:
            column = free[wanted[0]]
            found[name] = [column]
            free = {folded: other for folded, other in free.items() if other != column}
    if "category" in found:
        further = sorted(
            (folded for folded in free if SUBCATEGORY.fullmatch(folded)), key=list(free).index, reverse=True
        )
        found["category"] += [free.pop(folded) for folded in further]
    _guess_by_contents(found, free, sample, names)
    return finished(found, columns, sample)


def load(
    path: Path, columns: Sequence[str], sample: Sequence[Mapping[str, Any]], names: Mapping[str, Any]
) -> ColumnMap:
    """Read a mapping file (TOML or JSON). Raises ImportFailed with everything that is wrong in it."""
    try:
        text = path.read_text("utf-8")
        data = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ImportFailed(f"The mapping {path.name} cannot be read: {error}.") from error
    problems = list(_problems(data, columns, names))
    if problems:
        raise ImportFailed(
            f"The mapping {path.name} does not fit:\n" + "\n".join(f"  {line}" for line in problems)
        )
    chosen = {
        name: [given] if isinstance(given, str) else list(given) for name, given in data["columns"].items()
    }
    mapping = finished(chosen, columns, sample)
    mapping.values = {
        name: {fold(word): meaning for word, meaning in words.items()}
        for name, words in data.get("values", {}).items()
    }
    mapping.day_first = data.get("day_first", mapping.day_first)
    mapping.guessed = False
    return mapping


def finished(
    found: dict[str, list[str]], columns: Iterable[str], sample: Sequence[Mapping[str, Any]]
) -> ColumnMap:
    """Return a mapping with what follows from its columns: which are ignored, how dates are written."""
    used = {column for several in found.values() for column in several}
    ignored = [column for column in columns if column not in used and fold(column) not in OURS]
    dates = [column for name in DATES for column in found.get(name, ())]
    examples = [row[column] for column in dates for row in sample if not is_empty(row.get(column))]
    return ColumnMap(found, ignored=ignored, day_first=day_first_in(examples), slashes=leave_open(examples))


def _fits(name: str, candidate: str, contents: list[Any]) -> bool:
    """Say whether a column's contents can be what its folded name, candidate, says.

    “closed” may hold yes and no: it takes dates to be a date. “closed at” is one, and rows that hold none are wrong.
    """
    if not contents:
        return True
    if name in DATES:
        return not DATE_WORDS.isdisjoint(candidate.split()) or _dates_share(contents) > FEW
    if name == "requester_email":
        return sum("@" in line(value) for value in contents) * 2 > len(contents)
    if name == "source":
        return sum(choice("source", value) is not None for value in contents) * 2 > len(contents)
    if name == "resolution" and len(contents) >= SURE_SAMPLE:
        texts = {line(value) for value in contents}
        return len(texts) > CODES or max(map(len, texts)) > CODE_LENGTH
    return True


def _guess_by_contents(
    found: dict[str, list[str]],
    free: dict[str, str],
    sample: Sequence[Mapping[str, Any]],
    names: Mapping[str, Any],
) -> None:
    """Give the fields that an import can hardly do without to the columns that look like them."""
    contents = {column: _contents(sample, column) for column in free.values()}
    taken = {column for several in found.values() for column in several}
    if "recorded_at" in names and not any(name in found for name in DATES):
        dates = [
            column
            for column, values in contents.items()
            if values and _dates_share(values, plain=False) > 0.9
        ]
        if len(dates) == 1:
            found["recorded_at"] = dates
    texts = ("title", "reported_text", "symptoms", "resolution", "body", "issue", "answer")
    if not names.keys().isdisjoint(texts) and not any(name in found for name in texts):
        lengths = {column: _mean_length(values) for column, values in contents.items() if column not in taken}
        longest = max(lengths, key=lambda column: lengths[column], default=None)
        if longest is not None and lengths[longest] > 15:
            found["reported_text" if "reported_text" in names else "body"] = [longest]


def _contents(sample: Sequence[Mapping[str, Any]], column: str) -> list[Any]:
    return [row[column] for row in sample if not is_empty(row.get(column))]


def _mean_length(values: list[Any]) -> float:
    return sum(len(line(value)) for value in values) / max(len(values), 1)


def _dates_share(values: list[Any], *, plain: bool = True) -> float:
    """Return the share of values that are dates. plain: bare numbers count too."""
    readable = 0
    for value in values:
        try:
            Dates(UTC, day_first=bool(day_first_in(values))).read(value)
            readable += plain or not line(value).isdigit()
        except ValueError:
            pass
    return readable / len(values)


def _problems(data: Any, columns: Sequence[str], names: Mapping[str, Any]) -> Iterable[str]:
    for name in sorted(set(data) - {"columns", "values", "day_first"}):
        yield f"“{name}” is not a part of a mapping; the parts are columns, values and day_first."
    chosen = data.get("columns")
    if not isinstance(chosen, dict) or not chosen:
        yield 'The table [columns] is missing. Write: [columns] and then title = "Name of a column".'
        return
    for name, given in chosen.items():
        if name not in names:
            yield f"“{name}” is no field. Fields are {', '.join(names)}."
        for column in [given] if isinstance(given, str) else given:
            if column not in columns:
                yield f"The file has no column “{column}”. It has: {', '.join(columns)}."
    for name, words in data.get("values", {}).items():
        yield from _value_problems(name, words)


def _value_problems(name: str, words: Any) -> Iterable[str]:
    if name not in CHOICES:
        yield f"Values can be named for {', '.join(CHOICES)}, not for “{name}”."
    elif not isinstance(words, dict):
        yield f'[values.{name}] is a table such as "Very high" = "P1".'
    elif name != "state":  # what a state may mean depends on the process
        allowed = sorted(set(CHOICES[name].values()))
        for meaning in words.values():
            if meaning not in allowed:
                yield f"“{meaning}” is no {name}. Use one of {', '.join(allowed)}."
