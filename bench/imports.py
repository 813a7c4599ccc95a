"""Measure the import of incidents: python -m bench.imports DATA [--rows N].

DATA holds folders with corpus.jsonl.gz, incidents.jsonl.gz or tickets.jsonl.gz. Rows are recombined from their real
sentences and written as CSV; the product's own import brings them into a throw-away desk. Embedding comes later, in the
worker, and is not part of the rate.
"""

import csv
import gzip
import json
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from assistant.importers import incidents
from assistant.importers.summary import Summary
from assistant.runtime import Runtime
from assistant.settings import Settings
from bench import desks

FILES = ("corpus.jsonl.gz", "incidents.jsonl.gz", "tickets.jsonl.gz")
TEXTS = ("title", "body", "resolution", "answer", "summary")
SENTENCES = 40_000
HEADER = (
    *(
        "number",
        "short_description",
        "description",
        "state",
        "priority",
        "opened_at",
        "closed_at",
        "close_notes",
    ),
    *("caller", "category", "subcategory", "business_service", "assignment_group", "assigned_to"),
)


@click.command()
@desks.DATA
@click.option("--rows", default=100_000, show_default=True, help="Incidents to import.")
def main(data: Path, rows: int) -> None:
    """Write a file of that many incidents, import it, import it again, and publish the figures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "incidents.csv"
        write(file, rows, sentences(data))
        runtime = Runtime(Settings(data=Path(folder) / "desk"))
        runtime.migrate()
        figures = [
            *measured(runtime, file, rows),
            ("size of the file, MB", f"{file.stat().st_size / 1e6:.0f}"),
        ]
        runtime.close()
    desks.publish("imports", desks.table(("what", "measured"), figures))


def measured(runtime: Runtime, file: Path, rows: int) -> Iterator[tuple[str, str]]:
    """Import the file twice and yield what that took."""
    peaks: list[float] = []
    worked = time.process_time()
    first = bring(runtime, file, peaks)
    worked = time.process_time() - worked
    again = bring(runtime, file, [])
    yield "incidents", f"{first.counts['added']:,}"
    yield "people who came with them", f"{first.created['people who cannot sign in']:,}"
    yield "rows a second", f"{rows / first.seconds:,.0f}"
    yield "rows for a second of processor time", f"{rows / worked:,.0f}"
    yield "rows a second, the same file again (nothing changes)", f"{rows / again.seconds:,.0f}"
    yield "most memory after the first tenth, MB", f"{peaks[len(peaks) // 10]:.0f}"
    yield "most memory at the end, MB", f"{peaks[-1]:.0f}"


def bring(runtime: Runtime, file: Path, peaks: list[float]) -> Summary:
    """Import the file and note after each batch the most memory that the process had at once."""
    plan = incidents.plan(
        runtime, file, incidents.Options(create_missing=("categories", "services", "groups"))
    )
    return incidents.run(runtime, plan, lambda share, summary: peaks.append(peak_mb()))


def peak_mb() -> float:
    """Return the most memory that this process had at once."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def sentences(data: Path) -> list[str]:
    """Return sentences of the texts in a data folder."""
    found: dict[str, None] = {}
    for file in sorted(path for name in FILES for path in data.rglob(name)):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                texts = (str(json.loads(line).get(name) or "") for name in TEXTS)
                parts = (" ".join(part.split()) for text in texts for part in re.split(r"(?<=[.!?])\s", text))
                found.update(dict.fromkeys(part for part in parts if 20 < len(part) < 300))
    chance = random.Random(7)  # noqa: S311 - the same rows every time, no secret
    return chance.sample(list(found), min(len(found), SENTENCES))


def write(file: Path, rows: int, said: list[str]) -> None:
    """Write incidents as another desk would export them."""
    chance = random.Random(7)  # noqa: S311 - the same rows every time, no secret
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(1, rows + 1):
            day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            writer.writerow(
                (
                    *(f"INC{number:07}", chance.choice(said)[:120], " ".join(chance.choices(said, k=3))),
                    *(chance.choice(("Closed", "Closed", "Resolved", "In Progress")), chance.choice("1234")),
                    *(f"{day} 08:15:00", f"{day} 17:40:00", " ".join(chance.choices(said, k=2))),
                    *(f"Person {chance.randint(1, 8000)}", f"Category {chance.randint(1, 12)}"),
                    *(f"Part {chance.randint(1, 8)}", f"Service {chance.randint(1, 30)}"),
                    *(f"Group {chance.randint(1, 20)}", f"Agent {chance.randint(1, 60)}"),
                )
            )


if __name__ == "__main__":
    main()
