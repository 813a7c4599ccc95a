"""Which services are offered to whom: a service's audience and departments decide, on the form and behind it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk.asset import Service
from assistant.desk.people import Person


def is_offered(service: Service, person: Person | None) -> bool:
    """Say whether a service is offered to somebody; nobody known gets what everybody gets."""
    if not service.active:
        return False
    if service.audience == "everybody" or (person is not None and person.works):
        return True
    own = (person.department if person else "").strip().casefold()
    return service.audience == "departments" and bool(own) and own in map(str.casefold, service.departments)


def services(db: Session, person: Person | None) -> list[Service]:
    """Return the services that are offered to somebody, by name."""
    active = db.scalars(select(Service).where(Service.active).order_by(Service.name))
    return [service for service in active if is_offered(service, person)]
