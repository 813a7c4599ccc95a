"""The figures of a run in words and as a table, for a terminal."""

from collections.abc import Iterator

from assistant.backtest.figures import ENOUGH, MEASURES, Figures
from assistant.desk.laboratory import LaboratoryRun

WIDTH = 26


def worse(figures: Figures) -> list[str]:
    """Return, as sentences, in what the desk is below one of its own parts beyond the interval."""
    return [
        f"{measure}: {one['label']} is better by {low:.3f} to {high:.3f}."
        for one in figures["contenders"].values()
        for measure, (_, low, high) in one["against"].items()
        if low > 0
    ]


def lines(figures: Figures) -> Iterator[str]:
    """Return the figures for a terminal, each with its interval."""
    yield (
        f"{figures['judged']:,} incidents with a confirmed answer: {figures['known']:,} had been solved before,"
        f" {figures['new']:,} were new"
    )
    if figures["known"] < ENOUGH:
        yield f"Fewer than {ENOUGH}: these figures say little yet."
    ways = figures["contenders"].values()
    yield "".join(f"{text:<{WIDTH}}" for text in ("", *(one["label"] for one in ways))).rstrip()
    for measure in MEASURES if figures["known"] else ():
        cells = [_with_interval(one[measure]) for one in ways]
        yield "".join(f"{text:<{WIDTH}}" for text in (measure, *cells)).rstrip()
    for name in ("calibration error", "AUROC"):
        value = figures["confidence"][name]
        if value is not None:
            yield f"{name:<{WIDTH}}{value:.3f}"


def gains(found: Figures, way: str = "with the other model") -> Iterator[str]:
    """Return by how much another way to find is above the usual one, for a terminal."""
    yield f"Over {found['known']:,} incidents that had been solved before, {way}:"
    for measure in MEASURES if found["known"] else ():
        mean, low, high = found[measure]
        yield f"{measure:<{WIDTH}}{mean:+.3f} [{low:+.3f} {high:+.3f}]"


def losses(found: Figures, usual: str = "the desk's own model") -> list[str]:
    """Return, as sentences, in what another way to find is below the usual one beyond the interval."""
    lost = [(name, found[name]) for name in MEASURES if found["known"] and found[name][2] < 0]
    return [f"{name}: {usual} is better by {-high:.3f} to {-low:.3f}." for name, (_, low, high) in lost]


def whole(run: LaboratoryRun) -> Figures:
    """Return the figures of a run with its time and its recipe."""
    return {"at": str(run.finished_at), "recipe": run.recipe, **run.figures}


def _with_interval(value: list[float]) -> str:
    mean, low, high = value
    return f"{mean:.3f} [{low:.3f} {high:.3f}]"
