"""Measure how pages slow down as a desk grows: python -m bench.growth DATA [--size N]... [--model FOLDER].

Each size is a desk of its own, filled by `bench.filling` and served by `kintsugi run`; everything but the incidents
stays as it is. Writes the table, and the curve beside it.
"""

import os
import tempfile
from pathlib import Path

import click
import numpy as np

from assistant import log
from bench import curve, desks, filling
from bench.pages import PORT, crew, visit
from bench.rooms import PAGES, Places
from bench.staff import Size
from bench.texts import read
from bench.visits import Visitor, opened, served

CURVE = desks.REPORT.parent / "growth.svg"
SHOWN = ("queue: all open", "incident, open", "search", "portal: search as typed")
HEAD = ("incidents", "page", "p50 ms", "p95 ms")
TITLE = "Milliseconds until a page is there, as the desk grows"


@click.command()
@desks.DATA
@click.option("--size", "sizes", multiple=True, type=int, default=(1_000, 10_000, 100_000, 300_000))
@desks.MODEL
def main(data: Path, sizes: tuple[int, ...], model: Path) -> None:
    """Measure every size, write the table and draw the curve."""
    log.configure("ERROR")
    report(data, model, [Size(incidents) for incidents in sizes])


def report(data: Path, model: Path, sizes: list[Size]) -> None:
    """Measure desks of these sizes; publish the table and the curve."""
    rows: list[list[str]] = []
    lines: dict[str, list[tuple[int, float]]] = {}
    for size in sizes:
        for name, (p50, p95) in measured(data, model, size).items():
            rows.append([f"{size.incidents:,}", name, f"{p50:.0f}", f"{p95:.0f}"])
            lines.setdefault(f"{name}, p50", []).append((size.incidents, p50))
            lines.setdefault(f"{name}, p95", []).append((size.incidents, p95))
    load = f"Load of the machine in the last quarter of an hour: {os.getloadavg()[2]:.1f}."
    desks.publish("growth", f"{desks.table(HEAD, rows)}\n\n{load}")
    CURVE.write_text(curve.drawn(TITLE, lines), "utf-8")


def measured(data: Path, model: Path, size: Size) -> dict[str, tuple[float, float]]:
    """Return p50 and p95 of the shown pages at one size, in milliseconds."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        folder = Path(room) / "desk"
        filling.make(data, folder, model, size)
        places = Places(opened(folder), size, read(data, 300)[1])
        with served(folder, PORT) as server:
            people = {
                role: [(one, Visitor(server.port, cookie)) for one, cookie in signed]
                for role, signed in crew(folder, size).items()
            }
            for kind in (one for one in PAGES if one.name in SHOWN):
                times, _ = visit(people[kind.who], kind, places)
                p50, p95 = np.percentile(times, [50, 95])
                found[kind.name] = (float(p50), float(p95))
    return found


if __name__ == "__main__":
    main()
