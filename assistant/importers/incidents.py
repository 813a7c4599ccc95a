"""Import of incidents from a table: `plan` says how the file is read, `run` does it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.desk import process
from assistant.importers import decoding, loop, mapping
from assistant.importers.adopting import IncidentDoor
from assistant.importers.directory import CREATABLE, Directory
from assistant.importers.mapping import ColumnMap
from assistant.importers.names import INCIDENT_NAMES
from assistant.importers.readers import Row, Table, open_table
from assistant.importers.records import Reading, Record, Rejected
from assistant.importers.rejects import Rejects, free_path
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.importers.times import Dates
from assistant.importers.values import line
from assistant.runtime import Runtime

SAMPLE = 200  # rows that a guess looks at
SHOWN = 3
Progress = Callable[[float, Summary], object]  # share done from 0 to 1, and the counts so far


@dataclass(frozen=True)
class Options:
    """How a file is to be read; what is empty is found out or usual. See docs/importing.md."""

    source: str = ""
    mapping: Path | None = None
    timezone: str = ""
    day_first: bool | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    state: str = ""
    process: str = "itil"
    create_missing: Sequence[str] = ("categories", "services", "items")
    rejects: Path | None = None


@dataclass
class Plan:
    """How a file of incidents will be read."""

    table: Table
    columns: ColumnMap
    reading: Reading
    options: Options
    timezone: str
    sample: list[Row] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what a person should see before it starts."""
        yield f"{self.table.path.name}: {self.table.details}"
        yield f"Source name: {self.reading.source} (with the identifier it makes a row known again)"
        yield f"Columns, {'guessed' if self.columns.guessed else 'from ' + str(self.options.mapping)}:"
        for name, several in self.columns.columns.items():
            example = next(
                (line(row.values[several[0]]) for row in self.sample if row.values.get(several[0])), ""
            )
            shown = f"   such as “{example[:40]}{'…' if len(example) > 40 else ''}”" if example else ""
            yield f"  {' + '.join(several):<32} → {name.replace('_', ' '):<16}{shown}"
        if self.columns.ignored:
            yield "  not imported: " + ", ".join(self.columns.ignored)
        yield f"Times without a zone are in {self.timezone}.{self._order()}"
        if "id" not in self.columns.columns:
            yield "No column holds an identifier: a row is known again by its whole content."

    def _order(self) -> str:
        if not self.columns.slashes:
            return ""
        order = "day" if self.reading.dates.day_first else "month"
        sure = (
            ""
            if self.columns.day_first is not None or self.options.day_first is not None
            else " (not certain)"
        )
        return f" In dates such as 03/04/2026 the {order} stands first{sure}."

    def samples(self) -> list[str]:
        """Return what the first rows become, a line each."""
        found = []
        for row in self.sample[:SHOWN]:
            try:
                found.append(f"row {row.number}: {_told(self.reading.record(row.number, row.values))}")
            except Rejected as reason:
                found.append(f"row {row.number} is rejected: {reason}")
        return found


def plan(runtime: Runtime, path: Path, options: Options) -> Plan:
    """Find out how a file is to be read. Raises Unreadable or ImportFailed with the cure."""
    table = open_table(path, encoding=options.encoding, delimiter=options.delimiter, sheet=options.sheet)
    sample = list(islice((row for row in table.rows() if not row.problem), SAMPLE))
    values = [row.values for row in sample]
    columns = (
        mapping.load(options.mapping, table.columns, values, INCIDENT_NAMES)
        if options.mapping
        else mapping.guess(table.columns, values, INCIDENT_NAMES)
    )
    if not columns.columns.keys() & {"title", "reported_text", "symptoms", "resolution", "category"}:
        raise ImportFailed(
            f"No column of {path.name} looks like a title or a text. Name them in a mapping file: "
            f"its columns are {', '.join(table.columns)}."
        )
    _check(options)
    day_first = options.day_first if options.day_first is not None else columns.day_first
    zone = options.timezone or runtime.settings.timezone
    dates = Dates(zone_of(zone), day_first=day_first is not False)
    reading = Reading(options.source or source_of(path), columns, dates, runtime.now(), options.state)
    return Plan(table, columns, reading, options, zone, sample)


def run(runtime: Runtime, planned: Plan, progress: Progress, *, dry_run: bool = False) -> Summary:
    """Import the incidents of a file, or only say what would happen. An interrupted import goes on where it stopped."""
    options, table = planned.options, planned.table
    summary = Summary("incidents", dry_run, samples=planned.samples())
    directory = Directory(
        options.create_missing, now=runtime.now(), timezone=planned.timezone, writes=not dry_run
    )
    door = IncidentDoor(planned.reading, directory, options.process)

    def tell() -> None:
        progress(table.share, summary)

    if dry_run:
        loop.rehearse(runtime, table.rows(), door, summary=summary, progress=tell)
        return summary
    how = repr(
        (planned.columns, planned.timezone, planned.reading.dates.day_first, options.state, options.process)
    )
    mark = sha256(
        f"{decoding.fingerprint(table.path)} {how} {sorted(options.create_missing)}".encode()
    ).hexdigest()
    job = loop.Job("incidents", planned.reading.source, str(table.path), mark)
    wanted = options.rejects or Path(
        f"{stem_of(table.path)}.rejects.{'jsonl' if table.kind == 'jsonl' else 'csv'}"
    )
    rejects = Rejects(free_path(wanted.resolve()), table.kind, table.columns)
    loop.perform(runtime, job, table.rows(), door, rejects=rejects, summary=summary, progress=tell)
    return summary


def source_of(path: Path) -> str:
    """Return the source name for a file: its own name, that of the original for a rejects file."""
    return stem_of(path).partition(".rejects")[0][:100]


def stem_of(path: Path) -> str:
    """Return a file's name without its endings."""
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone. Raises ImportFailed when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportFailed(f"“{name}” is not a time zone. Use a name such as Europe/Lisbon.") from error


def _check(options: Options) -> None:
    if options.process not in process.presets():
        raise ImportFailed(
            f"There is no process “{options.process}”. There are: {', '.join(process.presets())}."
        )
    if options.state and options.state not in process.PHASES:
        raise ImportFailed(
            f"“{options.state}” is no state to import into. Use one of: {', '.join(process.PHASES)}."
        )
    if unknown := set(options.create_missing) - set(CREATABLE):
        raise ImportFailed(f"{', '.join(sorted(unknown))} cannot be added. Can be: {', '.join(CREATABLE)}.")


def _told(record: Record) -> str:
    values, names = record.values, record.names
    about = (
        values["state"],
        values["priority"],
        names.get("service", ""),
        names.get("category", ""),
        names.get("requester") or names.get("requester_email", ""),
        f"{values['recorded_at']:%Y-%m-%d %H:%M} UTC" if values.get("recorded_at") else "",
    )
    return f"“{values['title'][:60]}” · " + " · ".join(part for part in about if part)
