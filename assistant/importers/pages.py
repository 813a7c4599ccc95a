"""A row becomes a record of an article, or is rejected with the reason in a sentence."""

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urljoin

from assistant.desk.classification import SEPARATOR
from assistant.importers.hypertext import is_html, to_text
from assistant.importers.mapping import ColumnMap
from assistant.importers.markdown import readable
from assistant.importers.names import fold
from assistant.importers.records import EXTERNAL_ID, LONGEST_LINE, Rejected, first_sentence, shortened
from assistant.importers.sections import split, title_in
from assistant.importers.times import Dates
from assistant.importers.values import is_empty, line, prose
from kb.article import Content
from kb.standard import TITLE_LIMIT, too_long

PARTS = ("issue", "environment", "cause", "resolution")
CONFIDENCES = {  # words of other knowledge bases, folded -> our confidence
    **dict.fromkeys(
        ("wip", "draft", "work in progress", "in progress", "entwurf", "brouillon", "rascunho"), "wip"
    ),
    **dict.fromkeys(
        ("not validated", "not_validated", "review", "in review", "pending review"), "not_validated"
    ),
    **dict.fromkeys(("validated", "approved", "verified"), "validated"),
    **dict.fromkeys(("archived", "retired", "obsolete", "deprecated", "outdated", "withdrawn"), "archived"),
}


@dataclass
class Page:
    """An article as the file has it, in our words."""

    external_id: str
    row: int
    content: Content
    services: tuple[str, ...] = ()
    category: str = ""
    confidence: str = ""
    owner: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class PageReading:
    """How the rows of one import are read. titles: by path, for relative links; base_url: where the pages stand."""

    source: str
    columns: ColumnMap
    dates: Dates
    confidence: str
    titles: Mapping[str, str]
    base_url: str = ""

    def record(self, number: int, row: Mapping[str, Any]) -> Page:
        """Return what a row says. Raises Rejected."""
        page = Page(self._external_id(row), number, Content())
        path = line(self._cell(row, "path") or "")
        body = self._markdown(self._cell(row, "body"), path)
        title = line(self._cell(row, "title") or "") or title_in(body) or shortened(first_sentence(body), 120)
        given = {name: self._markdown(self._cell(row, name), path) for name in PARTS}
        page.content = self._content(page, title, body, given)
        page.services = tuple(dict.fromkeys(filter(None, map(line, _several(self._cell(row, "services"))))))
        page.category = SEPARATOR.join(
            line(_several(cell)[0]) for cell in self.columns.cells(row, "category")
        )
        page.owner = line(_several(self._cell(row, "owner"))[:1])
        said = fold(line(self._cell(row, "confidence") or ""))
        page.confidence = CONFIDENCES.get(said, self.confidence)
        for name in ("created_at", "updated_at"):
            setattr(page, name, self._date(row, name))
        _fitting(page)
        return page

    def _cell(self, row: Mapping[str, Any], name: str) -> Any:
        return self.columns.cell(row, name)

    def _external_id(self, row: Mapping[str, Any]) -> str:
        given = self._cell(row, "path") if self._cell(row, "id") is None else self._cell(row, "id")
        own = (
            line(given) if given is not None else sha256(repr(sorted(row.items())).encode()).hexdigest()[:16]
        )
        name = f"{self.source}:{own}"
        if len(name) > EXTERNAL_ID:
            raise Rejected(
                f"The identifier is {len(own)} characters long; {EXTERNAL_ID - len(self.source) - 1} fit."
            )
        return name

    def _markdown(self, cell: Any, path: str) -> str:
        if not isinstance(cell, str):
            return "" if cell is None else prose(cell)
        text = cell.replace("\r\n", "\n").replace("\x00", "")
        if text.lstrip().startswith("<") and is_html(text) and "\n#" not in text:
            return to_text(text)
        return readable(text, lambda target: self._resolve(target, path))

    def _resolve(self, target: str, path: str) -> str:
        """Say what a relative link on a page leads to: an address where one is known, else the title or the path."""
        if self.base_url:
            return urljoin(urljoin(self.base_url.rstrip("/") + "/", path), target)
        plain = unquote(target.partition("#")[0].partition("?")[0])
        folder = "" if plain.startswith("/") else posixpath.dirname(path)
        full = posixpath.normpath(posixpath.join(folder, plain.lstrip("/"))).removeprefix("../")
        for name in (full, f"{full}.md", f"{full}/index.md", f"{full}/README.md"):
            if title := self.titles.get(name):
                return f"“{title}”"
        return plain.removeprefix("./")

    def _content(self, page: Page, title: str, body: str, given: Mapping[str, str]) -> Content:
        parts = split(body, title) if body else dict.fromkeys(PARTS, "")
        parts = {name: "\n\n".join(filter(None, (given[name], parts[name]))) for name in PARTS}
        if not title:
            raise Rejected(
                "The row has neither a title nor a text. Fill in one of them, or map other columns."
            )
        if not any(parts.values()):
            raise Rejected("There is nothing below the title. Write a text, or map other columns.")
        if len(title) > TITLE_LIMIT:
            page.notes[f"have a title of more than {TITLE_LIMIT} characters: all of it begins the issue"] += 1
            parts["issue"] = f"{title}\n\n{parts['issue']}".strip()
        if not parts["issue"]:
            page.notes["say no issue apart: their title stands in"] += 1
        parts["issue"] = parts["issue"].strip() or title
        return Content(shortened(title, TITLE_LIMIT), **{name: text.strip() for name, text in parts.items()})

    def _date(self, row: Mapping[str, Any], name: str) -> datetime | None:
        cell = self._cell(row, name)
        try:
            return None if cell is None else self.dates.read(cell)
        except ValueError as error:
            raise Rejected(f"The time when it was {name.removesuffix('_at')}: {error}") from error


def _several(cell: Any) -> list[Any]:
    """Return the entries of a list; a cell alone is one, an empty one is none."""
    return [] if is_empty(cell) else cell if isinstance(cell, list) else [cell]


def _fitting(page: Page) -> None:
    for finding in too_long(page.content):
        raise Rejected(f"The {finding.field}: {finding.message} {finding.cure}")
    for name in (*page.services, *page.category.split(SEPARATOR)):
        if len(name) > LONGEST_LINE["service"]:
            raise Rejected(
                f"“{name[:40]}…” is {len(name)} characters long; {LONGEST_LINE['service']} fit. Shorten it."
            )
