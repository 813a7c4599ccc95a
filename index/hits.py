"""What may be looked at, and what is found: the words both halves of the index share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowed:
    """What a search may look at: every item of these permission classes, and these single items besides."""

    scopes: frozenset[str]
    items: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hit:
    """An item that was found.

    id: the passage it was found by (0 where whole items are searched), part: which part of the item that is.
    score: comparable within one search only.
    """

    id: int
    item: str
    score: float
    part: str = ""
