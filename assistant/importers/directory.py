"""Who and what the names in a file mean here: people, groups, services, categories, configuration items."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import parseaddr
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import adoption, people
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.classification import SEPARATOR, Category
from assistant.desk.people import Group, Person
from assistant.importers.names import fold

CREATABLE = ("categories", "services", "items", "groups")
REMEMBERED = 20_000  # names whose ids are kept in memory; more start anew
NO_MAIL = (
    "imported.invalid"  # domain of people whose file gives no mail address; .invalid never reaches anybody
)


class Directory:
    """Finds rows by name, once for each name. create: kinds that may be added. writes False: nothing is added at all.

    created: what was added by kind. missing: remarks about names that are not here.
    """

    def __init__(self, create: Iterable[str], *, now: datetime, timezone: str, writes: bool = True) -> None:
        self.create = frozenset(create)
        self.now = now
        self.timezone = timezone
        self.writes = writes
        self.created: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self._ids: dict[tuple[str, str], Any] = {}

    def meet(self, db: Session, said: Iterable[tuple[str, str]]) -> None:
        """Learn who these names and mail addresses are, all at once; unknown ones become inactive requesters."""
        both = (_address(name, email) for name, email in said)
        unknown = {address or _made_address(name): (name, address) for name, address in both}
        wanted = [
            email for email, told in unknown.items() if any(told) and ("people", email) not in self._ids
        ]
        if len(self._ids) + len(wanted) >= REMEMBERED:
            self._ids.clear()
            wanted = [email for email, told in unknown.items() if any(told)]
        for email, person_id in db.execute(select(Person.email, Person.id).where(Person.email.in_(wanted))):
            self._ids["people", email] = person_id
        self._meet_by_name(db, {email: unknown[email][0] for email in wanted if not unknown[email][1]})
        missing = {
            email: unknown[email][0] or email for email in wanted if ("people", email) not in self._ids
        }
        if missing:
            self.created["people who cannot sign in"] += len(missing)
        made = (
            adoption.people_written_about(db, missing, now=self.now, timezone=self.timezone)
            if self.writes
            else dict.fromkeys(missing)
        )
        self._ids.update({("people", email): person_id for email, person_id in made.items()})

    def person(self, name: str, email: str = "") -> int | None:
        """Return the id of a person whom the directory has met by mail address or name, None for nobody."""
        said, address = _address(name, email)
        return self._ids["people", address or _made_address(said)] if said or address else None

    def _meet_by_name(self, db: Session, names: dict[str, str]) -> None:
        """Find people by their full name where exactly one has it; “Okafor, Ada” is Ada Okafor."""
        spellings = {email: {name, " ".join(reversed(name.split(", ", 1)))} for email, name in names.items()}
        asked = sorted(set().union(*spellings.values())) if spellings else []
        found: dict[str, set[int]] = {}
        for name, person_id in db.execute(select(Person.name, Person.id).where(Person.name.in_(asked))):
            found.setdefault(name, set()).add(person_id)
        for email, spelt in spellings.items():
            ids = set().union(*(found.get(name, set()) for name in spelt))
            if len(ids) == 1 and ("people", email) not in self._ids:
                self._ids["people", email] = ids.pop()

    def service(self, db: Session, name: str) -> tuple[int | None, str]:
        """Return the id of a service and the name of its process; no id and an empty process when it is not here."""
        if not name:
            return None, ""
        return self._remembered("services", name, lambda: self._find_service(db, name)) or (None, "")

    def group(self, db: Session, name: str) -> int | None:
        """Return the id of an assignment group."""
        return (
            self._remembered("groups", name, lambda: self._find_named(db, Group, "groups", name))
            if name
            else None
        )

    def item(self, db: Session, name: str) -> int | None:
        """Return the id of a configuration item."""
        return self._remembered("items", name, lambda: self._find_named(db, ConfigurationItem, "items", name))

    def category(self, db: Session, path: str) -> int | None:
        """Return the id of a category by its path; / and > in a name are no separators here."""
        if not path:
            return None
        return self._remembered("categories", path, lambda: self._find_category(db, path))

    def _remembered(self, kind: str, name: str, find: Callable[[], Any]) -> Any:
        key = (kind, name.casefold())
        if key not in self._ids:
            self._ids[key] = find()
        found = self._ids[key]
        if found is None and kind in CREATABLE and kind not in self.create:
            self.missing[f"name {kind} that are not here; add them with --create-missing {kind}"] += 1
        return found

    def _find_service(self, db: Session, name: str) -> tuple[int, str] | None:
        row = db.execute(select(Service.id, Service.process).where(Service.name == name)).first()
        if row is not None:
            return row.id, row.process
        made = self._made(db, "services", Service(name=name, process="itil", active=True))
        return (made, "itil") if made else None

    def _find_named(self, db: Session, kind: Any, called: str, name: str) -> int | None:
        found = db.scalar(select(kind.id).where(kind.name == name))
        return found or self._made(db, called, kind(name=name))

    def _find_category(self, db: Session, path: str) -> int | None:
        branch, _, name = path.rpartition(SEPARATOR)
        parent_id = self.category(db, branch)
        if branch and parent_id is None:
            return self._made(db, "categories", None)  # its branch is missing, and so is it
        here = select(Category.id).where(
            Category.name == name, Category.parent_id.is_not_distinct_from(parent_id)
        )
        return db.scalar(here) or self._made(db, "categories", Category(name=name, parent_id=parent_id))

    def _made(self, db: Session, kind: str, row: Any) -> int | None:
        if kind not in self.create:
            return None
        self.created[kind] += 1
        if not self.writes or row is None:
            return None
        db.add(row)
        db.flush()
        return int(row.id)


def _address(name: str, email: str) -> tuple[str, str]:
    """Take name and mail address apart: “Ada Okafor <ada@example.org>” may stand in either cell."""
    said, address = parseaddr(email if "@" in email else name if "@" in name else "")
    address = address.strip().lower()
    if not people.MAIL.fullmatch(address):
        return name.strip(), ""
    return (said or (name if "@" not in name else "")).strip(), address


def _made_address(name: str) -> str:
    """Return an address that stands for a person without one, the same for the same name."""
    folded = ".".join(fold(name).split())[:60]
    exact = folded == ".".join(name.casefold().split())
    mark = "" if exact else "." + sha256(name.casefold().encode()).hexdigest()[:6]
    return f"{folded or 'person'}{mark}@{NO_MAIL}"
