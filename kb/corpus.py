"""What the index must know about one kind of item, whatever the kind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from index.standing import Standing
from kb.viewer import Viewer


@dataclass(frozen=True)
class Passage:
    """A named piece of an item's text, before it is cut to what the model can read."""

    part: str
    text: str


@dataclass(frozen=True)
class Phrase:
    """How an incident was told that an article solved. scope: the permission class of whoever may read both."""

    incident_id: int
    text: str
    scope: str


@dataclass(frozen=True)
class Item:
    """An item as the index sees it: its permission class and its text. phrases: in which words it is known besides."""

    scope: str
    passages: Sequence[Passage]
    phrases: Sequence[Phrase] = ()


@dataclass(frozen=True)
class Occasion:
    """When something is asked, and what is known of the incident that asks; nothing where none does."""

    at: datetime
    incident_id: int | None = None
    service_id: int | None = None
    category_id: int | None = None
    group_id: int | None = None
    item_ids: frozenset[int] = frozenset()


class Corpus(Protocol):
    """One kind of item that can be found."""

    name: str

    def items(self, db: Session, ids: Collection[int]) -> Mapping[int, Item]:
        """Return what to index of these items; one that is missing in the answer leaves the index."""

    def owner(self, row: object) -> int | None:
        """Return the id of the item that this changed row is a part of, None when it is not of this kind."""

    def told_by(self, db: Session, touched: Mapping[str, Collection[int]]) -> Collection[int]:
        """Return the items of this kind that say something of others. touched: those others, by their kinds."""

    def readable(self, db: Session, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Return those of the ids that the viewer may read now, as the database has it."""

    def standing(
        self, db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
    ) -> Mapping[int, Standing]:
        """Return what the desk knows of some items, as of the occasion, from nothing but what the viewer may read."""

    def all_ids(self, db: Session, after: int, limit: int) -> Sequence[int]:
        """Return the next ids of this kind in rising order, for a rebuild or a check."""
