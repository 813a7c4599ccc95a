"""The figures of a run in words and as a table, for a terminal or a file."""

import json
from collections.abc import Iterator
from pathlib import Path

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


def write(path: Path, run: LaboratoryRun) -> None:
    """Write the figures of a run as JSON."""
    kept = {"at": run.finished_at.isoformat() if run.finished_at else None, "recipe": run.recipe}
    path.write_text(json.dumps({**kept, **run.figures}, indent=2) + "\n", "utf-8")


def _with_interval(value: list[float]) -> str:
    mean, low, high = value
    return f"{mean:.3f} [{low:.3f} {high:.3f}]"
