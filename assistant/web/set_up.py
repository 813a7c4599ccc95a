"""Setting a new desk up: the first administrator by a printed key, then step by step, in any order."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant import first_run, identity
from assistant.desk import beginning, catalogue, directory, groups, people, site, ways
from assistant.desk.people import Group
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.guard import get_remote_address, limiter
from assistant.web.page import page
from assistant.web.policy import allows, anybody
from assistant.web.subjects import chosen

blueprint = Blueprint("set_up", __name__)
STEPS = {  # step -> what it is about, in this order
    "desk": "Name and time zone",
    "groups": "Groups",
    "process": "Way of working",
    "services": "Services",
    "people": "People",
    "done": "Done",
}
TRIES = "30/minute;200/hour"


@blueprint.get("/set-up")
@anybody()
def index() -> ResponseReturnValue:
    """Explain how a new desk is set up; where that is done, go to the first page."""
    if directory.can_be_administered(db()):
        return redirect(url_for("home.index"), 303)
    return page("set_up/closed.html", tried=False)


@blueprint.get("/set-up/<key>")
@anybody()
@limiter.limit(TRIES, key_func=get_remote_address)
def form(key: str) -> ResponseReturnValue:
    """Ask who the first administrator is; every key that does not fit looks the same."""
    if not _opens(key):
        return page("set_up/closed.html", status=404, tried=True)
    return page("set_up/administrator.html", key=key)


@blueprint.post("/set-up/<key>")
@anybody(form="set_up.form")
@limiter.limit(TRIES, key_func=get_remote_address)
def begin(key: str) -> ResponseReturnValue:
    """Add the first administrator, sign them in, and make the key void."""
    if not _opens(key):
        raise NotFound
    password, zone = request.form.get("password", ""), runtime().settings.timezone
    given = (forms.text("name"), forms.text("email"), password)
    identity.enter(beginning.first_administrator(db(), *given, timezone=zone, now=now()))
    first_run.forget(runtime().settings.data)
    return redirect(url_for("set_up.step", name="desk"), 303)


@blueprint.get("/set-up/steps/<name>")
@allows("administer")
def step(name: str) -> ResponseReturnValue:
    """Show one step."""
    return _page(name)


@blueprint.post("/set-up/steps/<name>")
@allows("administer", form="set_up.step")
def take(name: str) -> ResponseReturnValue:
    """Do what the step asked for, and go on to the next one; links that were made are shown first."""
    if name not in ACTS:
        raise NotFound
    links = ACTS[name]()
    if links:
        return _page(name, links=links)
    following = list(STEPS)[list(STEPS).index(name) + 1]
    return redirect(url_for("set_up.step", name=following), 303)


def links_of(lines: str) -> list[tuple[people.Person, str]]:
    """Add people and return each with the link with which they come in."""
    zone = default_zone()
    made = beginning.add_people(db(), lines, timezone=zone, actor=me(), now=now())
    return [(person, url_for("invitations.form", token=token, _external=True)) for person, token in made]


def default_zone() -> str:
    """Return the time zone in which new people begin."""
    return runtime().zone(db()).key


def _opens(key: str) -> bool:
    return first_run.fits(runtime().settings.data, key) and not directory.can_be_administered(db())


def _page(name: str, **more: Any) -> ResponseReturnValue:
    if name not in STEPS:
        raise NotFound
    return page(
        f"set_up/{name}.html",
        steps=STEPS,
        here=name,
        zone=default_zone(),
        zones=sorted(people.timezones()),
        desk=site.of(db(), "desk"),
        groups=groups.everyone(db(), active=True),
        services=catalogue.everything(db()),
        ways=[ways.newest(db(), one)[0] for one in ways.names(db())],
        proposed={"groups": beginning.GROUPS, "services": beginning.SERVICES},
        **{"links": (), **more},
    )


def _name_desk() -> None:
    beginning.name_desk(db(), forms.text("name"), forms.text("timezone"), actor=me(), now=now())


def _add_groups() -> None:
    beginning.add_groups(db(), _named(), actor=me(), now=now())


def _choose_process() -> None:
    beginning.choose_process(db(), forms.text("process"), actor=me(), now=now())


def _add_services() -> None:
    beginning.add_services(db(), _named(), chosen(Group, "group_id"), actor=me(), now=now())


def _invite() -> list[tuple[people.Person, str]]:
    return links_of(forms.text("people"))


ACTS: dict[str, Callable[[], Any]] = {  # step -> what it does with its form
    "desk": _name_desk,
    "groups": _add_groups,
    "process": _choose_process,
    "services": _add_services,
    "people": _invite,
}


def _named() -> list[str]:
    return [*request.form.getlist("proposed"), *forms.text("own").splitlines()]
