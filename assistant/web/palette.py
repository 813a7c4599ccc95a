"""The command palette: pages, lists, people, things and whatever is written, by name, number, words and meaning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from assistant.desk import people, written
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.incident import Incident
from assistant.desk.people import Group
from assistant.desk.worklist import LISTS
from assistant.identity import can, viewer
from assistant.web import forms
from assistant.web.door import db, runtime
from assistant.web.guard import limiter
from assistant.web.menu import MENU
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.queue import nav, saved
from assistant.web.subjects import numbered

blueprint = Blueprint("palette", __name__)
SHOWN = 5  # lines of a section
ACTIONS = (  # what to do -> where, who may
    ("New incident", "incidents.new", "incident.open"),
    ("New article", "articles.new", "article.write"),
    ("Notifications", "notifications.index", "notifications"),
    ("My settings: time zone, password, colours", "profile.index", "profile"),
)


@dataclass(frozen=True)
class Line:
    """One line to go to."""

    label: str
    url: str
    about: str = ""


@blueprint.get("/palette")
@allows("palette")
@limiter.limit("240/minute")
def index() -> ResponseReturnValue:
    """Show where one can go: what is called so first, then what is written about it."""
    question = forms.question()
    return page("palette.html", "_palette.html", question=question, found=list(_found(question)))


def _found(question: str) -> Iterator[tuple[str, list[Line]]]:
    """Yield the sections that have something, each place once."""
    seen: set[str] = set()
    for title, section in SECTIONS.items():
        lines = [line for line in section(question) if line.url not in seen][:SHOWN]
        seen |= {line.url for line in lines}
        if lines:
            yield title, lines


def _numbered(question: str) -> Iterator[Line]:
    for item in numbered(question):
        yield _line(item)


def _places(question: str) -> Iterator[Line]:
    meant = any(_fits(question, work.label) for work in LISTS.values())  # counting them all costs time
    lists = [Line(line["label"], line["url"], str(line["count"])) for line in (nav() if meant else ())]
    views = [Line(line["label"], line["url"], line["by"] or "my view") for line in saved()]
    rooms = [(room.label, room.endpoint, room.action) for rooms in MENU.values() for room in rooms]
    open_to_me = [Line(label, url_for(where)) for label, where, action in (*ACTIONS, *rooms) if can(action)]
    return (
        line for line in (*open_to_me[:1], *lists, *views, *open_to_me[1:]) if _fits(question, line.label)
    )


def _people(question: str) -> Iterator[Line]:
    for person in people.named(db(), question, SHOWN) if question else ():
        about = ", ".join(filter(None, (person.department, person.place))) or person.email
        yield Line(person.name, url_for("queue.index", list="all", requester=person.id), about)


def _named(kind: Any, by: str, about: Callable[[Any], str]) -> Callable[[str], Iterator[Line]]:
    def section(question: str) -> Iterator[Line]:
        fits = (kind.active, kind.name.icontains(question, autoescape=True))
        query = select(kind).where(*fits).order_by(kind.name).limit(SHOWN)
        for row in db().scalars(query) if question else ():
            yield Line(row.name, url_for("queue.index", list="all", **{by: row.id}), about(row))

    return section


def _texts(kind: str) -> Callable[[str], Iterator[Line]]:
    def section(question: str) -> Iterator[Line]:
        if "written" not in g:  # of both kinds at once
            g.written = written.about(db(), runtime().live, question, viewer(), most=SHOWN)
        return (_line(item) for item in g.written.get(kind, ()))

    return section


def _all(question: str) -> Iterator[Line]:
    if question:
        yield Line(f"Search everything for “{question}”", url_for("search.index", q=question))


def _line(item: written.Text) -> Line:
    endpoint = "incidents.detail" if isinstance(item, Incident) else "articles.detail"
    return Line(item.title, url_for(endpoint, number=item.number), item.number)


def _fits(question: str, label: str) -> bool:
    return all(word in label.lower() for word in question.lower().split())


SECTIONS: dict[str, Callable[[str], Iterator[Line]]] = {
    "By its number": _numbered,
    "Go to": _places,
    "People": _people,
    "Services": _named(Service, "service", lambda service: "its incidents"),
    "Configuration items": _named(ConfigurationItem, "item", lambda item: item.kind),
    "Groups": _named(Group, "group", lambda group: "its incidents"),
    "Articles": _texts("article"),
    "Incidents": _texts("incident"),
    "Search": _all,
}
