"""Categories: one tree, used at opening, at closing and by articles."""

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kb.store import Base

SEPARATOR = " › "


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


def tree(db: Session) -> list[Category]:
    """Return all categories in the order of their paths."""
    return sorted(db.scalars(select(Category)), key=lambda category: category.path.lower())


def ensure(db: Session, path: str) -> Category:
    """Return the category with this path, adding the branches that are missing. Accepts ›, > and / between names."""
    names = [name.strip() for name in path.replace("›", "/").replace(">", "/").split("/") if name.strip()]
    category: Category | None = None
    for name in names:
        category = _child(db, name, category)
    if category is None:
        raise ValueError("A category needs a name.")
    return category


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
