"""Configuration items, for those who work on incidents: what one is, what hangs on it, what is open on it."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import items
from assistant.desk.asset import ConfigurationItem
from assistant.identity import viewer
from assistant.web import forms
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.subjects import the

blueprint = Blueprint("items", __name__)


@blueprint.get("/items")
@allows("incident.work")
def index() -> ResponseReturnValue:
    """List the items whose name holds what is typed after the last comma."""
    before, comma, begins = forms.text("items").rpartition(",")
    named = items.named(db(), begins.strip()) if begins.strip() else []
    return page("items.html", "_items.html", items=named, before=f"{before}{comma} " if comma else "")


@blueprint.get("/items/<int:item_id>")
@allows("incident.work")
def detail(item_id: int) -> ResponseReturnValue:
    """Show an item."""
    item = the(ConfigurationItem, item_id)
    about = {way: items.around(db(), item, way) for way in items.WAYS}
    return page("item.html", item=item, incidents=items.open_incidents(db(), viewer(), item), **about)
