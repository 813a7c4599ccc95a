"""What every template can call: the person, the menu, labels and choices."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from assistant.desk.incident import SOURCES
from assistant.desk.link import KINDS
from assistant.desk.people import ROLES, Person
from assistant.desk.priority import IMPACTS, PRIORITIES, URGENCIES
from assistant.desk.process import Process
from assistant.desk.worklist import SORTS
from assistant.identity import can, me
from assistant.web import words
from assistant.web.door import db, now
from assistant.web.incident_page import state_label
from assistant.web.menu import menu
from assistant.web.notifications import unread
from assistant.web.page import findings, lost_race, ticked, typed, typed_all
from assistant.web.portal_incident import KNOWN, NEXT
from assistant.web.portal_reader import address_of, slug
from assistant.web.queue import my_groups, nav, saved
from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES


def priority_choices() -> list[tuple[str, str]]:
    """Return the priorities to choose from."""
    return [(key, f"{key} {label}") for key, label in PRIORITIES.items()]


def reasons_of(way: Process) -> list[tuple[str, str]]:
    """Return the reasons of the fourth door to choose from."""
    return [(reason.name, reason.label) for reason in way.reasons.values()]


def name_of(person_id: int) -> str:
    """Return what a person is called."""
    person = db().get(Person, person_id)
    return person.name if person else "somebody"


def zip_same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return choices whose labels are their values."""
    return [(value, value) for value in values]


def choices_of(rows: Iterable[Any]) -> list[tuple[int, str]]:
    """Return choices of rows that have a name."""
    return [(row.id, row.name) for row in rows]


CALLS = (
    *(can, me, now, typed, typed_all, ticked, findings, lost_race, menu, nav, saved, unread),
    *(address_of, slug),
    *(state_label, priority_choices, reasons_of, my_groups, name_of, zip_same, choices_of, words.theme),
)
TABLES = {
    "IMPACTS": IMPACTS,
    "URGENCIES": URGENCIES,
    "PRIORITIES": PRIORITIES,
    "CONFIDENCES": CONFIDENCES,
    "AUDIENCES": AUDIENCES,
    "GOVERNANCES": GOVERNANCES,
    "SOURCES": SOURCES,
    "KINDS": KINDS,
    "SORTS": SORTS,
    "ROLES": ROLES,
    "NEXT": NEXT,
    "KNOWN": KNOWN,
}


def init_app(app: Flask) -> None:
    """Teach the templates these calls, tables and filters."""
    app.jinja_env.globals.update({call.__name__: call for call in CALLS} | TABLES)
    app.jinja_env.filters.update(words.FILTERS)
