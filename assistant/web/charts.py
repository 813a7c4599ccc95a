"""Charts as drawings: lines and dots in a frame, in the units of an SVG; pure. Every one has a table beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 236
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 44
STEPS = 4  # of the scale
BIGGEST, SMALLEST = 9.0, 2.5  # radius of a dot
Point = tuple[float, float]


@dataclass(frozen=True)
class Dot:
    """A point with a size, and what it says."""

    x: float
    y: float
    radius: float
    says: str


@dataclass(frozen=True)
class Mark:
    """A place on a scale, and what stands there."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing. says: what it shows, for those who do not see it; lines: points of a polyline, by name."""

    title: str
    says: str
    across: str
    up: str
    lines: Mapping[str, str]
    dots: Sequence[Dot]
    scale: Sequence[Mark]
    ground: Sequence[Mark]
    diagonal: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def risk(points: Sequence[Point]) -> Chart:
    """Draw how many answers are wrong, by how many questions are answered."""
    top = _round_up(max((wrong for _, wrong in points), default=0.0))
    told = "; ".join(f"{coverage:.0%} answered, {wrong:.0%} wrong" for coverage, wrong in _some(points))
    return Chart(
        "Risk and coverage",
        f"The surest first: {told}.",
        "share of incidents that are answered",
        "share of answers that are wrong",
        {"risk": _path(points, top)},
        [],
        _scale(top),
        _shares(),
    )


def reliability(bins: Sequence[tuple[float, float, int]]) -> Chart:
    """Draw what was promised against what was true; a dot is the larger the more incidents it stands for."""
    most = max((count for *_, count in bins), default=1)
    dots = [
        Dot(
            _across(promised),
            _up(true, 1.0),
            max(SMALLEST, BIGGEST * math.sqrt(count / most)),
            f"{count} incidents: promised {promised:.0%}, right {true:.0%}",
        )
        for promised, true, count in bins
    ]
    told = "; ".join(f"promised {promised:.0%}, right {true:.0%} ({count})" for promised, true, count in bins)
    return Chart(
        "Promised and true",
        f"On the diagonal both are the same, above it the desk was too modest: {told}.",
        "probability of the first hit",
        "share of first hits that were right",
        {},
        dots,
        _scale(1.0),
        _shares(),
        _path([(0, 0), (1, 1)], 1.0),
    )


def trend(days: Sequence[str], lines: Mapping[str, Sequence[float]]) -> Chart:
    """Draw figures from run to run. days: of the runs, oldest first."""
    last = max(1, len(days) - 1)
    told = "; ".join(f"{name} from {values[0]:.3f} to {values[-1]:.3f}" for name, values in lines.items())
    ends = [Mark(_across(0), days[0]), Mark(_across(1), days[-1])] if len(days) > 1 else []
    return Chart(
        "From run to run",
        f"{len(days)} runs: {told}.",
        "runs, oldest first",
        "share",
        {
            name: _path([(place / last, value) for place, value in enumerate(values)], 1.0)
            for name, values in lines.items()
        },
        [],
        _scale(1.0),
        ends,
    )


def _some(points: Sequence[Point]) -> list[Point]:
    """Return the points nearest to a quarter, a half, three quarters and all."""
    return (
        [min(points, key=lambda point: abs(point[0] - share)) for share in (0.25, 0.5, 0.75, 1)]
        if points
        else []
    )


def _scale(top: float) -> list[Mark]:
    return [Mark(_up(top * step / STEPS, top), f"{top * step / STEPS:.0%}") for step in range(STEPS + 1)]


def _shares() -> list[Mark]:
    return [Mark(_across(step / STEPS), f"{step / STEPS:.0%}") for step in range(STEPS + 1)]


def _path(points: Sequence[Point], top: float) -> str:
    return " ".join(f"{_across(x):.1f},{_up(y, top):.1f}" for x, y in points)


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _up(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _round_up(share: float) -> float:
    """Return the next of a fifth, two fifths, and so on, so that every step of the scale is a whole percentage."""
    return max(1, math.ceil(share * 5 - 1e-9)) / 5
