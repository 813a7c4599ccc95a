"""Routes, for administrators: which group gets which incidents, in an order that counts."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import assignment, catalogue, classification, groups, routing
from assistant.desk.asset import Service
from assistant.desk.assignment import Route
from assistant.desk.classification import Category
from assistant.desk.people import Group
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen, the

blueprint = Blueprint("admin_routes", __name__)
STEPS = {"up": -1, "down": 1}


@blueprint.get("/admin/routes")
@allows("administer")
def index() -> ResponseReturnValue:
    """Show the routes in their order, and try one out."""
    asked = forms.text("try") != ""
    service_id, category_id = forms.number("for_service"), forms.number("for_category")
    fits = assignment.fitting(db(), service_id, category_id) if asked else None
    return page("admin/routes.html", routes=routing.everything(db()), asked=asked, fits=fits, **_choices())


@blueprint.post("/admin/routes")
@allows("administer", form="admin_routes.index")
def add() -> ResponseReturnValue:
    """Add a route."""
    service, category = chosen(Service, "service_id"), chosen(Category, "category_id")
    route = routing.add(db(), service, category, chosen(Group, "group_id"), actor=me(), now=now())
    return _back(f"Such incidents go to {route.group.name} from now on.")


@blueprint.post("/admin/routes/<int:route_id>/move")
@allows("administer", form="admin_routes.index")
def move(route_id: int) -> ResponseReturnValue:
    """Move a route up or down."""
    way = forms.chosen("way", STEPS)
    routing.move(db(), the(Route, route_id), STEPS[way], actor=me(), now=now())
    return _back("The order is changed.")


@blueprint.post("/admin/routes/<int:route_id>/remove")
@allows("administer", form="admin_routes.index")
def remove(route_id: int) -> ResponseReturnValue:
    """Remove a route."""
    routing.drop(db(), the(Route, route_id), actor=me(), now=now())
    return _back("The route is removed. Incidents that came by it stay where they are.")


def _back(said: str) -> ResponseReturnValue:
    return done(url_for("admin_routes.index"), said, leave=True)


def _choices() -> dict[str, Any]:
    return {
        "services": [service for service in catalogue.everything(db()) if service.active],
        "categories": [(category.id, category.path) for category in classification.tree(db())],
        "groups": groups.everyone(db(), active=True),
    }
