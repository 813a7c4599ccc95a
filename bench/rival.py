"""Measure beside django-helpdesk: python -m bench.rival DATA [--incidents N] [--python FILE] [--model FOLDER].

Both desks get the same records, among them the known duplicates of DATA/askubuntu_dup, and answer on SQLite from one
process each, one after the other. django-helpdesk is installed into a folder that is gone afterwards; --python names
one of an environment that has it.
"""

import json
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import select

from assistant import dataset, log
from assistant.desk.incident import Entry, Incident
from assistant.runtime import Runtime
from bench import desks, filling
from bench.staff import Size
from bench.texts import Text
from bench.visits import Visitor, cookies, opened, served

SITE = Path(__file__).with_name("rival_site.py")
PORT, THEIR_PORT = 8106, 8107
ASKED = 100  # questions with a known duplicate
TIMES, WARM, PATIENCE_S = 20, 3, 120
LONGEST = 160  # characters of a question: the line that somebody types
INCIDENT = re.compile(r"/incidents/INC-0*(\d+)")
HEAD = ("what", "Kintsugi p50 ms", "p95", "django-helpdesk p50 ms", "p95", "ratio of p50")


@dataclass(frozen=True)
class Question:
    """A question and the ids of the incidents that it repeats."""

    text: str
    right: frozenset[int]


@dataclass(frozen=True)
class Desk:
    """One of the two desks: how to ask it. get: reads an address and returns the milliseconds and what it said."""

    get: Callable[[str], tuple[float, str]]
    list_open: str
    list_all: str
    one: Callable[[int], str]
    search: Callable[[str], str]
    found: Callable[[str], list[int]]


@click.command()
@desks.DATA
@click.option("--incidents", default=100_000, show_default=True, help="Records of both desks.")
@click.option("--python", type=click.Path(exists=True, path_type=Path), help="One that has django-helpdesk.")
@desks.MODEL
def main(data: Path, incidents: int, python: Path | None, model: Path) -> None:
    """Fill both, measure both, and write the table."""
    log.configure("ERROR")
    planted, questions = known(data / "askubuntu_dup")
    with tempfile.TemporaryDirectory(prefix="rival-") as room:
        rival = python or installed(Path(room) / "environment")
        folder = Path(room) / "desk"
        filling.make(data, folder, model, Size(incidents), planted)
        runtime = opened(folder)
        session = told(rival, Path(room), records(runtime))
        runtime.close()
        with served(folder, PORT) as server:
            runtime = opened(folder)
            ours = our_desk(Visitor(server.port, cookies(runtime, [6])[0]))
            mine = measured(ours, questions, incidents)
        with answering(rival, Path(room)):
            theirs = measured(their_desk(session), questions, incidents)
    load = f"Load of the machine in the last quarter of an hour: {os.getloadavg()[2]:.1f}."
    desks.publish("rival", f"{table(mine, theirs)}\n\n{load}")


def known(folder: Path) -> tuple[list[Text], list[Question]]:
    """Return the earlier questions, to be planted as the first incidents, and new ones that repeat them."""
    data = dataset.read(folder)
    numbers = {str(record["id"]): number for number, record in enumerate(data.documents, 1)}
    planted = []
    for record in data.documents:
        title, said, _ = dataset.parts(record)
        planted.append(Text((title or said)[:200], f"{said or title} The answer was given there."))
    asked = [query for query in data.queries if str(query["id"]) in data.judged][:ASKED]
    questions = [
        Question(
            dataset.text_of(query).partition("\n")[0][:LONGEST],
            frozenset(numbers[one] for one, gain in data.judged[str(query["id"])].items() if gain > 0),
        )
        for query in asked
    ]
    return planted, questions


