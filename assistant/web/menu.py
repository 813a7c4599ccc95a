"""The menu of people who work on incidents: rooms of the desk, by section, as far as a role may enter them."""

from dataclasses import dataclass

from flask import request

from assistant.identity import can


@dataclass(frozen=True)
class Room:
    """A line of the menu. action: who sees it; pages: what belongs to it, as blueprints or beginnings of endpoints."""

    label: str
    endpoint: str
    action: str
    pages: tuple[str, ...]

    @property
    def here(self) -> bool:
        """Whether the present page belongs to this room."""
        begins = tuple(name if "." in name else f"{name}." for name in self.pages)
        return (request.endpoint or "").startswith(begins)


ARTICLES = ("articles", "article_acts", "article_versions", "article_publish", "imports.article")
MENU = {  # section -> its rooms, in the order of the page
    "Knowledge": (
        Room("Curation", "curation.index", "curation", ("curation", "closures", "curation_merge")),
        Room("Articles", "articles.index", "article.write", ARTICLES),
        Room("Laboratory", "laboratory.index", "laboratory", ("laboratory", "model")),
    ),
    "Administration": (
        Room("People", "admin_people.index", "administer", ("admin_people", "imports.pe")),
        Room("Groups", "admin_groups.index", "administer", ("admin_groups",)),
        Room("Services", "admin_services.index", "administer", ("admin_services", "admin_questions")),
        Room("Items", "admin_items.index", "administer", ("admin_items",)),
        Room("Categories", "admin_categories.index", "administer", ("admin_categories",)),
        Room("Routes", "admin_routes.index", "administer", ("admin_routes",)),
        Room("Processes", "admin_processes.index", "administer", ("admin_processes",)),
        Room("Reasons", "admin_reasons.index", "administer", ("admin_reasons",)),
        Room("Priority", "admin_priority.index", "administer", ("admin_priority",)),
        Room("Content standard", "admin_standard.index", "administer", ("admin_standard",)),
        Room("Portal and brand", "admin_brand.form", "administer", ("admin_brand",)),
    ),
    "Desk": (
        Room("Audit trail", "admin_audit.index", "audit.read", ("admin_audit",)),
        Room("Health", "admin_health.index", "status.read", ("admin_health",)),
    ),
}


def menu() -> list[tuple[str, list[Room]]]:
    """Return the sections with the rooms that this person may enter; a section without any is left out."""
    open_to_me = {title: [room for room in rooms if can(room.action)] for title, rooms in MENU.items()}
    return [(title, rooms) for title, rooms in open_to_me.items() if rooms]
