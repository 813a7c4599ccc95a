"""Import of articles from Markdown or a table: `plan` says how the file is read, `run` does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from assistant.importers import folders, mapping
from assistant.importers.authoring import KIND, ArticleDoor
from assistant.importers.directory import CREATABLE, Directory
from assistant.importers.mapping import ColumnMap
from assistant.importers.names import ARTICLE_NAMES
from assistant.importers.pages import PARTS, Page, PageReading
from assistant.importers.plan import SAMPLE, Plan, Progress, carry_out, dates_of, source_of
from assistant.importers.readers import Table, open_table
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.importers.values import line
from assistant.runtime import Runtime
from kb.article import AUDIENCES, CONFIDENCES

MOST_TITLES = 100_000  # pages whose titles are kept in memory for the links between them


@dataclass(frozen=True)
class Options:
    """How articles are to be read; what is empty is found out, or usual. docs/importing.md explains each."""

    source: str = ""
    mapping: Path | None = None
    timezone: str = ""
    day_first: bool | None = None
    encoding: str = ""
    confidence: str = "not_validated"
    audience: str = "internal"
    personal_data_checked: bool = False
    base_url: str = ""
    create_missing: Sequence[str] = ("categories", "services")
    rejects: Path | None = None


def plan(runtime: Runtime, path: Path, options: Options) -> Plan:
    """Find out how a file or folder is to be read. Raises Unreadable or ImportFailed with the cure."""
    _check(options)
    table = (
        folders.open_folder(path)
        if folders.is_markdown(path)
        else open_table(path, encoding=options.encoding)
    )
    sample = list(islice((row for row in table.rows() if not row.problem), SAMPLE))
    columns = mapping.find(options.mapping, table.columns, [row.values for row in sample], ARTICLE_NAMES)
    if not columns.columns.keys() & {"body", *PARTS}:
        raise ImportFailed(
            f"No column of {path.name} looks like the text of an article. Name it in a mapping file; "
            f"the columns are {', '.join(table.columns)}."
        )
    source, timezone = options.source or source_of(path), options.timezone or runtime.settings.timezone
    dates = dates_of(timezone, columns, options.day_first)
    titles = _titles(table, columns)
    reading = PageReading(source, columns, dates, options.confidence, titles, options.base_url)

    def door(dry_run: bool) -> ArticleDoor:
        now = runtime.now()
        create = Directory(options.create_missing, now=now, timezone=timezone, writes=not dry_run)
        checked = options.personal_data_checked
        return ArticleDoor(reading, create, audience=options.audience, checked=checked, now=now)

    return Plan(
        KIND,
        table,
        columns,
        source,
        timezone,
        dates,
        repr((columns, timezone, dates.day_first, replace(options, rejects=None))),
        door,
        tell=lambda row: _told(reading.record(row.number, row.values)),
        sample=sample,
        order_given=options.day_first is not None,
        rejects=options.rejects,
    )


def run(runtime: Runtime, planned: Plan, progress: Progress, *, dry_run: bool = False) -> Summary:
    """Import the articles of a file or folder, or only say what would happen. Goes on where it was interrupted."""
    return carry_out(runtime, planned, progress, dry_run=dry_run)


def _titles(table: Table, columns: ColumnMap) -> dict[str, str]:
    """Return the titles of the pages by path, so that links between pages can name them."""
    found = ((columns.cell(row.values, "path"), columns.cell(row.values, "title")) for row in table.rows())
    told = ((line(path), line(title)) for path, title in found if path and title)
    return dict(islice(told, MOST_TITLES))


def _check(options: Options) -> None:
    if options.confidence not in CONFIDENCES:
        raise ImportFailed(f"“{options.confidence}” is no confidence. Use one of: {', '.join(CONFIDENCES)}.")
    if options.audience not in AUDIENCES or options.audience == "team":
        others = ", ".join(name for name in AUDIENCES if name != "team")
        raise ImportFailed(f"Articles cannot be imported for “{options.audience}”. Use one of: {others}.")
    if unknown := set(options.create_missing) - set(CREATABLE):
        raise ImportFailed(f"{', '.join(sorted(unknown))} cannot be added. Can be: {', '.join(CREATABLE)}.")


def _told(page: Page) -> str:
    parts = [
        f"{name} {len(text):,}" for name, text in page.content.values().items() if text and name != "title"
    ]
    about = (*page.services, page.category, f"characters: {', '.join(parts)}")
    return f"“{page.content.title[:60]}” · " + " · ".join(part for part in about if part)
