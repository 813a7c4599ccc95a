"""Categories: one tree, used at opening, at closing and by articles."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk import edition
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from kb.store import Base, acting

SEPARATOR = " › "
BETWEEN = "›>/"  # what people write between the names of a path
LONGEST_NAME = 100
EDITABLE = ("name", "parent_id")


class Category(Base):
    """A branch of the tree."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("parent_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped["Category | None"] = relationship(remote_side=[id])

    @property
    def path(self) -> str:
        """The names from the root to here, such as “Network › VPN”."""
        return f"{self.parent.path}{SEPARATOR}{self.name}" if self.parent else self.name

    @property
    def depth(self) -> int:
        """How many branches are above it."""
        return self.parent.depth + 1 if self.parent else 0

    @property
    def choice(self) -> tuple[int, str]:
        """Id and path, as a form offers it."""
        return self.id, self.path

    @property
    def offered(self) -> bool:
        """Whether it can still be chosen: neither itself nor a branch above it is retired."""
        return self.active and (self.parent is None or self.parent.offered)


def tree(db: Session, *keep: int | None) -> list[Category]:
    """Return the categories that can be chosen, in the order of their paths. keep: ids shown though retired."""
    return [category for category in everything(db) if category.offered or category.id in keep]


def everything(db: Session) -> list[Category]:
    """Return all categories in the order of their paths, the retired ones too."""
    return sorted(db.scalars(select(Category)), key=lambda category: category.path.lower().split(SEPARATOR))


def found(db: Session, text: str) -> list[Category]:
    """Return the categories with a text in their path, the retired ones too."""
    return [category for category in everything(db) if text.lower() in category.path.lower()]


def add(db: Session, name: str, parent: Category | None, *, actor: Person | None, now: datetime) -> Category:
    """Add a branch under another one, or at the root. Raises Refused with findings."""
    _check(db, name, parent)
    acting(db, actor=actor, now=now)
    category = Category(name=name.strip(), parent=parent)
    db.add(category)
    db.flush()
    return category


def change(
    db: Session,
    category: Category,
    name: str,
    parent: Category | None,
    *,
    seen: str,
    actor: Person,
    now: datetime,
) -> Category:
    """Rename a branch, or move it with all that is under it. Raises EditConflict, Refused with findings."""
    values = {"name": name.strip(), "parent_id": parent.id if parent else None}
    edition.hold(db, category, values, seen)
    _check(db, name, parent, category)
    edition.change(db, category, values, actor=actor, now=now)
    return category


def retire(db: Session, category: Category, *, actor: Person, now: datetime) -> None:
    """Offer a branch, and all under it, no longer; what has it keeps it."""
    edition.change(db, category, {"active": False}, actor=actor, now=now)


def revive(db: Session, category: Category, *, actor: Person, now: datetime) -> None:
    """Offer a branch again."""
    edition.change(db, category, {"active": True}, actor=actor, now=now)


def ensure(db: Session, path: str) -> Category:
    """Return the category with this path, adding the branches that are missing. Accepts ›, > and / between names."""
    names = [name.strip() for name in path.replace("›", "/").replace(">", "/").split("/") if name.strip()]
    category: Category | None = None
    for name in names:
        category = _child(db, name, category)
    if category is None:
        raise ValueError("A category needs a name.")
    return category


def _check(db: Session, name: str, parent: Category | None, category: Category | None = None) -> None:
    under = Category.parent_id.is_not_distinct_from(parent.id if parent else None)
    same = db.scalar(select(Category).where(func.lower(Category.name) == name.strip().lower(), under))
    findings = []
    if not name.strip():
        findings.append(Finding("name", "The name is missing.", "Write one or two words."))
    elif len(name) > LONGEST_NAME or set(name) & set(BETWEEN):
        message = f"A name has at most {LONGEST_NAME} characters, and none of {' '.join(BETWEEN)}"
        findings.append(Finding("name", f"{message}.", "These stand between the names of a path."))
    if same is not None and same is not category:
        findings.append(Finding("name", f"“{same.path}” is here already.", "Choose another name or place."))
    if category is not None and category in _upward(parent):
        message = f"“{category.name}” cannot be moved under itself."
        findings.append(Finding("parent_id", message, "Choose another branch."))
    if findings:
        raise Refused(findings)


def _upward(category: Category | None) -> list[Category]:
    return [category, *_upward(category.parent)] if category else []


def _child(db: Session, name: str, parent: Category | None) -> Category:
    parent_id = parent.id if parent else None
    found = db.scalar(
        select(Category).where(Category.name == name, Category.parent_id.is_not_distinct_from(parent_id))
    )
    if found is None:
        found = Category(name=name, parent=parent)
        db.add(found)
        db.flush()
    return found
