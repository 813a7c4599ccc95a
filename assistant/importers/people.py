"""Import of people from a table: new ones are added and invited later by hand; who is here already stays so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk import directory, groups, people
from assistant.desk.people import ROLES, Person
from assistant.importers import mapping
from assistant.importers.mapping import ColumnMap
from assistant.importers.names import PEOPLE_NAMES, fold
from assistant.importers.plan import SAMPLE, Plan, Progress, carry_out, dates_of, source_of
from assistant.importers.readers import Row, open_table
from assistant.importers.records import Rejected
from assistant.importers.run import ImportFailed
from assistant.importers.summary import Summary
from assistant.importers.values import line
from assistant.runtime import Runtime

KIND = "people"
NEEDED = ("name", "email")
OTHERS = {"are here already with other words than these: they stay as they are": 1}
ROLE_NAMES = {fold(said): role for role, label in ROLES.items() for said in (role, label)}
Record = tuple[dict[str, str], tuple[str, ...]]  # columns of Person that the row tells, names of groups


@dataclass(frozen=True)
class Options:
    """How a file is to be read. timezone: of people whose row names none; by: id of the person who imports."""

    source: str = ""
    timezone: str = ""
    rejects: Path | None = None
    by: int | None = None


def plan(runtime: Runtime, path: Path, options: Options) -> Plan:
    """Find out how a file is to be read. Raises Unreadable or ImportFailed with the cure."""
    table = open_table(path)
    sample = list(islice((row for row in table.rows() if not row.problem), SAMPLE))
    columns = mapping.find(None, table.columns, [row.values for row in sample], PEOPLE_NAMES)
    missing = [name for name in NEEDED if name not in columns.columns]
    if missing:
        raise ImportFailed(
            f"No column of {path.name} is called {' or '.join(missing)}; the columns are {', '.join(table.columns)}."
        )
    with runtime.reading() as db:
        known = {group.name.casefold(): group.name for group in groups.everyone(db, active=True)}
        timezone = options.timezone or runtime.zone(db).key
    dates = dates_of(timezone, columns, None)
    reading = Reading(columns, known)
    return Plan(
        KIND,
        table,
        columns,
        options.source or source_of(path),
        timezone,
        dates,
        repr((columns, timezone)),
        lambda _: PersonDoor(reading, timezone, options.by, runtime.now()),
        tell=lambda row: _told(*reading.record(row.values)),
        sample=sample,
        rejects=options.rejects,
        remark="A person is known by the mail address. Nobody is invited by this; make their links on their pages.",
    )


def run(runtime: Runtime, planned: Plan, progress: Progress, *, dry_run: bool = False) -> Summary:
    """Import the people of a file, or only say what would happen. Goes on where it was interrupted."""
    return carry_out(runtime, planned, progress, dry_run=dry_run)


@dataclass(frozen=True)
class Reading:
    """How rows are read. groups: the names of those in use, by their folded names."""

    columns: ColumnMap
    groups: Mapping[str, str]

    def record(self, row: Mapping[str, Any]) -> Record:
        """Return what a row says. Raises Rejected with everything that is wrong with it."""
        values = {name: line(self.columns.cell(row, name) or "") for name in people.EDITABLE}
        values = {name: value for name, value in values.items() if value or name in NEEDED}
        values["email"] = values["email"].lower()
        if "role" in values:
            values["role"] = ROLE_NAMES.get(fold(values["role"]), values["role"])
        named = re.split(r"[;,|\n]", str(self.columns.cell(row, "groups") or ""))
        wanted = tuple(dict.fromkeys(name.strip() for name in named if name.strip()))
        wrong = people.wrong_in({"role": "requester", "timezone": "UTC", **values})
        said = [f"{finding.message} {finding.cure}" for finding in wrong]
        said += [
            f"There is no group “{name}”. Add it first."
            for name in wanted
            if name.casefold() not in self.groups
        ]
        if said:
            raise Rejected(" ".join(said))
        return values, tuple(self.groups[name.casefold()] for name in wanted)


class PersonDoor:
    """Reads rows and adds people."""

    def __init__(self, reading: Reading, timezone: str, by: int | None, now: datetime) -> None:
        self.reading, self.timezone, self.by, self.now = reading, timezone, by, now
        self.met: set[str] = set()  # in a dry run, which adds nobody

    def read(self, row: Row) -> Record:
        """Return the person that a row says. Raises Rejected."""
        return self.reading.record(row.values)

    def write(self, db: Session, records: list[Record], run_id: int, summary: Summary) -> None:
        """Add those who are not here yet and count the others."""
        rows = {group.name: group for group in groups.everyone(db, active=True)}
        actor = db.get(Person, self.by) if self.by else None
        for values, named in records:
            known = people.by_email(db, values["email"])
            if known is not None or values["email"] in self.met:
                summary.counts["unchanged"] += 1
                summary.note(OTHERS if known is not None and _differs(known, values) else {})
                continue
            summary.counts["added"] += 1
            self.met.add(values["email"])
            if run_id:
                wanted = [rows[name] for name in named if name in rows]
                new = {"role": "requester", "timezone": self.timezone, **values}
                directory.add(db, new, wanted, actor=actor, now=self.now)


def _differs(person: Person, values: Mapping[str, str]) -> bool:
    return any(getattr(person, name) != value for name, value in values.items())


def _told(values: Mapping[str, str], named: tuple[str, ...]) -> str:
    about = (
        values["email"],
        ROLES[values.get("role", "requester")],
        values.get("department", ""),
        ", ".join(named),
    )
    return f"{values['name']} · " + " · ".join(part for part in about if part)
