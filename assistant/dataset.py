"""Sets of documents, queries and judgements, read from a folder as they come: plain or compressed, fields missing."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.desk.errors import DeskError

KINDS = ("articles", "incidents")
FILES = {  # where documents may be, and what they become unless the caller says otherwise
    "articles": "articles",
    "incidents": "incidents",
    "corpus": "incidents",
}
TEXTS = ("body", "body_markdown", "answer", "resolution")  # the fields of a document besides its title
OTHER_TEXTS = ("text", "description", "summary")  # where none of those is there
SOLUTIONS = ("answer", "resolution")
TITLE_LENGTH = 300

Record = Mapping[str, Any]


class DataMissing(DeskError):
    """The folder does not hold what an evaluation needs."""


@dataclass(frozen=True)
class Data:
    """What is evaluated. documents, queries, unanswered: records with an id; judged: gains by query and document."""

    documents: Sequence[Record]
    queries: Sequence[Record]
    unanswered: Sequence[Record]
    judged: Mapping[str, Mapping[str, float]]
    kind: str


def read(folder: Path, documents: Path | None = None, kind: str | None = None) -> Data:
    """Read queries, judgements and documents, plain or compressed. Raises DataMissing."""
    queries = _records(folder, "queries")
    if queries is None:
        raise DataMissing(f"There is no queries.jsonl.gz in {folder}.")
    home = documents or folder
    for name, usual in FILES.items():
        found = _records(home, name)
        if found is not None:
            chosen = kind or ("articles" if any("answer" in record for record in found) else usual)
            unanswered = _records(folder, "queries_nomatch") or []
            return Data(found, queries, unanswered, _judgements(folder / "qrels.tsv"), chosen)
    raise DataMissing(f"There is none of {', '.join(f'{name}.jsonl.gz' for name in FILES)} in {home}.")


def text_of(record: Record) -> str:
    """Return a query as one text, its title first."""
    return "\n".join(part for part in (_said(record, "title"), _body(record, (*TEXTS, "query"))) if part)


def _body(record: Record, names: Sequence[str]) -> str:
    texts = [text for name in names if (text := _said(record, name))]
    return "\n\n".join(texts or [text for name in OTHER_TEXTS if (text := _said(record, name))])


def _said(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value).replace("\0", " ").strip()


def parts(record: Record) -> tuple[str, str, str]:
    """Return title, what it is about, and what resolves it; what a title cannot hold goes on in the text."""
    title = " ".join(_said(record, "title").split())
    said = _body(record, [name for name in TEXTS if name not in SOLUTIONS])
    solution = "\n\n".join(text for name in SOLUTIONS if (text := _said(record, name)))
    about = said if said != "" and not (solution and said == solution) else ""
    overflow = f"{title}\n" if len(title) > TITLE_LENGTH else ""
    return title[:TITLE_LENGTH], overflow + about, solution


def _records(folder: Path, name: str) -> list[Record] | None:
    for path, reader in ((folder / f"{name}.jsonl.gz", gzip.open), (folder / f"{name}.jsonl", open)):
        if path.is_file():
            with reader(path, "rt", encoding="utf-8", errors="replace") as file:
                found = [json.loads(line) for line in file if line.strip()]
            for number, record in enumerate(found, 1):
                record.setdefault("id", record.get("_id", str(number)))
            return found
    return None


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    """Read query, document and gain from lines that are separated by tabs; a header is skipped."""
    if not path.is_file():
        raise DataMissing(f"There is no {path.name} in {path.parent}.")
    judged: dict[str, dict[str, float]] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t") if "\t" in line else line.split()
        try:
            gain = float(cells[-1])
        except (ValueError, IndexError):
            continue
        judged.setdefault(cells[0], {})[cells[-2]] = gain
    return judged
