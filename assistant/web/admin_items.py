"""Configuration items, for administrators: what there is, and what needs what."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import catalogue, items
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.items import EDITABLE, Wanted
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.admin_page import editing, linking
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen_id, named_items, offered, services, the

blueprint = Blueprint("admin_items", __name__)
LINK = linking("admin_items.index", "q", "kind", "service", "retired")


@blueprint.get("/admin/items")
@allows("administer")
def index() -> ResponseReturnValue:
    """List configuration items, page by page."""
    text, kind = forms.question(), forms.text("kind")
    wanted = Wanted(text, kind, forms.number("service"), retired=bool(forms.text("retired")))
    shown = items.page(db(), wanted, forms.number("after"))
    choices = {"kinds": items.kinds(db()), "services": catalogue.everything(db())}
    return page("admin/items.html", wanted=wanted, shown=shown, link=LINK, **choices)


@blueprint.get("/admin/items/new")
@allows("administer")
def new() -> ResponseReturnValue:
    """Show the form for a new item."""
    return page("admin/item_new.html", service_id=forms.number("service"), **_choices(None))


@blueprint.post("/admin/items")
@allows("administer", form="admin_items.new")
def add() -> ResponseReturnValue:
    """Add an item."""
    item = items.add(db(), _values(), actor=me(), now=now())
    return _back(item, f"{item.name} is added.")


@blueprint.get("/admin/items/<int:item_id>")
@allows("administer")
def detail(item_id: int) -> ResponseReturnValue:
    """Show an item, what it needs, and what stops with it."""
    item = the(ConfigurationItem, item_id)
    about = {way: items.around(db(), item, way) for way in items.WAYS}
    incidents = items.open_incidents(db(), viewer(), item)
    return editing(
        "admin/item.html",
        item,
        EDITABLE,
        "configuration item",
        incidents=incidents,
        **about,
        **_choices(item.service),
    )


@blueprint.post("/admin/items/<int:item_id>")
@allows("administer", form="admin_items.detail")
def save(item_id: int) -> ResponseReturnValue:
    """Change an item."""
    item = the(ConfigurationItem, item_id)
    items.change(db(), item, _values(), seen=forms.text("seen"), actor=me(), now=now())
    return _back(item, f"{item.name} is saved.")


@blueprint.post("/admin/items/<int:item_id>/need")
@allows("administer", form="admin_items.detail")
def need(item_id: int) -> ResponseReturnValue:
    """Say what the item needs to work."""
    item = the(ConfigurationItem, item_id)
    others = named_items("items")
    for other in others:
        items.need(db(), item, other, actor=me(), now=now())
    return _back(item, f"{item.name} needs {', '.join(other.name for other in others) or 'nothing new'}.")


@blueprint.post("/admin/items/<int:item_id>/unneed/<int:other_id>")
@allows("administer", form="admin_items.detail")
def unneed(item_id: int, other_id: int) -> ResponseReturnValue:
    """Take a dependency back."""
    item, other = the(ConfigurationItem, item_id), the(ConfigurationItem, other_id)
    items.unneed(db(), item, other, actor=me(), now=now())
    return _back(item, f"{item.name} does not need {other.name} any more.")


@blueprint.post("/admin/items/<int:item_id>/retire")
@allows("administer", form="admin_items.detail")
def retire(item_id: int) -> ResponseReturnValue:
    """Say that an item is out of use."""
    item = the(ConfigurationItem, item_id)
    items.retire(db(), item, actor=me(), now=now())
    return _back(item, f"{item.name} is out of use.")


@blueprint.post("/admin/items/<int:item_id>/revive")
@allows("administer", form="admin_items.detail")
def revive(item_id: int) -> ResponseReturnValue:
    """Say that an item is in use again."""
    item = the(ConfigurationItem, item_id)
    items.revive(db(), item, actor=me(), now=now())
    return _back(item, f"{item.name} is in use again.")


def _back(item: ConfigurationItem, said: str) -> ResponseReturnValue:
    return done(url_for("admin_items.detail", item_id=item.id), said, leave=True)


def _values() -> dict[str, Any]:
    return {**forms.texts("name", "kind", "details"), "service_id": chosen_id(Service, "service_id")}


def _choices(service: Service | None) -> dict[str, Any]:
    return {"kinds": items.kinds(db()), "services": offered(services(), service)}
