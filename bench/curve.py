"""A chart of what grows, as SVG: sizes along the bottom, logarithmic; milliseconds up; a line for each name."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

SVG = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 800, 380
LEFT, RIGHT, TOP, BOTTOM = 68, 260, 24, 48
COLOURS = ("#8a6d1f", "#1f5f8a", "#8a2f4f", "#3f7a3a", "#5a4a8a")
STYLE = "text{font:13px system-ui,sans-serif;fill:#555}line{stroke:#bbb}polyline{fill:none;stroke-width:2}"
Points = Sequence[tuple[int, float]]  # size, milliseconds


def drawn(title: str, lines: Mapping[str, Points]) -> str:
    """Return the chart. The figures must stand in a table beside it, for those who do not see it."""
    sizes = sorted({size for points in lines.values() for size, _ in points})
    highest = _round_up(max(ms for points in lines.values() for _, ms in points))
    told = "; ".join(f"{name}: {_told(points)}" for name, points in lines.items())
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title about">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(told)}</desc>',
        f"<style>{STYLE}</style>",
        *_axes(sizes, highest),
    ]
    for place, (name, points) in enumerate(lines.items()):
        spots = [(_across(size, sizes), _up(ms, highest)) for size, ms in points]
        colour, dash = COLOURS[place // 2 % len(COLOURS)], ' stroke-dasharray="5 4"' if place % 2 else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" stroke="{colour}"{dash}/>')
        parts.append(_label(name, place, colour, dash))
    return "\n".join([*parts, "</svg>\n"])


def _told(points: Points) -> str:
    return ", ".join(f"{ms:.0f} ms at {size:,}" for size, ms in points)


def _axes(sizes: Sequence[int], highest: float) -> Iterator[str]:
    for step in range(5):
        ms = highest * step / 4
        y = _up(ms, highest)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{ms:.0f} ms</text>'
    for size in sizes:
        x = _across(size, sizes)
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">incidents</text>'


def _label(name: str, place: int, colour: str, dash: str) -> str:
    x, y = WIDTH - RIGHT + 14, TOP + 12 + 22 * place
    line = f'<line x1="{x}" x2="{x + 24}" y1="{y - 4}" y2="{y - 4}" style="stroke:{colour};stroke-width:2"{dash}/>'
    return f'{line}<text x="{x + 32}" y="{y}">{escape(name)}</text>'


def _across(size: int, sizes: Sequence[int]) -> float:
    first, last = math.log(sizes[0]), math.log(sizes[-1])
    share = (math.log(size) - first) / (last - first) if last > first else 0.5
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _up(ms: float, highest: float) -> float:
    return HEIGHT - BOTTOM - ms / highest * (HEIGHT - TOP - BOTTOM)


def _round_up(ms: float) -> float:
    """Return the next number with one digit and zeros, or half of that."""
    step = 10 ** math.floor(math.log10(max(ms, 1)))
    return float(math.ceil(ms / step * 2) * step / 2)
