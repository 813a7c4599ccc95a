"""Files to import, written by the tests themselves, and the importer as a person calls it."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assistant.importers import articles, incidents
from assistant.importers.summary import Summary
from assistant.runtime import Runtime

Rows = list[dict[str, Any]]


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write rows as CSV, packed when the name ends in .gz."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_jsonl(path: Path, rows: Rows) -> Path:
    """Write rows as JSON Lines, packed when the name ends in .gz."""
    data = "".join(json.dumps(row, default=str) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_xlsx(path: Path, rows: Rows) -> Path:
    """Write rows as a workbook, packed when the name ends in .gz."""
    book = Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    data = io.BytesIO()
    book.save(data)
    path.write_bytes(gzip.compress(data.getvalue()) if path.suffix == ".gz" else data.getvalue())
    return path


def row(number: int = 1, **more: Any) -> dict[str, Any]:
    """A row as another desk exports it."""
    return {
        "Number": f"INC{number:07d}",
        "Short description": f"Printer {number} prints blank pages",
        "Description": "Since this morning every page comes out blank.",
        "State": "Closed",
        "Priority": "2 - High",
        "Opened at": "2025-03-03 08:15:00",
        "Closed at": "2025-03-04 10:00:00",
        "Resolution notes": f"Replaced toner cartridge {number}.",
        "Caller": "Ada Okafor",
        "Category": "Hardware",
        "Subcategory": "Printer",
        "Business service": "Printing",
        **more,
    }


@pytest.fixture
def bring(runtime: Runtime, tmp_path: Path) -> Callable[..., Summary]:
    """Import a file of incidents and return the summary."""

    def act(path: Path, *, dry_run: bool = False, **options: Any) -> Summary:
        given = incidents.Options(**{"rejects": tmp_path / "rejects.csv", **options})
        planned = incidents.plan(runtime, path, given)
        return incidents.run(runtime, planned, lambda share, summary: None, dry_run=dry_run)

    return act


@pytest.fixture
def bring_articles(runtime: Runtime, tmp_path: Path) -> Callable[..., Summary]:
    """Import a file or folder of articles and return the summary."""

    def act(path: Path, *, dry_run: bool = False, **options: Any) -> Summary:
        given = articles.Options(**{"rejects": tmp_path / "rejects.jsonl", **options})
        planned = articles.plan(runtime, path, given)
        return articles.run(runtime, planned, lambda share, summary: None, dry_run=dry_run)

    return act
