"""Promises told by the desk's own record: learned from what came of asking again, kept only where they come truer."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.backtest import gate
from assistant.backtest.gate import Offer
from assistant.backtest.outcome import Outcome
from assistant.desk.people import Person
from index import evaluation, trust
from index.trust import Trust
from kb import tuning
from kb.tuning import PROMISE, Tuning

FEWEST = 2 * trust.FEWEST  # incidents: one half to learn from, one to measure on
SHIPPED = asdict(Trust())


def learn(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how the desk's promises should be believed, and what that is worth; earlier is what was resolved earlier.

    learned: from all incidents. before, after: calibration error on the later half, as shipped and as learned from the
    earlier half; None while there are too few.
    """
    judged = sorted((one for one in outcomes if one.judged), key=lambda one: (one.ended_at, one.incident_id))
    half = len(judged) // 2
    early = _learned(judged[:half])
    told = {"labels": len(judged), "learned": asdict(_learned(judged)), "before": None, "after": None}
    if early.labels:
        told |= {"before": _error(judged[half:], Trust()), "after": _error(judged[half:], early)}
    return told


def offer(found: dict[str, Any]) -> Offer:
    """Return what was learned as the gate takes it."""
    worth = {name: found[name] for name in ("before", "after")}
    return Offer(PROMISE, is_gain(found), found["learned"], worth, SHIPPED)


def take_over(db: Session, found: dict[str, Any], *, now: datetime) -> None:
    """Use what was learned where it makes promises truer, and the shipped ones where not, unless somebody went back."""
    gate.take_over(db, offer(found), now=now)


def decide(db: Session, found: dict[str, Any] | None, *, actor: Person, now: datetime) -> str:
    """Tell promises by what was learned, or, without a gain, as they were shipped; return the sentence for it."""
    if found and is_gain(found):
        gate.adopt(db, offer(found), actor=actor, now=now)
        return "Promises follow this desk's own record."
    tuning.withdraw(db, PROMISE, actor=actor, now=now)
    return "Promises are told as they were shipped."


def is_gain(found: dict[str, Any]) -> bool:
    """Say whether what was learned from the earlier half made the promises of the later half truer."""
    return found["before"] is not None and found["after"] < found["before"]


def current(db: Session) -> Tuning | None:
    """Return what was learned last, in use or taken back."""
    return tuning.newest(db, PROMISE)


def _learned(judged: Sequence[Outcome]) -> Trust:
    return trust.learned([one.chance for one in judged], [one.right for one in judged])


def _error(judged: Sequence[Outcome], believed: Trust) -> float:
    promised = [believed.of(one.chance) for one in judged]
    return evaluation.calibration_error(promised, [one.right for one in judged])
