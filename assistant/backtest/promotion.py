"""Whether another model may answer, by what it is worth on the desk's own incidents; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.backtest.figures import ENOUGH, FEWEST_IN_PART, MEASURES, Figures

MEASURE = "nDCG@10"  # has to rise
LABORATORY, PAIRS, NOTHING = "laboratory", "pairs", "nothing"


@dataclass(frozen=True)
class Decision:
    """Whether a model is put in use, and why, as a sentence. by: what decided."""

    kept: bool
    by: str
    said: str


def nothing_taught(why: str) -> Decision:
    """Leave everything as it is, because there was too little to learn from, or the training failed."""
    return Decision(kept=False, by=NOTHING, said=why)


def no_gain(said: str) -> Decision:
    """Refuse a model that does not even find the texts better that were held back. said: how well it finds them."""
    return Decision(kept=False, by=PAIRS, said=f"{said}. That is no gain beyond the interval.")


def decide(said: str, found: Figures) -> Decision:
    """Decide on a model that finds held-back texts better, by what the laboratory found.

    Its measure has to rise beyond the interval, and nothing may fall. Where too few incidents can be asked, no loss
    is enough.
    """
    lost, known = list(_losses(found)), found["known"]
    if lost:
        return Decision(kept=False, by=LABORATORY, said=f"The laboratory shows a loss: {'; '.join(lost)}.")
    if known < ENOUGH:
        few = f"{known} incidents that did not teach it can be asked, fewer than the {ENOUGH} that can judge"
        return Decision(kept=True, by=PAIRS, said=f"{said}. Only {few}; they show no loss.")
    mean, low, high = found[MEASURE]
    asked, change = f"On {known:,} incidents that did not teach it, {MEASURE}", f"({low:+.3f} to {high:+.3f})"
    if low <= 0:
        told = f"{asked} changes by {mean:+.3f} {change}, which may be chance."
        return Decision(kept=False, by=LABORATORY, said=told)
    return Decision(
        kept=True, by=LABORATORY, said=f"{asked} rises by {mean:.3f} {change}, and nothing falls."
    )


def _losses(found: Figures) -> Iterator[str]:
    """Yield in what a model is worse beyond the interval: over all incidents, for a service, for a language."""
    whole = [("", found)] if found["known"] >= FEWEST_IN_PART else []
    parts = [(f" for the {one['by']} {one['key'] or 'unclear'}", one) for one in found["parts"]]
    for where, one in (*whole, *parts):
        for measure in MEASURES:
            mean, low, high = one[measure]
            if high < 0:
                yield f"{measure}{where} falls by {-mean:.3f} ({low:+.3f} to {high:+.3f})"
