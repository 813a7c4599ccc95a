"""Groups, for administrators: who is in them, and what only they read."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import directory, groups
from assistant.desk.directory import Wanted
from assistant.desk.errors import Finding, Refused
from assistant.desk.groups import EDITABLE
from assistant.desk.people import Group, Person
from assistant.identity import me
from assistant.web import forms
from assistant.web.admin_page import editing, linking, sought
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import named_person, the

blueprint = Blueprint("admin_groups", __name__)
LINK = linking("admin_groups.index", "q", "state")
NOBODY = Finding("person", "Nobody is named.", "Write a name or a mail address.")


@blueprint.get("/admin/groups")
@allows("administer")
def index() -> ResponseReturnValue:
    """List groups, page by page."""
    wanted = sought()
    shown = groups.page(db(), wanted, forms.number("after"))
    return page("admin/groups.html", wanted=wanted, shown=shown, sizes=groups.sizes(db()), link=LINK)


@blueprint.get("/admin/groups/new")
@allows("administer")
def new() -> ResponseReturnValue:
    """Show the form for a new group."""
    return page("admin/group_new.html")


@blueprint.post("/admin/groups")
@allows("administer", form="admin_groups.new")
def add() -> ResponseReturnValue:
    """Add a group."""
    group = groups.add(db(), _values(), actor=me(), now=now())
    return _back(group, f"{group.name} is added. Now put people into it.")


@blueprint.get("/admin/groups/<int:group_id>")
@allows("administer")
def detail(group_id: int) -> ResponseReturnValue:
    """Show a group and its people."""
    members = directory.page(db(), Wanted(group_id=group_id))
    return editing("admin/group.html", the(Group, group_id), EDITABLE, "group", members=members)


@blueprint.post("/admin/groups/<int:group_id>")
@allows("administer", form="admin_groups.detail")
def save(group_id: int) -> ResponseReturnValue:
    """Change a group."""
    group, values, seen = the(Group, group_id), _values(), forms.text("seen")
    sure = bool(forms.text("sure"))
    groups.change(db(), group, values, seen=seen, sure=sure, actor=me(), now=now())
    return _back(group, f"{group.name} is saved.")


@blueprint.post("/admin/groups/<int:group_id>/join")
@allows("administer", form="admin_groups.detail")
def join(group_id: int) -> ResponseReturnValue:
    """Put somebody into the group."""
    group, person = the(Group, group_id), named_person("person")
    if person is None:
        raise Refused([NOBODY])
    groups.join(db(), group, person, actor=me(), now=now())
    return _back(group, f"{person.name} is in {group.name} now.")


@blueprint.post("/admin/groups/<int:group_id>/leave/<int:person_id>")
@allows("administer", form="admin_groups.detail")
def leave(group_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody out of the group."""
    group, person = the(Group, group_id), the(Person, person_id)
    groups.leave(db(), group, person, actor=me(), now=now())
    return _back(group, f"{person.name} is not in {group.name} any more.")


@blueprint.post("/admin/groups/<int:group_id>/retire")
@allows("administer", form="admin_groups.detail")
def retire(group_id: int) -> ResponseReturnValue:
    """Offer the group no longer."""
    group = the(Group, group_id)
    groups.retire(db(), group, actor=me(), now=now())
    return _back(group, f"{group.name} is not offered any more.")


@blueprint.post("/admin/groups/<int:group_id>/revive")
@allows("administer", form="admin_groups.detail")
def revive(group_id: int) -> ResponseReturnValue:
    """Offer the group again."""
    group = the(Group, group_id)
    groups.revive(db(), group, actor=me(), now=now())
    return _back(group, f"{group.name} is offered again.")


def _back(group: Group, said: str) -> ResponseReturnValue:
    return done(url_for("admin_groups.detail", group_id=group.id), said, leave=True)


def _values() -> dict[str, Any]:
    return {**forms.texts("name", "description"), "restricted": bool(forms.text("restricted"))}
