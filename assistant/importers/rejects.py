"""The rejects file: rows that were not imported, with number and reason, ready to be corrected and imported."""

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.importers.readers import Row

COLUMNS = ("import row", "import reason")


class Rejects:
    """Writes a rejects file, in the form of the file that is imported. The file appears with the first rejected row."""

    def __init__(self, path: Path, kind: str, columns: Sequence[str]) -> None:
        self.path = path
        self.as_csv = kind != "jsonl"
        self.columns = [*COLUMNS, *(column for column in columns if column not in COLUMNS)]

    def cut(self, size_bytes: int) -> None:
        """Take back what was written after the given size: the rows come again."""
        if self.path.exists() and self.path.stat().st_size > size_bytes:
            os.truncate(self.path, size_bytes)

    def add(self, rejected: Sequence[tuple[Row, str]]) -> int:
        """Append rows with their reasons, safely on the disk, and return the size of the file in bytes."""
        if not rejected:
            return self.path.stat().st_size if self.path.exists() else 0
        with self.path.open("ab") as file:
            if file.tell() == 0 and self.as_csv:
                file.write(
                    b"\xef\xbb\xbf" + self._csv([self.columns])
                )  # the mark makes spreadsheets read UTF-8
            file.write(
                self._csv(map(self._cells, rejected)) if self.as_csv else b"".join(map(_json, rejected))
            )
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _cells(self, rejected: tuple[Row, str]) -> list[Any]:
        row, reason = rejected
        values = {**row.values, COLUMNS[0]: row.number, COLUMNS[1]: reason}
        return [_cell(values.get(column, "")) for column in self.columns]

    def _csv(self, rows: Any) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("utf-8", "replace")


def free_path(wanted: Path) -> Path:
    """Return the path, or the same name with the first number that is not taken: a file is never written over."""
    number, path = 1, wanted
    while path.exists():
        number += 1
        path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return path


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def _json(rejected: tuple[Row, str]) -> bytes:
    row, reason = rejected
    told = {**row.values, COLUMNS[0]: row.number, COLUMNS[1]: reason}
    return (json.dumps(told, ensure_ascii=False, default=str) + "\n").encode("utf-8", "replace")
