"""Measure import, start-up and memory: python -m bench.serving DATA [--model FOLDER].

Import: how fast documents become findable, against the encoder's raw rate on the same passages. Start-up and memory:
of a process that opens the desk and answers, as the web process does; it must not load torch. Needs Linux for the
memory.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from sqlalchemy import select

from assistant import dataset, throwaway
from bench import desks
from index.encoder import Encoder
from kb.embeddings import Embedding

HEAD = ("what", "measured")
DOCUMENTS = 300
PROBE = """
import json, sys, time
started = time.perf_counter()
from pathlib import Path
from assistant.app import create_app
from assistant.runtime import Runtime
from assistant.settings import Settings
from kb.search import find
from kb.viewer import Viewer
room, model = sys.argv[1:]
(Path(room) / "model").symlink_to(Path(model).resolve())
runtime = Runtime(Settings(data=Path(room), database=f"sqlite:///{room}/desk.db", production=False, secret_key=room))
runtime.migrate()
create_app(runtime)
with runtime.reading() as db:
    find(db, runtime.live, "vpn drops", Viewer(1, "agent"))
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "megabytes": int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1024**2,
    "model": runtime.encoder is not None,
    "torch": "torch" in sys.modules,
}))
"""


@click.command()
@desks.DATA
@desks.MODEL
def main(data: Path, model: Path) -> None:
    """Measure, and write the table."""
    rows = [*import_rate(desks.folders(data)[0], desks.encoder(model)), *start_up(model)]
    desks.publish("serving", desks.table(HEAD, rows))


def import_rate(folder: Path, encoder: Encoder) -> list[list[str]]:
    """Load documents into a desk until they are findable; then read the same passages with nothing but the encoder."""
    whole = dataset.read(folder)
    data = dataset.Data(whole.documents[:DOCUMENTS], [], [], {}, whole.kind)
    started = time.perf_counter()
    with throwaway.throwaway(data, encoder) as desk:
        took = time.perf_counter() - started
        with desk.runtime.reading() as db:
            rows = db.execute(select(Embedding.lead, Embedding.text)).all()
    texts = [f"{row.lead}\\n{row.text}" if row.lead else row.text for row in rows]
    started = time.perf_counter()
    for start in range(0, len(texts), 512):
        encoder.encode(texts[start : start + 512])
    raw = time.perf_counter() - started
    return [
        ["documents imported and made findable", f"{len(data.documents):,} ({len(texts):,} passages)"],
        ["import, passages a second", f"{len(texts) / took:.1f}"],
        ["the encoder alone on the same passages, passages a second", f"{len(texts) / raw:.1f}"],
        ["import as a share of the encoder's own rate", f"{raw / took:.2f}"],
    ]


def start_up(model: Path) -> list[list[str]]:
    """Open the desk in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        command = [sys.executable, "-c", PROBE, room, str(model)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words
    facts = json.loads(told.splitlines()[-1])
    return [
        ["web process from nothing to its first answer, seconds", f"{facts['seconds']:.1f}"],
        ["resident memory of the web process with the model, MB", f"{facts['megabytes']:.0f}"],
        [
            "model loaded / torch loaded",
            f"{'yes' if facts['model'] else 'no'} / {'yes' if facts['torch'] else 'no'}",
        ],
    ]


if __name__ == "__main__":
    main()
