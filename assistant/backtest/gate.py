"""The gate for what a desk learns: in use where it is better, left alone where somebody went back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk.people import Person
from kb import tuning
from kb.tuning import ADAPTER, RANKING

NAMES = {ADAPTER: "Questions are turned", RANKING: "What speaks for an item is weighed"}


@dataclass(frozen=True)
class Offer:
    """Something learned of a kind. better: the later part of the record says so; worth: the figures for it.

    shipped: what is as good as nothing learned. numbers: what is too long to be read.
    """

    kind: str
    better: bool
    learned: Mapping[str, Any]
    worth: Mapping[str, Any]
    shipped: Mapping[str, Any]
    numbers: bytes | None = None


def take_over(db: Session, offer: Offer, *, now: datetime) -> None:
    """Use what was learned where it is better, and what was shipped where not, unless somebody went back."""
    last = tuning.newest(db, offer.kind)
    if last is not None and not last.in_use:
        return
    if offer.better:
        adopt(db, offer, actor=None, now=now)
    elif last is not None and last.learned != dict(offer.shipped):
        tuning.adopt(db, offer.kind, offer.shipped, offer.worth, actor=None, now=now)


def adopt(db: Session, offer: Offer, *, actor: Person | None, now: datetime) -> None:
    """Put what was learned in use."""
    tuning.adopt(db, offer.kind, offer.learned, offer.worth, numbers=offer.numbers, actor=actor, now=now)


def decide(db: Session, kind: str, *, own: bool, actor: Person, now: datetime) -> str:
    """Ask in the way that was learned last, if it had been found better, or as shipped; return the sentence for it."""
    last = tuning.newest(db, kind)
    if own and last is not None and last.evidence.get("better"):
        tuning.renew(db, last, actor=actor, now=now)
        return f"{NAMES[kind]} as this desk's choices taught it."
    tuning.withdraw(db, kind, actor=actor, now=now)
    return f"{NAMES[kind]} as it was shipped."
