"""Import of incidents from a table: `plan` says how the file is read, `run` does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from assistant.desk import priority, process, ways
from assistant.importers import mapping
from assistant.importers.adopting import KIND, IncidentDoor
from assistant.importers.directory import CREATABLE, Directory
from assistant.importers.mapping import ColumnMap
from assistant.importers.names import INCIDENT_NAMES
from assistant.importers.plan import SAMPLE, Plan, Progress, carry_out, dates_of, source_of
from assistant.importers.readers import open_table
from assistant.importers.records import Reading, Record
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.runtime import Runtime

SPEAKING = frozenset(
    ("title", "reported_text", "symptoms", "resolution", "category")
)  # one of them is needed

TELL_STATE = frozenset(("state", "resolved_at", "closed_at", "resolution"))
STATELESS = "No column tells the state: all rows come in as new. A history comes in with --state closed."


@dataclass(frozen=True)
class Options:
    """How a file is to be read; what is empty is found out, or usual. docs/importing.md explains each."""

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


def plan(runtime: Runtime, path: Path, options: Options) -> Plan:
    """Find out how a file is to be read. Raises Unreadable or ImportFailed with the cure."""
    with runtime.reading() as db:
        _check(options, ways.names(db))
        states, matrix = _states(db, options), priority.matrix(db)
    table = open_table(path, encoding=options.encoding, delimiter=options.delimiter, sheet=options.sheet)
    sample = list(islice((row for row in table.rows() if not row.problem), SAMPLE))
    columns = mapping.find(options.mapping, table.columns, [row.values for row in sample], INCIDENT_NAMES)
    if not columns.columns.keys() & SPEAKING:
        raise ImportFailed(
            f"No column of {path.name} looks like a title or a text. Name them in a mapping file; "
            f"the columns are {', '.join(table.columns)}."
        )
    _check_states(columns, states)
    source, timezone = options.source or source_of(path), options.timezone or runtime.settings.timezone
    dates = dates_of(timezone, columns, options.day_first)
    reading = Reading(source, columns, dates, runtime.now(), options.state, matrix)

    def door(dry_run: bool) -> IncidentDoor:
        create = Directory(options.create_missing, now=reading.now, timezone=timezone, writes=not dry_run)
        return IncidentDoor(reading, create, options.process)

    how = repr(
        (columns, timezone, dates.day_first, options.state, options.process, sorted(options.create_missing))
    )
    return Plan(
        KIND,
        table,
        columns,
        source,
        timezone,
        dates,
        how,
        door,
        tell=lambda row: _told(reading.record(row.number, row.values)),
        sample=sample,
        order_given=options.day_first is not None,
        rejects=options.rejects,
        remark="" if options.state or columns.columns.keys() & TELL_STATE else STATELESS,
    )


def run(runtime: Runtime, planned: Plan, progress: Progress, *, dry_run: bool = False) -> Summary:
    """Import the incidents of a file, or only say what would happen. Goes on where it was interrupted."""
    return carry_out(runtime, planned, progress, dry_run=dry_run)


def _check(options: Options, processes: Sequence[str]) -> None:
    if options.process not in processes:
        raise ImportFailed(f"There is no process “{options.process}”. There are: {', '.join(processes)}.")
    if options.state and options.state not in process.PHASES:
        raise ImportFailed(
            f"“{options.state}” is no state to import into. Use one of: {', '.join(process.PHASES)}."
        )
    if unknown := set(options.create_missing) - set(CREATABLE):
        raise ImportFailed(f"{', '.join(sorted(unknown))} cannot be added. Can be: {', '.join(CREATABLE)}.")


def _states(db: Session, options: Options) -> tuple[str, ...]:
    return (*process.PHASES, *ways.newest(db, options.process)[0].states)


def _check_states(columns: ColumnMap, allowed: Sequence[str]) -> None:
    wrong = sorted(
        {meaning for meaning in columns.values.get("state", {}).values() if meaning not in allowed}
    )
    if wrong:
        raise ImportFailed(
            f"{', '.join(wrong)}: no such state. Use one of: {', '.join(dict.fromkeys(allowed))}."
        )


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
