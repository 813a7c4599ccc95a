"""Saved views: a list with its filters and order, or a search, kept under a name, for oneself or for a group."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Group, Person, membership
from kb.store import Base, UtcDateTime

LONGEST = 60  # characters of a name
MOST = 12  # of one's own
SHOWN = 12  # in the menu


class SavedView(Base):
    """A named list or search. asked: what stands in its address. group: whose members see it too."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    group: Mapped[Group | None] = relationship()


def of(db: Session, person: Person) -> list[SavedView]:
    """Return a person's own views and those that their groups share, their own first, as many as fit the menu."""
    mine = select(membership.c.group_id).where(membership.c.person_id == person.id)
    seen = or_(SavedView.person_id == person.id, SavedView.group_id.in_(mine))
    own_first = (SavedView.person_id != person.id, func.lower(SavedView.name), SavedView.id)
    query = select(SavedView).where(seen).order_by(*own_first).limit(SHOWN)
    return list(db.scalars(query.options(joinedload(SavedView.person))))


def save(db: Session, name: str, asked: Mapping[str, Any], *, actor: Person, now: datetime) -> SavedView:
    """Keep a list or a search under a name; an own view of that name is replaced. Raises Refused at `name`."""
    name = _named(name)
    own = _own(db, actor)
    view = own.get(name.lower())
    if view is None and len(own) >= MOST:
        message = f"You have {MOST} views already."
        raise Refused([Finding("name", message, "Remove one that you do not need any more.")])
    if view is None:
        view = SavedView(person_id=actor.id)
        db.add(view)
    view.name, view.asked, view.at = name, dict(asked), now
    db.flush()
    return view


def rename(db: Session, view: SavedView, name: str, *, actor: Person) -> SavedView:
    """Give a view another name. Raises Refused when one of the owner's other views is called so."""
    name = _named(name)
    if _own(db, actor).get(name.lower(), view) is not view:
        message = f"You have a view “{name}” already."
        raise Refused([Finding("name", message, "Choose another name.")])
    view.name = name
    db.flush()
    return view


def share(db: Session, view: SavedView, group: Group | None, *, actor: Person) -> SavedView:
    """Let the members of one of the owner's groups see a view; None takes that back."""
    if group is not None and group not in actor.groups:
        raise Refused([Finding("group_id", "You are not in this group.", "Choose one of your own groups.")])
    view.group = group
    db.flush()
    return view


def remove(db: Session, view: SavedView) -> None:
    """Forget a view; the incidents it showed stay where they are."""
    db.delete(view)
    db.flush()


def _own(db: Session, person: Person) -> dict[str, SavedView]:
    views = db.scalars(select(SavedView).where(SavedView.person_id == person.id))
    return {view.name.lower(): view for view in views}


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused([Finding("name", "The view has no name.", "Call it what it shows.")])
    if len(name) > LONGEST:
        raise Refused([Finding("name", f"This is {len(name)} characters long.", f"Use at most {LONGEST}.")])
    return name
