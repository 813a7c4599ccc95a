"""The people of a made-up desk, their groups, and the services, categories and configuration items they care for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table

from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.assignment import Route
from assistant.desk.classification import Category
from assistant.desk.people import Group, Person, membership

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # pages look back from today
ROLES = ("administrator", "manager", "coach", "coach", "coach")  # of the first people; agents follow
ROOTS = ("Hardware", "Software", "Network", "Mail", "Access", "Printing", "Telephony", "Storage")
BRANCHES = ("Request", "Failure", "Performance", "Configuration", "Security")
RESTRICTED = 3  # the last groups
Row = tuple[Table, Mapping[str, Any]]


@dataclass(frozen=True)
class Size:
    """How much there is of everything. agents: all who work on incidents, whatever else they do."""

    incidents: int
    articles: int = 10_000
    requesters: int = 10_000
    agents: int = 100
    groups: int = 12
    services: int = 60
    items: int = 2_000

    def requester(self, number: int) -> int:
        """Return the id of a requester, counted from 0."""
        return self.agents + 1 + number % self.requesters

    def agent(self, number: int) -> int:
        """Return the id of somebody who works on incidents, counted from 0; the first five do little of it."""
        return len(ROLES) + 1 + number % (self.agents - len(ROLES))


def rows(size: Size) -> Iterator[Row]:
    """Yield everything that is there before the first incident."""
    yield from _people(size)
    for number in range(1, size.groups + 1):
        restricted = number > size.groups - RESTRICTED
        named = {"name": f"Group {number}", "description": "", "restricted": restricted, "active": True}
        yield Group.__table__, {"id": number, **named}
    for person in range(1, size.agents + 1):
        for group in {person % size.groups, (person * 7) % size.groups}:
            yield membership, {"person_id": person, "group_id": group + 1}
    yield from _services(size)
    for number, name in enumerate(ROOTS, 1):
        yield Category.__table__, {"id": number, "name": name, "parent_id": None, "active": True}
    for place, name in enumerate(BRANCHES * len(ROOTS)):
        branch = {"name": name, "parent_id": 1 + place // len(BRANCHES), "active": True}
        yield Category.__table__, {"id": len(ROOTS) + 1 + place, **branch}


def _people(size: Size) -> Iterator[Row]:
    for number in range(1, size.agents + size.requesters + 1):
        role = (
            ROLES[number - 1] if number <= len(ROLES) else "agent" if number <= size.agents else "requester"
        )
        yield (
            Person.__table__,
            {
                "id": number,
                "name": f"{'Requester' if role == 'requester' else 'Agent'} {number}",
                "email": f"person{number}@example.com",
                "password_hash": None,
                "role": role,
                "active": True,
                "timezone": "UTC",
                "department": f"Department {number % 40}",
                "place": f"Place {number % 12}",
                "phone": "",
                "created_at": NOW,
            },
        )


def _services(size: Size) -> Iterator[Row]:
    for number in range(1, size.services + 1):
        yield (
            Service.__table__,
            {
                "id": number,
                "name": f"Service {number}",
                "description": f"What service {number} is for.",
                "process": "itil",
                "active": True,
                "audience": "everybody",
                "departments": [],
                "questions": [],
                "checklist": "",
            },
        )
        group = 1 + number % (size.groups - RESTRICTED)
        yield Route.__table__, {"id": number, "position": number, "service_id": number, "group_id": group}
    for number in range(1, size.items + 1):
        named = {"name": f"LT-{number:05d}", "kind": "laptop", "details": "", "active": True}
        yield (
            ConfigurationItem.__table__,
            {"id": number, **named, "service_id": 1 + number % size.services},
        )
