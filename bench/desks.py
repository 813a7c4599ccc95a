"""What benchmarks share: arguments, the sets of a data folder, the encoder, and the tables of docs/evaluation.md."""

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np

from assistant.dataset import Data, Record
from index.encoder import OnnxEncoder

DATA = click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
MODEL = click.option(
    "--model", type=click.Path(path_type=Path), default=Path("data/model"), help="The exported model."
)
REPORT = Path(__file__).parent.parent / "docs" / "evaluation.md"


def folders(data: Path) -> list[Path]:
    """Return the folders with queries, in the order of their names; a folder with queries is the only one itself."""
    found = [folder for folder in (data, *sorted(data.iterdir())) if (folder / "queries.jsonl.gz").is_file()]
    return found[:1] if found[:1] == [data] else found


def encoder(model: Path) -> OnnxEncoder:
    """Return the exported model with every processor at its service."""
    return OnnxEncoder(model, os.cpu_count() or 1)


def questions(data: Data, most: int) -> list[Record]:
    """Return so many questions that were judged, drawn by chance and the same ones every time."""
    judged = [query for query in data.queries if str(query["id"]) in data.judged]
    return [judged[place] for place in np.random.default_rng(7).permutation(len(judged))[:most]]


def timed(act: Callable[[], object]) -> float:
    """Return how long something takes, in milliseconds."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def publish(name: str, text: str) -> None:
    """Replace what stands between the markers of this name in the report, and show it."""
    report = REPORT.read_text("utf-8")
    start, end = f"<!-- {name}: -->", f"<!-- :{name} -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(report):
        raise LookupError(f"docs/evaluation.md has no place named {name}.")
    REPORT.write_text(pattern.sub(lambda _: f"{start}\n{text}\n{end}", report), "utf-8")
    click.echo(text)
