"""Measure finding at size: python -m bench.scale DATA [--model FOLDER] [--items N]... [--queries N] [--keep FOLDER].

Each size is a desk of its own, made by `bench.large`, searched through `kb.search.find` by an agent of all groups.
Recall is that of the ten nearest items, against an exact search of the same vectors by NumPy over what each
of six groups may read, down to a thousandth of all. Quality is that of the planted questions among everything else.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import select

from assistant import log, worker
from assistant.desk import suggestions
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from assistant.settings import Settings
from bench import curve, desks, large
from bench.large import AT_ONCE, NOW, OF_ITEM, SHARES, Large
from index import evaluation
from index.hits import Allowed, Hit
from kb.embeddings import Embedding
from kb.search import Answer, find
from kb.viewer import Viewer

CURVE = desks.REPORT.parent / "scale.svg"
AGENT = Viewer(1, "agent", frozenset(SHARES))
FINDABLE_TIMES = 10
EQUAL = 2e-4  # of cosine: what is as near as the tenth is as right, and half precision rounds
HEAD = (
    "items",
    "passages",
    "search p50",
    "search p95",
    "suggestions p50",
    "suggestions p95",
    "nDCG@10",
    "index MB",
    "first answer after s",
    "findable s",
)
HEAD_RECALL = ("items", "may read", "passages", "recall@10", "p50", "p95")
PROBE = """
import json, sys, time
from pathlib import Path
from assistant.runtime import Runtime
from assistant.settings import Settings
from bench.scale import AGENT, memory
from kb.search import Answer, find
room, asked = sys.argv[1], json.loads(sys.stdin.read())
settings = Settings(data=Path(room), database="", production=False, secret_key=room)
before, model = memory(), Runtime(settings).encoder
model.encode(asked)
loaded, started = memory(), time.perf_counter()
runtime = Runtime(settings, encoder=model)
with runtime.reading() as db:
    find(db, runtime.live, asked[0], AGENT)
    ready = time.perf_counter() - started
    for text in asked:
        find(db, runtime.live, text, AGENT)
