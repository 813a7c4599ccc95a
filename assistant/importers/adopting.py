"""How records of incidents come to the desk: new ones are adopted, known ones renewed where both sides allow it."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, selectinload

from assistant.desk import adoption, ways
from assistant.desk.adoption import Adoption
from assistant.desk.incident import Incident
from assistant.desk.process import PHASES
from assistant.importers.directory import Directory
from assistant.importers.journal import Remark
from assistant.importers.readers import Row
from assistant.importers.records import Reading, Record
from assistant.importers.run import Imported, digest, digest_all, known
from assistant.importers.summary import Summary

KIND = "incidents"
REMARKS = "remarks"  # beside the columns of Incident: digests of the notes and comments brought so far


Fresh = tuple[Record, dict[str, Any], dict[str, str]]  # a new record, its columns, their digests


class IncidentDoor:
    """Reads rows and writes incidents."""

    def __init__(self, reading: Reading, directory: Directory, way: str) -> None:
        self.reading = reading
        self.directory = directory
        self.process = way

    def read(self, row: Row) -> Record:
        """Return the record that a row says. Raises Rejected."""
        return self.reading.record(row.number, row.values)

    def write(self, db: Session, records: list[Record], run_id: int, summary: Summary) -> None:
        """Adopt and renew incidents; a row that repeats an identifier waits until the one before it is in."""
        while records:
            wave: dict[str, Record] = {}
            later = []
            for record in records:
                (
                    later.append(record)
                    if record.external_id in wave
                    else wave.setdefault(record.external_id, record)
                )
            self._write(db, list(wave.values()), run_id, summary)
            records = later if run_id else []
        summary.created = self.directory.created
        summary.note(self.directory.missing)
        self.directory.missing.clear()

    def _write(self, db: Session, records: list[Record], run_id: int, summary: Summary) -> None:
        earlier = known(db, KIND, [record.external_id for record in records])
        self.directory.meet(db, _people(records))
        changed = []
        fresh: list[Fresh] = []
        for record in records:
            values = self._values(db, record)
            fields = _digests(values, record)
            before = earlier.get(record.external_id)
            if before is not None and before.digest == digest_all(fields):
                summary.counts["unchanged"] += 1
                continue
            summary.note(record.notes)
            if before is None:
                fresh.append((record, values, fields))
                summary.states[str(values["state"]).replace("_", " ")] += 1
            else:
                changed.append((before, record, values, fields))
        summary.counts["added"] += len(fresh)
        self._renew(db, changed, run_id, summary)
        if run_id:
            self._adopt(db, fresh, run_id)

    def _adopt(self, db: Session, fresh: list[Fresh], run_id: int) -> None:
        adoptions = [
            Adoption(
                {**values, "external_id": record.external_id},
                self._entries(record.remarks, values),
                self._items(db, record),
            )
            for record, values, _ in fresh
        ]
        ids = adoption.take(db, adoptions, now=self.reading.now)
        rows = [_imported(ids[record.external_id], record, fields, run_id) for record, _, fields in fresh]
        if rows:
            db.execute(insert(Imported), rows)

    def _renew(self, db: Session, changed: list[Any], run_id: int, summary: Summary) -> None:
        ids = [before.item_id for before, *_ in changed]
        found = select(Incident).where(Incident.id.in_(ids)).options(selectinload(Incident.entries))
        here = {incident.id: incident for incident in db.scalars(found)} if ids else {}
        for before, record, values, fields in changed:
            incident = here[before.item_id]
            news = {name: value for name, value in values.items() if fields[name] != before.fields.get(name)}
            ours = {name for name in news if digest(getattr(incident, name)) != before.fields.get(name)}
            ours -= {name for name in ours if getattr(incident, name) == news[name]}
            told = set(before.fields.get(REMARKS, "").split())
            remarks = tuple(remark for remark in record.remarks if _mark(remark) not in told)
            changes = {name: value for name, value in news.items() if name not in ours}
            summary.counts["changed"] += bool(changes or remarks)
            summary.counts["kept"] += bool(ours)
            if run_id:
                entries = self._entries(remarks, values)
                adoption.renew(db, incident, changes, entries, actor=None, now=self.reading.now)
                kept = {name: before.fields[name] for name in ours if name in before.fields}
                stored = {"fields": {**fields, **kept}, "digest": digest_all(fields), "run_id": run_id}
                db.execute(update(Imported).where(Imported.id == before.id).values(**stored))

    def _values(self, db: Session, record: Record) -> dict[str, Any]:
        """Return the columns of Incident for a record: names become ids."""
        names, ids = record.names, self.directory
        service_id, found = ids.service(db, names.get("service", ""))
        way, number = ways.newest(db, found or self.process)
        values = dict(record.values)
        phase, said = values.pop("state"), names.get("state", "")
        if phase not in PHASES:  # the mapping file names a state of the process
            said, phase = phase, ways.newest(db, self.process)[0].states[phase].phase
        return values | {
            "service_id": service_id,
            "process": way.name,
            "process_version": number,
            "state": adoption.state_for(way, said, phase),
            "category_id": ids.category(db, names.get("category", "")),
            "closing_category_id": ids.category(db, names.get("closing_category", "")),
            "requester_id": ids.person(names.get("requester", ""), names.get("requester_email", "")),
            "group_id": ids.group(db, names.get("group", "")),
            "assignee_id": ids.person(names.get("assignee", "")),
            "resolved_by_id": ids.person(names.get("resolved_by", "")),
        }

    def _entries(self, said: tuple[Remark, ...], values: dict[str, Any]) -> list[dict[str, Any]]:
        usual: datetime = values.get("recorded_at") or self.reading.now
        author = self.directory.person
        return [
            {"kind": one.kind, "text": one.text, "author_id": author(one.author), "at": one.at or usual}
            for one in said
        ]

    def _items(self, db: Session, record: Record) -> list[int]:
        return [item_id for name in record.items if (item_id := self.directory.item(db, name))]


def _people(records: list[Record]) -> Iterator[tuple[str, str]]:
    for record in records:
        yield record.names.get("requester", ""), record.names.get("requester_email", "")
        yield from ((record.names.get(name, ""), "") for name in ("assignee", "resolved_by"))
        yield from ((remark.author, "") for remark in record.remarks)


def _digests(values: dict[str, Any], record: Record) -> dict[str, str]:
    """Return the digest of each column, and those of the remarks."""
    marks = " ".join(dict.fromkeys(map(_mark, record.remarks)))
    return {**{name: digest(value) for name, value in values.items()}, REMARKS: marks}


def _mark(remark: Remark) -> str:
    told = f"{remark.kind}\0{remark.text}\0{remark.at.isoformat() if remark.at else ''}"
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _imported(item_id: int, record: Record, fields: dict[str, str], run_id: int) -> dict[str, Any]:
    about = {"kind": KIND, "external_id": record.external_id, "item_id": item_id, "run_id": run_id}
    return {**about, "digest": digest_all(fields), "fields": fields}