def installed(folder: Path) -> Path:
    """Install django-helpdesk into an environment of its own and return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "django-helpdesk", "waitress"]
    subprocess.run(command, check=True)  # noqa: S603 - our own words
    return python


def told(python: Path, room: Path, records: Iterable[Mapping[str, Any]]) -> str:
    """Give the other desk these records; return the session of somebody who works there."""
    file = room / "records.jsonl"
    with file.open("w") as out:
        out.writelines(f"{json.dumps(record)}\n" for record in records)
    command = [str(python), str(SITE), "load", str(file)]
    said = subprocess.run(  # noqa: S603 - our own words
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "RIVAL": str(room)}
    ).stdout
    return said.split()[-1]


def records(runtime: Runtime) -> Iterator[dict[str, Any]]:
    """Yield every incident with what was said about it."""
    with runtime.reading() as db:
        lines = db.execute(
            select(Entry.incident_id, Entry.kind, Entry.text, Entry.at).order_by(Entry.incident_id, Entry.id)
        )
        said = groupby(lines, key=lambda row: row.incident_id)
        number, entries = next(said, (0, iter(())))
        for row in db.scalars(select(Incident).order_by(Incident.id).execution_options(yield_per=2000)):
            mine: list[Any] = []
            if number == row.id:
                mine = [{"kind": one.kind, "text": one.text, "at": one.at.isoformat()} for one in entries]
                number, entries = next(said, (0, iter(())))
            yield {
                "id": row.id,
                "title": row.title,
                "symptoms": row.symptoms,
                "resolution": row.resolution,
                "open": row.is_open,
                "priority": int(row.priority[1:]),
                "group": row.group_id or 0,
                "agent": row.assignee_id or 0,
                "email": f"person{row.requester_id}@example.com",
                "at": row.recorded_at.isoformat(),
                "entries": mine,
            }


@contextmanager
def answering(python: Path, room: Path) -> Iterator[None]:
    """Serve the other desk until the block ends."""
    command = [str(python), str(SITE), "serve", str(THEIR_PORT)]
    with (room / "rival.log").open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, env={**os.environ, "RIVAL": str(room)}, stdout=out, stderr=out
        )
    try:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S and process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{THEIR_PORT}/login/", timeout=30).close()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


def our_desk(visitor: Visitor) -> Desk:
    """Return how this desk is asked."""

    def get(path: str) -> tuple[float, str]:
        answer = visitor.get(path)
        if answer.status != 200:
            raise click.ClickException(f"{path} answered {answer.status}.")
        return answer.ms, answer.said

    return Desk(
        get=get,
        list_open="/incidents?list=open",
        list_all="/incidents?list=ended&sort=newest",
        one=lambda number: f"/incidents/INC-{number:06d}",
        search=lambda text: f"/search?q={urllib.parse.quote_plus(text)}",
        found=lambda said: list(dict.fromkeys(map(int, INCIDENT.findall(said.partition("<main")[2]))))[:10],
    )


def their_desk(session: str) -> Desk:
    """Return how django-helpdesk is asked: its lists and its search are the rows that its page loads."""
    visitor = Visitor(THEIR_PORT, session, name="sessionid")

    def get(path: str) -> tuple[float, str]:
        answer = visitor.get(path)
        if answer.status != 200:
            raise click.ClickException(f"django-helpdesk: {path} answered {answer.status}.")
        return answer.ms, answer.said

    return Desk(
        get=get,
        list_open=_rows_of({"filtering": {"status__in": [1, 2]}}),
        list_all=_rows_of({"filtering": {}}),
        one=lambda number: f"/tickets/{number}/",
        search=lambda text: _rows_of({"filtering": {}, "search_string": text}),
        found=lambda said: [row["id"] for row in json.loads(said)["data"]][:10],
    )


def _rows_of(asked: Mapping[str, Any]) -> str:
    query = {"filtering_null": {}, "sorting": "created", "sortreverse": True, "search_string": "", **asked}
    mark = b64encode(json.dumps(query).encode()).decode()
    return f"/datatables_ticket_list/{urllib.parse.quote(mark)}?draw=1&start=0&length=50"


def measured(desk: Desk, questions: Sequence[Question], incidents: int) -> dict[str, tuple[float, float]]:
    """Return p50 and p95 of each thing, in milliseconds, and how many duplicates were found as (found, asked)."""
    chance = np.random.default_rng(8)
    ones = [desk.one(int(number)) for number in chance.integers(2000, incidents, TIMES + WARM) | 1]
    found = {
        "open ones, a page of the list": _times(desk, [desk.list_open] * (TIMES + WARM)),
        "the whole history, a page of the list": _times(desk, [desk.list_all] * (TIMES + WARM)),
        "one incident": _times(desk, ones),
    }
    times, hits = [], 0
    for question in questions:
        ms, said = desk.get(desk.search(question.text))
        times.append(ms)
        hits += bool(question.right & set(desk.found(said)))
    p50, p95 = np.percentile(times, [50, 95])
    return {**found, "search": (float(p50), float(p95)), "found": (hits, len(questions))}


def _times(desk: Desk, paths: Sequence[str]) -> tuple[float, float]:
    times = [desk.get(path)[0] for path in paths][WARM:]
    p50, p95 = np.percentile(times, [50, 95])
    return float(p50), float(p95)


def table(mine: Mapping[str, tuple[float, float]], theirs: Mapping[str, tuple[float, float]]) -> str:
    """Return both side by side, and what their searches found."""
    rows = [
        [
            name,
            *(f"{one:.0f}" for one in (*mine[name], *theirs[name])),
            f"{theirs[name][0] / mine[name][0]:.1f}",
        ]
        for name in mine
        if name != "found"
    ]
    said = [f"{who} {one['found'][0]:.0f}" for who, one in (("Kintsugi", mine), ("django-helpdesk", theirs))]
    asked = f"Of {mine['found'][1]:.0f} questions whose duplicate is there, found among the first ten: "
    return f"{desks.table(HEAD, rows)}\n\n{asked}{', '.join(said)}."


if __name__ == "__main__":
    main()