print(json.dumps({"ready": ready, "index": memory() - loaded, "all": memory()}))
"""


@click.command()
@desks.DATA
@desks.MODEL
@click.option(
    "--items", multiple=True, type=int, default=(10_000, 100_000, 1_000_000), help="Sizes of the desk."
)
@click.option("--queries", type=int, default=40, help="Questions of each set.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep the desks here, and measure those that are."
)
def main(data: Path, model: Path, items: tuple[int, ...], queries: int, keep: Path | None) -> None:
    """Measure every size, write the tables and draw the curve."""
    log.configure("ERROR")
    encoder, plants = desks.encoder(model), large.planted(data, queries)
    rows, recalls = [], []
    lines: dict[str, list[tuple[int, float]]] = {"search, p50": [], "search, p95": []}
    for size in items:
        desk = Large(data, encoder, size, plants)
        with opened(desk, model, keep) as folder:
            row, (p50, p95) = measured(folder, desk)
            rows.append(row)
            lines["search, p50"].append((size, p50))
            lines["search, p95"].append((size, p95))
            recalls += _recalled(folder, desk)
        click.echo(f"{row}\n{recalls}")
    desks.publish("scale", f"{desks.table(HEAD, rows)}\n\n{desks.table(HEAD_RECALL, recalls)}")
    CURVE.write_text(curve.drawn("Milliseconds until an answer is there, as the desk grows", lines), "utf-8")


@contextmanager
def opened(desk: Large, model: Path, keep: Path | None) -> Iterator[Path]:
    """Make a desk in a folder of its own, unless it is kept there already."""
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        folder = (keep or Path(room)) / str(desk.size)
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / "model").symlink_to(model.resolve())
            runtime = Runtime(settings_of(folder), encoder=desk.encoder, writes_words=True)
            runtime.migrate()
            large.fill(runtime, desk)
            runtime.close()
        yield folder


def settings_of(folder: Path) -> Settings:
    """Return the settings of a throw-away desk."""
    return Settings(data=folder, database="", production=False, secret_key=str(folder))


def measured(folder: Path, desk: Large) -> tuple[list[str], tuple[float, float]]:
    """Return a row about a desk, and how long its searches take."""
    asked = desk.plants.asked
    command = [sys.executable, "-c", PROBE, str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, input=json.dumps(asked[:200]))  # noqa: S603 - our own words
    facts = json.loads(told.stdout.splitlines()[-1])
    runtime = Runtime(settings_of(folder), encoder=desk.encoder)
    p50, p95, quality = searched(runtime, desk)
    times = [p50, p95, *suggested(runtime, desk)]
    waited = findable(folder, runtime, asked)
    runtime.close()
    cells = [f"{desk.size:,}", f"{OF_ITEM * desk.size:,}", *(f"{figure:.1f}" for figure in times)]
    cells += [
        f"{quality:.3f}",
        f"{facts['index']:.0f}",
        f"{facts['ready']:.1f}",
        f"{np.median(waited):.1f}, at most {max(waited):.1f}",
    ]
    return cells, (p50, p95)


def searched(runtime: Runtime, desk: Large) -> tuple[float, float, float]:
    """Return how long the planted questions take, p50 and p95, and the nDCG@10 of their answers."""
    with runtime.reading() as db:
        find(db, runtime.live, desk.plants.asked[0], AGENT)
        answers: list[Answer] = []
        times = [
            desks.timed(lambda text=text: answers.append(find(db, runtime.live, text, AGENT)))
            for text in desk.plants.asked
        ]
    gains = [{str(place): gain for place, gain in judged.items()} for judged in desk.plants.answers]
    ranked = [[str(hit.item_id - 1) for hit in answer.hits] for answer in answers]
    quality = np.mean([evaluation.ndcg(one, judged) for one, judged in zip(ranked, gains, strict=True)])
    p50, p95 = np.percentile(times, [50, 95])
    return float(p50), float(p95), float(quality)


def suggested(runtime: Runtime, desk: Large) -> tuple[float, float]:
    """Return how long it takes until what stands beside an incident is there, p50 and p95."""
    with runtime.reading() as db:
        times = [
            desks.timed(
                lambda text=text: suggestions.suggest_for(db, runtime.live, text, AGENT, now=runtime.now())
            )
            for text in desk.plants.asked
        ]
    p50, p95 = np.percentile(times, [50, 95])
    return float(p50), float(p95)


def memory() -> float:
    """Return what is resident of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def findable(folder: Path, web: Runtime, asked: Sequence[str]) -> list[float]:
    """Return the seconds from a commit until a search finds what it wrote, while others search without a pause."""
    working = Runtime(settings_of(folder), encoder=web.encoder, writes_words=True)
    ends = threading.Event()
    others = [
        threading.Thread(target=_repeat, args=(act, ends))
        for act in (_searching(web, asked), _working(working))
    ]
    for one in others:
        one.start()
    waited = []
    for number in range(FINDABLE_TIMES):
        words = f"zeppelin{number} moors at mast Q{time.time_ns()}"
        with web.writing() as db:
            told = {"title": words, "symptoms": words, "state": "new", "phase": "new"}
            incident = Incident(recorded_at=NOW, updated_at=NOW, **told)
            db.add(incident)
            db.flush()
            wanted = incident.id
            db.commit()
        started = time.monotonic()
        while wanted not in _ids(web, words):
            time.sleep(0.01)
        waited.append(time.monotonic() - started)
    ends.set()
    for one in others:
        one.join()
    working.close()
    return waited


def _ids(web: Runtime, text: str) -> set[int]:
    with web.reading() as db:
        return {hit.item_id for hit in find(db, web.live, text, AGENT).hits}


def _repeat(act: Callable[[int], object], ends: threading.Event) -> None:
    for number in range(10**9):
        if ends.is_set():
            return
        act(number)


