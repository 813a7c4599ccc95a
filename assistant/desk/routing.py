"""Routes as administrators keep them: which group gets which incidents. The first that fits counts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from assistant.desk import audit
from assistant.desk.asset import Service
from assistant.desk.assignment import Route
from assistant.desk.classification import Category
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Group, Person
from kb.store import acting


def everything(db: Session) -> list[Route]:
    """Return the routes in the order in which they are tried."""
    query = select(Route).options(
        joinedload(Route.group), joinedload(Route.service), joinedload(Route.category)
    )
    return list(db.scalars(query.order_by(Route.position, Route.id)))


def of_service(db: Session, service: Service) -> Route | None:
    """Return the route of a service, whatever the category."""
    mine = (Route.service_id == service.id, Route.category_id.is_(None))
    return db.scalar(select(Route).where(*mine).order_by(Route.position, Route.id).limit(1))


def add(
    db: Session,
    service: Service | None,
    category: Category | None,
    group: Group | None,
    *,
    actor: Person | None,
    now: datetime,
) -> Route:
    """Add a route before the first one that says less about an incident. Raises Refused with findings."""
    routes = everything(db)
    if group is None:
        raise Refused([Finding("group_id", "No group is chosen.", "Choose the group that gets them.")])
    if any((one.service, one.category) == (service, category) for one in routes):
        finding = Finding("", "There is a route for exactly this already.", "Remove that one first.")
        raise Refused([finding])
    acting(db, actor=actor, now=now)
    route = Route(service=service, category=category, group=group)
    place = next((at for at, one in enumerate(routes) if _says(one) < _says(route)), len(routes))
    db.add(route)
    _number([*routes[:place], route, *routes[place:]])
    db.flush()
    return route


def send(db: Session, service: Service, group: Group | None, *, actor: Person | None, now: datetime) -> None:
    """Let a service's incidents go to a group from now on; None leaves that to the other routes."""
    route = of_service(db, service)
    if route is None and group is not None:
        add(db, service, None, group, actor=actor, now=now)
    elif route is not None and group is None:
        drop(db, route, actor=actor, now=now)
    elif route is not None and group is not None and route.group_id != group.id:
        acting(db, actor=actor, now=now)
        route.group = group
        db.flush()


def move(db: Session, route: Route, steps: int, *, actor: Person, now: datetime) -> None:
    """Move a route up (negative) or down in the order in which they are tried."""
    acting(db, actor=actor, now=now)
    routes = everything(db)
    at = routes.index(route)
    routes.insert(min(max(at + steps, 0), len(routes) - 1), routes.pop(at))
    _number(routes)
    db.flush()


def drop(db: Session, route: Route, *, actor: Person | None, now: datetime) -> None:
    """Remove a route; incidents that came by it stay where they are."""
    said = {
        "group": route.group.name,
        "service": route.service and route.service.name,
        "category": route.category and route.category.path,
    }
    gone = {name: [value, None] for name, value in said.items() if value}
    audit.record(db, "route", route.id, "route removed", actor=actor, now=now, **gone)
    db.delete(route)
    db.flush()


def _says(route: Route) -> int:
    return (route.service is not None) + (route.category is not None)


def _number(routes: list[Route]) -> None:
    for position, route in enumerate(routes):
        route.position = position
