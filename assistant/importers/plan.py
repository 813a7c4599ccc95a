"""What both imports share: how a file will be read, shown before it starts, and carrying it out."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.importers import loop
from assistant.importers.decoding import fingerprint
from assistant.importers.mapping import ColumnMap
from assistant.importers.readers import Row, Table
from assistant.importers.records import Rejected
from assistant.importers.rejects import Rejects, free_path
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.importers.times import Dates
from assistant.importers.values import line
from assistant.runtime import Runtime

SAMPLE = 200  # rows that a guess looks at
SHOWN = 3
EXAMPLE = 40  # characters of a cell that are shown
Progress = Callable[[float, Summary], object]  # share done from 0 to 1, and the counts so far


@dataclass
class Plan:
    """How a file will be read. how: every choice that changes what comes out. tell: a sample row in one line."""

    kind: str
    table: Table
    columns: ColumnMap
    source: str
    timezone: str
    dates: Dates
    how: str
    door: Callable[[bool], loop.Door]  # made for a dry run or a real one
    tell: Callable[[Row], str]
    sample: list[Row] = field(default_factory=list)
    order_given: bool = False
    rejects: Path | None = None
    remark: str = ""

    def lines(self) -> Iterator[str]:
        """Yield what a person should see before it starts."""
        yield f"{self.table.path.name}: {self.table.details}"
        yield f"Source name: {self.source} (with the identifier of a row it makes the row known again)"
        yield f"Columns, {'guessed' if self.columns.guessed else 'as the mapping file says'}:"
        for name, several in self.columns.columns.items():
            yield f"  {' + '.join(several):<32} → {name.replace('_', ' '):<16}{self._example(several[0])}".rstrip()
        if self.columns.ignored:
            yield "  not imported: " + ", ".join(self.columns.ignored)
        yield f"Times without a zone are in {self.timezone}.{self._order()}"
        if not {"id", "path", "email"} & self.columns.columns.keys():
            yield "No column holds an identifier: a row is known again by its whole content."
        if self.remark:
            yield self.remark

    def samples(self) -> list[str]:
        """Return what the first rows become, a line each."""
        return [f"row {row.number}: {self._told(row)}" for row in self.sample[:SHOWN]]

    def _told(self, row: Row) -> str:
        try:
            return self.tell(row)
        except Rejected as reason:
            return f"rejected. {reason}"

    def _example(self, column: str) -> str:
        shown = next((line(row.values[column]) for row in self.sample if row.values.get(column)), "")
        return f"   such as “{shown[:EXAMPLE]}{'…' if len(shown) > EXAMPLE else ''}”" if shown else ""

    def _order(self) -> str:
        if not self.columns.slashes:
            return ""
        order = "day" if self.dates.day_first else "month"
        sure = "" if self.columns.day_first is not None or self.order_given else " (not certain: name it)"
        return f" In dates such as 03/04/2026 the {order} stands first{sure}."


def carry_out(runtime: Runtime, plan: Plan, progress: Progress, *, dry_run: bool = False) -> Summary:
    """Import what a plan says, or only count what would happen. Goes on where the same import was interrupted."""
    summary = Summary(plan.kind, dry_run, samples=plan.samples())
    door = plan.door(dry_run)
    begun = time.monotonic()

    def tell() -> None:
        progress(plan.table.share, summary)

    if dry_run:
        loop.rehearse(runtime, plan.table.rows(), door, summary=summary, progress=tell)
    else:
        mark = sha256(f"{fingerprint(plan.table.path)} {plan.how}".encode()).hexdigest()
        job = loop.Job(plan.kind, plan.source, str(plan.table.path)[-500:], mark)
        ending = "csv" if plan.table.kind in ("csv", "xlsx") else "jsonl"
        wanted = plan.rejects or Path(f"{stem_of(plan.table.path)}.rejects.{ending}")
        file = Rejects(free_path(wanted.resolve()), plan.table.kind, plan.table.columns)
        loop.perform(runtime, job, plan.table.rows(), door, rejects=file, summary=summary, progress=tell)
    summary.seconds = time.monotonic() - begun
    return summary


def dates_of(timezone: str, columns: ColumnMap, day_first: bool | None) -> Dates:
    """Return how dates are read. day_first: as a person says, None as the file shows. Raises ImportFailed."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportFailed(f"“{timezone}” is not a time zone. Use a name such as Europe/Lisbon.") from error
    first = day_first if day_first is not None else columns.day_first
    return Dates(zone, day_first=first is not False)


def source_of(path: Path) -> str:
    """Return the source name for a file: its own name, that of the original for a rejects file."""
    return stem_of(path).partition(".rejects")[0][:100]


def stem_of(path: Path) -> str:
    """Return a file's name without its endings."""
    name = path.resolve().name
    return name if path.is_dir() else name.removesuffix(".gz").rsplit(".", 1)[0]