def _searching(web: Runtime, asked: Sequence[str]) -> Callable[[int], object]:
    return lambda number: _ids(web, asked[number % len(asked)])


def _working(runtime: Runtime) -> Callable[[int], object]:
    def act(_: int) -> None:
        worker.embed(runtime, runtime.now())
        time.sleep(worker.PAUSE_S)

    return act


def _recalled(folder: Path, desk: Large) -> list[list[str]]:
    runtime = Runtime(settings_of(folder), encoder=desk.encoder)
    rows = recall(runtime, runtime.live.vectors, desk)
    runtime.close()
    return rows


def recall(runtime: Runtime, vectors: Any, desk: Large) -> list[list[str]]:
    """Return a row for each share of the items that somebody may read; vectors: the dense half that is asked."""
    asked = desk.encoder.encode(desk.plants.asked[::3])
    groups = {f"{share:.1%}": f"incident:group:{group}" for group, share in SHARES.items()}
    may_read = {"all": {"incident", *groups.values()}, **{name: {scope} for name, scope in groups.items()}}
    nearest = exact(runtime, asked, list(may_read.values()))
    rows = []
    for (name, scopes), (wanted, passages) in zip(may_read.items(), nearest, strict=True):
        ask = partial(vectors.search, k=10, allowed=Allowed(frozenset(scopes)))
        found: list[list[Hit]] = []
        times = [
            desks.timed(lambda vector=vector, ask=ask, found=found: found.append(ask(vector)))
            for vector in asked
        ]
        shares = [
            sum(hit.score > floor - EQUAL for hit in hits) / max(1, count)
            for (floor, count), hits in zip(wanted, found, strict=True)
        ]
        p50, p95 = np.percentile(times, [50, 95])
        rows.append(
            [f"{desk.size:,}", name, f"{passages:,}", f"{np.mean(shares):.4f}", f"{p50:.1f}", f"{p95:.1f}"]
        )
    return rows


def exact(
    runtime: Runtime, asked: Any, kinds: Sequence[Collection[str]]
) -> list[tuple[list[tuple[float, int]], int]]:
    """Return for each kind of reader how near the tenth item is to each question, by looking at every vector.

    With it stands how many items there are, ten at most, and how many passages the reader may read.
    """
    best: list[list[dict[int, float]]] = [[{} for _ in asked] for _ in kinds]
    passages = [0 for _ in kinds]
    for some in _rows(runtime):
        scores = (
            asked @ np.frombuffer(b"".join(row.vector for row in some), np.float32).reshape(len(some), -1).T
        )
        items = np.array([row.item_id for row in some])
        for reader, kind in enumerate(kinds):
            mine = np.flatnonzero([row.scope in kind for row in some])
            passages[reader] += len(mine)
            for held, of_one in zip(best[reader], scores[:, mine], strict=True):
                _keep_nearest(held, of_one, items[mine])
    nearest = [[sorted(held.values())[-10:] for held in of_reader] for of_reader in best]
    floors = [[(scores[0] if scores else 0.0, len(scores)) for scores in reader] for reader in nearest]
    return list(zip(floors, passages, strict=True))


def _rows(runtime: Runtime) -> Iterator[Sequence[Any]]:
    """Yield the passages of a desk, some at a time."""
    columns, after = (Embedding.id, Embedding.item_id, Embedding.scope, Embedding.vector), 0
    with runtime.reading() as db:
        later = select(*columns).where(Embedding.vector.is_not(None)).order_by(Embedding.id).limit(AT_ONCE)
        while some := db.execute(later.where(Embedding.id > after)).all():
            yield some
            after = some[-1].id


def _keep_nearest(held: dict[int, float], scores: Any, items: Any) -> None:
    """Add to the best score of each item what is nearest among these passages."""
    for near in np.argsort(-scores)[: 10 * OF_ITEM].tolist():
        item = int(items[near])
        held[item] = max(held.get(item, -1.0), float(scores[near]))


if __name__ == "__main__":
    main()
