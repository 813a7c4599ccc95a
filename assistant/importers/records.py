"""A row becomes a record of an incident in our words, or is rejected with the reason in a sentence."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from assistant.desk.classification import SEPARATOR
from assistant.desk.record import LONGEST, LONGEST_TEXT
from assistant.importers.journal import Remark, remarks
from assistant.importers.mapping import ColumnMap
from assistant.importers.names import fold
from assistant.importers.times import Dates
from assistant.importers.values import choice, line, prose

TITLE_FROM_TEXT = 90  # characters of a title that is made from a row's text
PROSE = ("reported_text", "symptoms", "environment", "workaround", "cause", "resolution", "verification")
LINES = (
    "contact",
    "hold_reason",
    "requester",
    "requester_email",
    "service",
    "group",
    "assignee",
    "resolved_by",
)
DATES = ("occurred_at", "recorded_at", "resolved_at", "closed_at")
PATHS = ("category", "closing_category")
PREDEFINED = {"priority": "P3", "impact": "person", "urgency": "soon", "source": "import"}
LONGEST_LINE = {
    **LONGEST,
    "requester": 200,
    "requester_email": 320,
    "assignee": 200,
    "resolved_by": 200,
    **dict.fromkeys(("service", "group", "items", "category", "closing_category"), 100),
}
BRANCHES = re.compile(rf"\s*(?:{SEPARATOR.strip()}|>|::|\\)\s*|\s+/\s+")  # “Network > VPN”, not “I/O”
LEAST_LIMIT = min(LONGEST_LINE.values())
EXTERNAL_ID = 200


class Rejected(Exception):
    """A row cannot be imported; the message says why, and how to cure it."""


@dataclass
class Record:
    """An incident as the file has it, in our words. phase or state is set. notes: what was decided, for the summary."""

    external_id: str
    row: int
    values: dict[str, Any]  # our columns of Incident that hold plain values
    names: dict[str, str] = field(default_factory=dict)  # people, service, group, categories by name
    items: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Reading:
    """How the rows of one import are read.

    state: for rows that name none, empty to judge by their dates. matrix: (impact, urgency) -> priority.
    """

    source: str
    columns: ColumnMap
    dates: Dates
    now: datetime
    state: str
    matrix: Mapping[tuple[str, str], str]

    def record(self, number: int, row: Mapping[str, Any]) -> Record:
        """Return what a row says. Raises Rejected."""
        record = Record(self._external_id(row), number, {})
        self._texts(record, row)
        self._dates(record, row)
        self._choices(record, row)
        self._state(record, row)
        self._title(record)
        self._remarks(record, row)
        _fitting(record)
        return record

    def _external_id(self, row: Mapping[str, Any]) -> str:
        given = self.columns.cell(row, "id")
        own = (
            line(given) if given is not None else sha256(repr(sorted(row.items())).encode()).hexdigest()[:16]
        )
        name = f"{self.source}:{own}"
        if len(name) > EXTERNAL_ID:
            raise Rejected(
                f"The identifier is {len(own)} characters long; {EXTERNAL_ID - len(self.source) - 1} fit."
            )
        return name

    def _texts(self, record: Record, row: Mapping[str, Any]) -> None:
        for name in ("title", *PROSE):
            text = "\n\n".join(prose(cell) for cell in self.columns.cells(row, name))
            record.values[name] = line(text) if name == "title" else text
        for name in LINES:
            if (cell := self.columns.cell(row, name)) is not None:
                record.names[name] = line(cell)
        for name in PATHS:
            if cells := self.columns.cells(row, name):
                record.names[name] = SEPARATOR.join(_branch(cell) for cell in cells)
        for name in ("contact", "hold_reason"):
            record.values[name] = record.names.pop(name, "")
        items = [line(item) for cell in self.columns.cells(row, "items") for item in _listed(cell)]
        record.items = tuple(dict.fromkeys(item for item in items if item))

    def _dates(self, record: Record, row: Mapping[str, Any]) -> None:
        for name in DATES:
            cell = self.columns.cell(row, name)
            record.values[name] = None if cell is None else self._date(cell, name)
        if record.values["recorded_at"] is None:
            del record.values[
                "recorded_at"
            ]  # the desk dates what it adopts; a second run must not change that
            other = next((record.values[name] for name in DATES if record.values.get(name)), None)
            if other:
                record.values["recorded_at"] = other
            record.notes[f"have no date of record: {'another date' if other else 'now'} stands in"] += 1

    def _date(self, cell: Any, name: str) -> datetime:
        try:
            moment = self.dates.read(cell)
        except ValueError as error:
            raise Rejected(f"{_called(name)}: {error}") from error
        if moment > self.now:
            raise Rejected(
                f"{_called(name)}: {line(cell)} is in the future. Correct it, or name the time zone."
            )
        return moment

    def _choices(self, record: Record, row: Mapping[str, Any]) -> None:
        values = record.values
        for name, usual in PREDEFINED.items():
            cell = self.columns.cell(row, name)
            meaning = None if cell is None else self._meaning(name, cell)
            values[name] = meaning or usual
            if cell is not None and meaning is None:
                instead = "impact and urgency decide" if name == "priority" else f"“{usual}” stands in"
                record.notes[f"say “{line(cell)[:40]}” for {name}, which is not known: {instead}"] += 1
            if name == "priority":
                values["priority_reason"] = "Kept from the import." if meaning else ""
        usual = self.matrix[values["impact"], values["urgency"]]
        if not values["priority_reason"] or values["priority"] == usual:
            values["priority"], values["priority_reason"] = usual, ""
        count = self.columns.cell(row, "reopen_count")
        values["reopen_count"] = int(line(count)) if count is not None and line(count).isdigit() else 0

    def _meaning(self, name: str, cell: Any) -> str | None:
        return self.columns.values.get(name, {}).get(fold(line(cell))) or choice(name, cell)

    def _state(self, record: Record, row: Mapping[str, Any]) -> None:
        values, cell = record.values, self.columns.cell(row, "state")
        record.names["state"] = line(cell) if cell is not None else ""
        said = self._meaning("state", cell) if cell is not None else self.state or None
        values["state"] = said or self._state_by_contents(values)
        if cell is not None and said is None:
            record.notes[
                f"say “{line(cell)[:40]}” for state, which is not known: “{values['state']}” stands in"
            ] += 1
        if values["state"] == "waiting":
            values["hold_reason"] = values["hold_reason"] or (line(cell) if cell is not None else "Waiting")
        else:
            values["hold_reason"] = ""

    def _state_by_contents(self, values: Mapping[str, Any]) -> str:
        if values["closed_at"] or values["resolution"]:
            return "closed"
        if values["resolved_at"]:
            return "resolved" if "closed_at" in self.columns.columns else "closed"
        return "new"

    def _title(self, record: Record) -> None:
        values = record.values
        longest = LONGEST["title"]
        if len(values["title"]) > longest:
            record.notes[
                f"have a title of more than {longest} characters: all of it begins the symptoms"
            ] += 1
            values["symptoms"] = "\n\n".join(filter(None, (values["title"], values["symptoms"])))
            values["title"] = shortened(values["title"], longest)
        if values["title"]:
            return
        text = next((values[name] for name in PROSE if values[name]), "")
        values["title"] = shortened(first_sentence(text), TITLE_FROM_TEXT) or record.names.get("category", "")
        if not values["title"]:
            raise Rejected(
                "The row has neither a title nor a text. Fill in one of them, or map other columns."
            )
        made = "their text gives one" if text else "their category stands in"
        record.notes[f"have no title: {made}"] += 1
        values["title"] = shortened(values["title"], longest)

    def _remarks(self, record: Record, row: Mapping[str, Any]) -> None:
        try:
            record.remarks = tuple(
                remark
                for name, kind in (("notes", "note"), ("comments", "comment"))
                for cell in self.columns.cells(row, name)
                for remark in remarks(cell, kind, self.dates.read)
            )
        except ValueError as error:
            raise Rejected(f"A note or comment: {error}") from error


def first_sentence(text: str) -> str:
    """Return the first sentence or line of a text, without the marks of a heading."""
    start = text.lstrip("#*>- \n\t").split("\n", 1)[0]
    return re.split(r"(?<=[.!?])\s", line(start), maxsplit=1)[0]


def shortened(text: str, longest: int) -> str:
    """Return a text that fits, cut between words; an ellipsis shows the cut."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[longest // 2 :] else head).rstrip(" ,;:-") + "…"


def _fitting(record: Record) -> None:
    """Raise Rejected when something is longer than what can be kept: nothing is cut."""
    texts = [*record.values.items(), *record.names.items(), *(("items", item) for item in record.items)]
    for name, text in texts:
        if not isinstance(text, str) or len(text) <= LEAST_LIMIT:
            continue
        parts = text.split(SEPARATOR) if name in PATHS else [text]
        longest = LONGEST_LINE.get(name, LONGEST_TEXT)
        if too_long := next((part for part in parts if len(part) > longest), ""):
            raise Rejected(
                f"{_called(name)} is {len(too_long):,} characters long; {longest:,} fit. Shorten it."
            )


def _branch(cell: Any) -> str:
    """Return one branch of a category path; of a list of tags the first one counts."""
    return BRANCHES.sub(SEPARATOR, line(cell[0] if isinstance(cell, list) else cell))


def _listed(cell: Any) -> list[Any]:
    return cell if isinstance(cell, list) else re.split(r"[;\n]", cell) if isinstance(cell, str) else [cell]


def _called(name: str) -> str:
    """Return how people call a field at the beginning of a sentence."""
    words = name.removesuffix("_at").replace("_", " ")
    return f"The time when it was {words}" if name.endswith("_at") else f"The {words}"
