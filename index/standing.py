"""What a desk knows of an item besides its text, as terms of its score; pure.

Every term is 0 where nothing is known, so that a desk without a record ranks by the text alone.
"""

import math
from dataclasses import dataclass

FADES_DAYS = 9.0  # after three weeks a tenth is left: nine of ten recurrences come within them
SURE = 1.96  # of a normal distribution, for 95 of 100


@dataclass(frozen=True)
class Standing:
    """What is known of an item, and what it shares with the incident that asks.

    service, item, category, group: whether it is of the same one. age_days: since it was last of use, None for never.
    held, of: how often it was for good, of how often it was used. helped, asked: how many readers it helped, of those
    who said. validated: somebody vouches for it; shared: it was made for readers outside the desk.
    """

    service: bool = False
    item: bool = False
    category: bool = False
    group: bool = False
    age_days: float | None = None
    held: int = 0
    of: int = 0
    helped: int = 0
    asked: int = 0
    validated: bool = False
    shared: bool = False


UNKNOWN = Standing()


def terms(standing: Standing) -> dict[str, float]:
    """Return what a standing says for an item, by name, each from 0 to 1, before it is weighed."""
    return {
        "same_service": float(standing.service),
        "same_item": float(standing.item),
        "same_category": float(standing.category),
        "same_group": float(standing.group),
        "recent": recent(standing.age_days),
        "held": at_least(standing.held + standing.helped, standing.of + standing.asked),
        "validated": float(standing.validated),
        "shared": float(standing.shared),
    }


def recent(age_days: float | None) -> float:
    """Return how fresh something is, from 1 for now towards 0."""
    return 0.0 if age_days is None else math.exp(-max(0.0, age_days) / FADES_DAYS)


def at_least(held: int, of: int) -> float:
    """Return the share that something holds at least, by the lower end of its 95 % interval (Wilson 1927)."""
    if not of:
        return 0.0
    share, slack = held / of, SURE**2 / of
    middle = share + slack / 2
    spread = math.sqrt(slack * (share * (1 - share) + slack / 4))
    return max(0.0, (middle - spread) / (1 + slack))
