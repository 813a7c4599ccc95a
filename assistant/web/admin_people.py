"""People, for administrators: find, add, change, let in, keep out."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import directory, groups, invitation, signin
from assistant.desk.directory import Wanted
from assistant.desk.people import EDITABLE, ROLES, Group, Person, timezones
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.admin_page import editing, linking
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.set_up import default_zone, links_of
from assistant.web.subjects import named_person, the

blueprint = Blueprint("admin_people", __name__)
LINK = linking("admin_people.index", "q", "role", "state", "group")


@blueprint.get("/admin/people")
@allows("administer")
def index() -> ResponseReturnValue:
    """List people, page by page."""
    wanted = _wanted()
    shown = directory.page(db(), wanted, forms.number("after"))
    return page("admin/people.html", wanted=wanted, shown=shown, groups=groups.everyone(db()), link=LINK)


@blueprint.get("/admin/people/new")
@allows("administer")
def new() -> ResponseReturnValue:
    """Show the form for a new person."""
    return page("admin/person_new.html", zone=default_zone(), **_choices())


@blueprint.get("/admin/people/several")
@allows("administer")
def several() -> ResponseReturnValue:
    """Ask for several people at once."""
    return page("admin/several.html", links=())


@blueprint.post("/admin/people/several")
@allows("administer", form="admin_people.several")
def add_several() -> ResponseReturnValue:
    """Add several people and show their links, once."""
    return page("admin/several.html", links=links_of(forms.text("people")))


@blueprint.post("/admin/people")
@allows("administer", form="admin_people.new")
def add() -> ResponseReturnValue:
    """Add a person, then offer the link with which they choose their password."""
    person = directory.add(db(), forms.texts(*EDITABLE), _groups(), actor=me(), now=now())
    return done(url_for("admin_people.inviting", person_id=person.id), f"{person.name} is added.", leave=True)


@blueprint.get("/admin/people/<int:person_id>")
@allows("administer")
def detail(person_id: int) -> ResponseReturnValue:
    """Show a person: what can be changed, how they come in, what they work on."""
    person = the(Person, person_id)
    return editing(
        "admin/person.html",
        person,
        EDITABLE,
        "person",
        incidents=directory.open_incidents(db(), viewer(), person),
        browsers=signin.browsers(db(), person, now=now()),
        invited=invitation.waiting(db(), person, now=now()),
        **_choices(person),
    )


@blueprint.post("/admin/people/<int:person_id>")
@allows("administer", form="admin_people.detail")
def save(person_id: int) -> ResponseReturnValue:
    """Change a person."""
    values, seen = forms.texts(*EDITABLE), forms.text("seen")
    person = directory.change(
        db(), the(Person, person_id), values, _groups(), seen=seen, actor=me(), now=now()
    )
    return _back(person, f"{person.name} is saved.")


@blueprint.get("/admin/people/<int:person_id>/invite")
@allows("administer")
def inviting(person_id: int) -> ResponseReturnValue:
    """Explain the link with which somebody chooses a password."""
    person = the(Person, person_id)
    return page(
        "admin/invite.html", person=person, link="", invited=invitation.waiting(db(), person, now=now())
    )


@blueprint.post("/admin/people/<int:person_id>/invite")
@allows("administer", form="admin_people.inviting")
def invite(person_id: int) -> ResponseReturnValue:
    """Make such a link and show it, once."""
    person = the(Person, person_id)
    token = invitation.invite(db(), person, actor=me(), now=now())
    link = url_for("invitations.form", token=token, _external=True)
    return page("admin/invite.html", person=person, link=link, invited=None)


@blueprint.post("/admin/people/<int:person_id>/deactivate")
@allows("administer", form="admin_people.detail")
def deactivate(person_id: int) -> ResponseReturnValue:
    """Let somebody in no longer."""
    person = the(Person, person_id)
    directory.deactivate(db(), person, actor=me(), now=now())
    return _back(person, f"{person.name} is deactivated and signed out everywhere.")


@blueprint.post("/admin/people/<int:person_id>/reactivate")
@allows("administer", form="admin_people.detail")
def reactivate(person_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    person = the(Person, person_id)
    directory.reactivate(db(), person, actor=me(), now=now())
    return _back(person, f"{person.name} can sign in again.")


@blueprint.post("/admin/people/<int:person_id>/sign-out")
@allows("administer", form="admin_people.detail")
def sign_out(person_id: int) -> ResponseReturnValue:
    """Sign somebody out in every browser."""
    person = the(Person, person_id)
    directory.sign_out(db(), person, actor=me(), now=now())
    return _back(person, f"{person.name} is signed out everywhere.")


@blueprint.post("/admin/people/<int:person_id>/hand-over")
@allows("administer", form="admin_people.detail")
def hand_over(person_id: int) -> ResponseReturnValue:
    """Give what somebody works on to somebody else, or back to its groups."""
    person, to = the(Person, person_id), named_person("person")
    count = directory.hand_over(db(), viewer(), person, to, actor=me(), now=now())
    handed = "1 incident is" if count == 1 else f"{count} incidents are"
    return _back(person, f"{handed} with {to.name if to else 'nobody of its group'} now.")


def _back(person: Person, said: str) -> ResponseReturnValue:
    return done(url_for("admin_people.detail", person_id=person.id), said, leave=True)


def _groups() -> list[Group]:
    wanted = set(forms.numbers("groups"))
    return [group for group in groups.everyone(db()) if group.id in wanted]


def _choices(person: Person | None = None) -> dict[str, Any]:
    retired = [group for group in person.groups if not group.active] if person else []
    return {
        "groups": [*groups.everyone(db(), active=True), *retired],
        "departments": directory.departments(db()),
        "zones": sorted(timezones()),
    }


def _wanted() -> Wanted:
    role, state = request.args.get("role", ""), request.args.get("state", "")
    return Wanted(
        forms.question(),
        role if role in ROLES else "",
        state if state in ("in", "out") else "",
        forms.number("group"),
    )
