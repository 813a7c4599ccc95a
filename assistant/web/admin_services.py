"""Services, for administrators: what is offered to whom, and where its incidents go."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import catalogue, directory, groups, question_rows, routing, site, ways
from assistant.desk.asset import AUDIENCES, Service
from assistant.desk.catalogue import EDITABLE
from assistant.desk.people import Group
from assistant.identity import me
from assistant.web import forms
from assistant.web.admin_page import editing, linking, sought
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen, named_person, the

blueprint = Blueprint("admin_services", __name__)
LINK = linking("admin_services.index", "q", "group", "state")
TEXTS = ("name", "description", "process", "audience", "checklist")


@blueprint.get("/admin/services")
@allows("administer")
def index() -> ResponseReturnValue:
    """List services, page by page."""
    wanted = sought()
    shown = catalogue.page(db(), wanted, forms.number("after"))
    return page("admin/services.html", wanted=wanted, shown=shown, link=LINK, **_around())


@blueprint.get("/admin/services/new")
@allows("administer")
def new() -> ResponseReturnValue:
    """Show the form for a new service."""
    return page("admin/service_new.html", **_choices())


@blueprint.post("/admin/services")
@allows("administer", form="admin_services.new")
def add() -> ResponseReturnValue:
    """Add a service."""
    service = catalogue.add(db(), _values(), chosen(Group, "group_id"), actor=me(), now=now())
    return _back(service, f"{service.name} is offered. Its form can ask questions of its own.")


@blueprint.get("/admin/services/<int:service_id>")
@allows("administer")
def detail(service_id: int) -> ResponseReturnValue:
    """Show a service and what it is made of."""
    service = the(Service, service_id)
    return editing(
        "admin/service.html",
        service,
        EDITABLE,
        "service",
        route=routing.of_service(db(), service),
        asked=question_rows.of(service),
        **_choices(),
    )


@blueprint.post("/admin/services/<int:service_id>")
@allows("administer", form="admin_services.detail")
def save(service_id: int) -> ResponseReturnValue:
    """Change a service."""
    service, values, group = the(Service, service_id), _values(), chosen(Group, "group_id")
    catalogue.change(db(), service, values, group, seen=forms.text("seen"), actor=me(), now=now())
    return _back(service, f"{service.name} is saved.")


@blueprint.post("/admin/services/<int:service_id>/retire")
@allows("administer", form="admin_services.detail")
def retire(service_id: int) -> ResponseReturnValue:
    """Offer a service no longer."""
    service = the(Service, service_id)
    catalogue.retire(db(), service, actor=me(), now=now())
    return _back(service, f"{service.name} is not offered any more.")


@blueprint.post("/admin/services/<int:service_id>/revive")
@allows("administer", form="admin_services.detail")
def revive(service_id: int) -> ResponseReturnValue:
    """Offer a service again."""
    service = the(Service, service_id)
    catalogue.revive(db(), service, actor=me(), now=now())
    return _back(service, f"{service.name} is offered again.")


def _back(service: Service, said: str) -> ResponseReturnValue:
    return done(url_for("admin_services.detail", service_id=service.id), said, leave=True)


def _values() -> dict[str, Any]:
    owner = named_person("owner")
    offered = [line.strip() for line in forms.text("departments").splitlines() if line.strip()]
    return {**forms.texts(*TEXTS), "owner_id": owner.id if owner else None, "departments": offered}


def _around() -> dict[str, Any]:
    return {
        "sizes": catalogue.sizes(db()),
        "going": {
            one.service_id: one.group for one in reversed(routing.everything(db())) if not one.category_id
        },
        "audiences": AUDIENCES,
        "groups": groups.everyone(db()),
    }


def _choices() -> dict[str, Any]:
    return {
        "processes": [(name, ways.newest(db(), name)[0].title) for name in ways.names(db())],
        "groups": groups.everyone(db(), active=True),
        "departments": directory.departments(db()),
        "audiences": AUDIENCES,
        "kinds": question_rows.KINDS,
        "usual": site.of(db(), "desk")["process"],
    }
