"""Configuration items as administrators keep them, and what depends on what. Circles are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from assistant.desk import edition
from assistant.desk.asset import ConfigurationItem, item_dependency
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident, incident_item
from assistant.desk.listing import Listed, by_name
from assistant.desk.people import Person
from assistant.desk.permissions import readable_incidents
from assistant.desk.worklist import OPEN
from kb.store import acting
from kb.viewer import Viewer

EDITABLE = ("name", "kind", "details", "service_id")
LONGEST = {"name": 100, "kind": 60, "details": 5000}
MOST = 200  # items that are shown to hang on one
SHOWN = 50  # open incidents of one
WAYS = {  # direction -> (where from, where to) in the table of dependencies
    "needs": (item_dependency.c.item_id, item_dependency.c.needs_id),
    "needed_by": (item_dependency.c.needs_id, item_dependency.c.item_id),
}


@dataclass(frozen=True)
class Wanted:
    """Which items are looked for. text: a part of the name or of the details."""

    text: str = ""
    kind: str = ""
    service_id: int | None = None
    retired: bool = False


def page(db: Session, wanted: Wanted, after: int | None = None) -> Listed[ConfigurationItem]:
    """Return one page of the items that fit, by name."""
    query = select(ConfigurationItem).options(joinedload(ConfigurationItem.service))
    query = query.where(ConfigurationItem.active != wanted.retired)
    if wanted.text:
        name = ConfigurationItem.name.icontains(wanted.text, autoescape=True)
        query = query.where(name | ConfigurationItem.details.icontains(wanted.text, autoescape=True))
    if wanted.kind:
        query = query.where(ConfigurationItem.kind == wanted.kind)
    if wanted.service_id is not None:
        query = query.where(ConfigurationItem.service_id == wanted.service_id)
    return by_name(db, query, ConfigurationItem, after)


def kinds(db: Session) -> list[str]:
    """Return the kinds that are in use."""
    used = select(ConfigurationItem.kind).where(ConfigurationItem.kind != "").distinct()
    return list(db.scalars(used.order_by(ConfigurationItem.kind)))


def named(db: Session, typed: str, most: int = 10) -> list[ConfigurationItem]:
    """Return the items whose name holds what is typed, for completion."""
    fits = (ConfigurationItem.active, ConfigurationItem.name.icontains(typed, autoescape=True))
    return list(
        db.scalars(select(ConfigurationItem).where(*fits).order_by(ConfigurationItem.name).limit(most))
    )


def add(db: Session, values: Mapping[str, Any], *, actor: Person | None, now: datetime) -> ConfigurationItem:
    """Add an item. values: all of EDITABLE. Raises Refused with findings."""
    values = {**values, "name": values["name"].strip()}
    _check(db, values)
    acting(db, actor=actor, now=now)
    item = ConfigurationItem(**values)
    db.add(item)
    db.flush()
    return item


def change(
    db: Session,
    item: ConfigurationItem,
    values: Mapping[str, Any],
    *,
    seen: str,
    actor: Person,
    now: datetime,
) -> ConfigurationItem:
    """Change an item. values: all of EDITABLE. Raises EditConflict, Refused with findings."""
    values = {**values, "name": values["name"].strip()}
    edition.hold(db, item, values, seen)
    _check(db, values, item)
    edition.change(db, item, values, actor=actor, now=now)
    return item


def retire(db: Session, item: ConfigurationItem, *, actor: Person, now: datetime) -> None:
    """Say that an item is out of use; its incidents keep it."""
    edition.change(db, item, {"active": False}, actor=actor, now=now)


def revive(db: Session, item: ConfigurationItem, *, actor: Person, now: datetime) -> None:
    """Say that an item is in use again."""
    edition.change(db, item, {"active": True}, actor=actor, now=now)


def need(
    db: Session, item: ConfigurationItem, other: ConfigurationItem, *, actor: Person, now: datetime
) -> None:
    """Say that an item works only while the other one does. Raises Refused when that would close a circle."""
    acting(db, actor=actor, now=now)
    if item is other:
        raise Refused([Finding("items", f"{item.name} cannot need itself.", "Name another item.")])
    way = chain(db, other, item)
    if way:
        message = f"That would be a circle: {' needs '.join(one.name for one in way)} already."
        raise Refused([Finding("items", message, "Remove one of these dependencies first.")])
    if other not in item.needs and item not in other.needed_by:
        item.needs.append(other)
        db.flush()


def unneed(
    db: Session, item: ConfigurationItem, other: ConfigurationItem, *, actor: Person, now: datetime
) -> None:
    """Take a dependency back."""
    acting(db, actor=actor, now=now)
    if other in item.needs and item in other.needed_by:
        item.needs.remove(other)
        db.flush()


def around(db: Session, item: ConfigurationItem, way: str) -> list[tuple[int, ConfigurationItem]]:
    """Return what an item needs, or what needs it, step by step: (depth from 1, item), each once, at most MOST."""
    edges: dict[int, list[int]] = {}
    known, level = {item.id}, [item.id]
    here, there = WAYS[way]
    while level and len(known) <= MOST:
        found = db.execute(select(here, there).where(here.in_(level)).limit(MOST))
        level = []
        for at, to in found:
            if to not in known:
                edges.setdefault(at, []).append(to)
                known.add(to)
                level.append(to)
    rows = {
        row.id: row for row in db.scalars(select(ConfigurationItem).where(ConfigurationItem.id.in_(known)))
    }
    return [(depth, rows[to]) for depth, to in _walk(edges, rows, item.id, 1)][:MOST]


def chain(db: Session, item: ConfigurationItem, goal: ConfigurationItem) -> list[ConfigurationItem]:
    """Return the shortest way from an item over what it needs to another one; empty when there is none."""
    came, level = {item.id: 0}, [item.id]
    while level and goal.id not in came:
        here, there = WAYS["needs"]
        found = db.execute(select(here, there).where(here.in_(level))).all()
        level = [to for _, to in found if to not in came]
        came |= {to: at for at, to in reversed(found) if to not in came}
    way, at = [], goal.id if goal.id in came else 0
    while at:
        way.append(db.get_one(ConfigurationItem, at))
        at = came[at]
    return way[::-1]


def open_incidents(db: Session, viewer: Viewer, item: ConfigurationItem) -> list[Incident]:
    """Return the open incidents on an item that the viewer may read, most urgent first."""
    on_it = select(incident_item.c.incident_id).where(incident_item.c.item_id == item.id)
    query = select(Incident).where(Incident.id.in_(on_it), OPEN, readable_incidents(viewer))
    return list(db.scalars(query.order_by(Incident.priority, Incident.id).limit(SHOWN)))


def _walk(edges: dict[int, list[int]], rows: Mapping[int, Any], at: int, depth: int) -> list[tuple[int, int]]:
    below = sorted(edges.get(at, ()), key=lambda to: rows[to].name.lower())
    return [pair for to in below for pair in [(depth, to), *_walk(edges, rows, to, depth + 1)]]


def _check(db: Session, values: Mapping[str, Any], item: ConfigurationItem | None = None) -> None:
    same = db.scalar(
        select(ConfigurationItem).where(func.lower(ConfigurationItem.name) == values["name"].lower())
    )
    findings = []
    if not values["name"]:
        findings.append(Finding("name", "The name is missing.", "Write its host name, number or title."))
    if "," in values["name"]:
        findings.append(
            Finding("name", "A name cannot hold a comma.", "Commas stand between items elsewhere.")
        )
    if same is not None and same is not item:
        findings.append(Finding("name", f"There is an item “{same.name}” already.", "Choose another name."))
    findings += [
        Finding(key, f"This is longer than {longest:,} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(values[key]) > longest
    ]
    if findings:
        raise Refused(findings)
