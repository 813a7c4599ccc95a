"""Readers: a file becomes rows of named values, one after the other. CSV, XLSX and JSON Lines, each also packed."""

import csv
import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from assistant.importers.decoding import DELIMITERS, Unreadable, delimiter_of, encoding_of, opened_text

CELL_LIMIT = 5_000_000  # characters; a longer cell is a quotation mark that was never closed
UNCLOSED = "A quotation mark is opened here and never closed. Close it, or remove it."
DEEPEST = 4  # objects within objects that become names such as "fields.priority.name"
csv.field_size_limit(CELL_LIMIT)


@dataclass(frozen=True)
class Row:
    """One row. number: as a spreadsheet or an editor counts. problem: why it cannot be used, in a sentence."""

    number: int
    values: dict[str, Any]
    problem: str = ""


@dataclass
class Table:
    """A file as rows. kind: csv, xlsx or jsonl. details: how it is read, in words. share: how much is read, 0 to 1."""

    path: Path
    kind: str
    columns: list[str]
    details: str
    start: Callable[["Table"], Iterator[Row]]
    share: float = 0.0

    def rows(self) -> Iterator[Row]:
        """Read the file from its beginning."""
        return self.start(self)


def open_table(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Return a file as a table. Empty options are found out from the file. Raises Unreadable with the cure."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    ending = suffixes[-1] if suffixes else ""
    if not path.is_file():
        raise Unreadable(f"There is no file {path}.")
    if ending in (".xlsx", ".xlsm"):
        return _workbook(path, sheet)
    if ending in (".jsonl", ".ndjson", ".json"):
        return _json_lines(path, encoding or encoding_of(path))
    if ending in (".csv", ".tsv", ".txt", ".tab", ".psv", ""):
        return _delimited(path, encoding or encoding_of(path), delimiter)
    raise Unreadable(f"{path.name} is not CSV, XLSX or JSON Lines. Export it again as one of these.")


def _delimited(path: Path, encoding: str, delimiter: str) -> Table:
    found, skip = delimiter_of(path, encoding)
    sign = delimiter.replace("\\t", "\t") or found
    with opened_text(path, encoding) as (text, _):
        header = next(_records(text, sign, skip), None)
    if not header:
        raise Unreadable(f"{path.name} is empty. Its first row has to name the columns.")
    columns = _named(header)
    name = encoding.replace("utf-8-sig", "utf-8").upper().replace("CP1252", "Windows-1252")
    size = path.stat().st_size
    details = f"CSV, {DELIMITERS.get(sign, repr(sign))} between the cells, {name}"

    def rows(table: Table) -> Iterator[Row]:
        with opened_text(path, encoding) as (text, raw):
            records = _records(text, sign, skip)
            next(records)
            for number, cells in enumerate(records, 2 + skip):
                table.share = raw.tell() / size
                if cells is None:
                    yield Row(number, {}, UNCLOSED)
                elif any(cells):
                    yield _row(number, columns, cells)

    return Table(path, "csv", list(dict.fromkeys(columns)), details, rows)


def _records(text: IO[str], delimiter: str, skip: int) -> Iterator[list[str] | None]:
    """Yield the records of a CSV file, None for one that cannot be told from the next."""
    for _ in range(skip):
        text.readline()
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except csv.Error:
            yield None
        except StopIteration:
            return


def _row(number: int, columns: list[str], cells: list[Any]) -> Row:
    values: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name in values:  # a column that stands twice, such as Jira's comments, is a list
            values[name] = [*_listed(values[name]), *([cell] if cell else [])]
        else:
            values[name] = cell
    if len(cells) > len(columns):
        message = f"The row has {len(cells)} cells where the header has {len(columns)}."
        return Row(number, values, f"{message} Put cells that hold the delimiter into quotation marks.")
    return Row(number, values)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _named(header: list[Any]) -> list[str]:
    names = [str(cell if cell is not None else "").strip().strip("\ufeff") for cell in header]
    while names and not names[-1]:
        names.pop()
    return [name or f"column {number}" for number, name in enumerate(names, 1)]


def _json_lines(path: Path, encoding: str) -> Table:
    columns: dict[str, None] = {}
    size = path.stat().st_size

    def rows(table: Table) -> Iterator[Row]:
        with opened_text(path, encoding) as (text, raw):
            for number, line in enumerate(text, 1):
                table.share = raw.tell() / size
                if line.strip():
                    yield _object(number, line)

    with opened_text(path, encoding) as (text, _):
        if text.read(1000).lstrip()[:1] == "[":
            raise Unreadable(f"{path.name} is one list. Write one object a line: jq -c '.[]' {path.name}")
    table = Table(path, "jsonl", [], f"JSON Lines, {encoding.removesuffix('-sig').upper()}", rows)
    broken = 0
    for row in table.rows():  # a name may turn up in a late line: all of them are looked at
        columns.update(dict.fromkeys(row.values))
        broken += bool(row.problem)
    if not columns and broken:
        raise Unreadable(f"{path.name} holds no JSON Lines. Write one object a line.")
    if not columns:
        raise Unreadable(f"{path.name} is empty.")
    table.columns = list(columns)
    return table


def _object(number: int, line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, {}, f"This line is not JSON: {error}. Correct it.")
    if not isinstance(value, dict):
        return Row(
            number, {}, 'This line is not a JSON object. Write {"title": …} with a name for each value.'
        )
    return Row(number, dict(_flat(value, "", DEEPEST)))


def _flat(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and depth > 1:
            yield from _flat(inner, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}", inner


def _workbook(path: Path, sheet: str) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 - a desk that imports no workbook needs no openpyxl

    try:
        book = load_workbook(_unpacked(path), read_only=True, data_only=True)
    except Exception as error:
        raise Unreadable(f"{path.name} is no workbook that can be read. Save it again as XLSX.") from error
    if sheet and sheet not in book.sheetnames:
        raise Unreadable(f"{path.name} has no sheet “{sheet}”. It has: {', '.join(book.sheetnames)}.")
    page = book[sheet] if sheet else book.worksheets[0]
    expected = page.max_row or 1
    page.reset_dimensions()  # some programs write a wrong size into the file
    header_number, header = next(
        (
            (number, cells)
            for number, cells in enumerate(page.iter_rows(values_only=True), 1)
            if _filled(cells) > 1
        ),
        (0, ()),
    )
    if not header:
        raise Unreadable(f"The sheet “{page.title}” has no header. A row has to name the columns.")
    columns = _named(list(header))

    def rows(table: Table) -> Iterator[Row]:
        for number, cells in enumerate(
            page.iter_rows(min_row=header_number + 1, values_only=True), header_number + 1
        ):
            table.share = min(number / expected, 1.0)
            if _filled(cells):
                yield _row(number, columns, _trimmed(cells, len(columns)))

    return Table(path, "xlsx", list(dict.fromkeys(columns)), f"XLSX, sheet “{page.title}”", rows)


def _trimmed(cells: Any, width: int) -> list[Any]:
    """Return the cells of a row without the empty ones behind the table."""
    found = ["" if cell is None else cell for cell in cells]
    while len(found) > width and found[-1] == "":
        found.pop()
    return found


def _filled(cells: Any) -> int:
    return sum(cell not in (None, "") for cell in cells)


def _unpacked(path: Path) -> Any:
    if path.suffix.lower() != ".gz":
        return path
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - openpyxl reads from it until the import ends
    try:
        with gzip.open(path) as packed:
            shutil.copyfileobj(packed, copy)
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path.name} cannot be unpacked: {error}. Fetch it again.") from error
    return copy
