"""Measure every page: python -m bench.pages DATA [--desk FOLDER] [--incidents N] [--model FOLDER].

A desk is filled (`bench.filling`; or --desk names one that is) and served by `kintsugi run`. First every kind of page
alone: time over HTTP on kept connections, bytes, requests, SQL statements. Then fifty people at once (`bench.crowd`).
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
from sqlalchemy import event

from assistant import log
from assistant import settings as configuration
from assistant.app import create_app
from assistant.runtime import Runtime
from bench import crowd, desks, filling
from bench.rooms import PAGES, Kind, Places
from bench.staff import Size
from bench.texts import read
from bench.visits import COOKIE, Server, Visitor, cookies, opened, served

PORT = 8106
TIMES, WARM = 40, 4
PEOPLE = {"administrator": [1], "manager": [2], "coach": [3, 4, 5]}  # role -> ids, as bench.staff makes them
AGENTS, REQUESTERS = 10, 10  # who take turns
HEAD = ("page", "who", "p50 ms", "p95 ms", "HTML KB", "first view", "SQL statements")


@click.command()
@desks.DATA
@click.option("--desk", type=click.Path(exists=True, path_type=Path), help="A desk that was filled before.")
@click.option("--incidents", default=100_000, show_default=True, help="Incidents of the desk.")
@desks.MODEL
@click.option("--seconds", default=150, show_default=True, help="How long fifty people click.")
def main(data: Path, desk: Path | None, incidents: int, model: Path, seconds: int) -> None:
    """Measure, and write the tables."""
    log.configure("ERROR")
    size, asked = Size(incidents), read(data, 300)[1]
    with filled(data, desk, model, size) as folder:
        places = Places(opened(folder), size, asked)
        counted = dict(statements(folder, places))
        with served(folder, PORT) as server:
            rows = alone(server, folder, places, counted)
            facts = [[f"resident memory, {name}", f"{mb:.0f} MB"] for name, mb in server.memory().items()]
            desks.publish("pages", desks.table(HEAD, rows))
            told = crowd.click(server, folder, places, seconds)
            facts += [
                [f"the same after fifty people, {name}", f"{mb:.0f} MB"]
                for name, mb in server.memory().items()
            ]
        desks.publish("crowd", told)
        facts.append(["load of the machine in the last quarter of an hour", f"{os.getloadavg()[2]:.1f}"])
        desks.publish("pages-memory", desks.table(("what", "measured"), facts))


@contextmanager
def filled(data: Path, desk: Path | None, model: Path, size: Size) -> Iterator[Path]:
    """Return the folder of a filled desk: the given one, or a new one that is gone afterwards."""
    if desk is not None:
        yield desk
        return
    with tempfile.TemporaryDirectory(prefix="kintsugi-") as room:
        filling.make(data, Path(room) / "desk", model, size)
        yield Path(room) / "desk"


def crew(folder: Path, size: Size) -> dict[str, list[tuple[int, str]]]:
    """Return (id, cookie) of people in every role who are signed in."""
    people = {
        **PEOPLE,
        "agent": [size.agent(number) for number in range(AGENTS)],
        "requester": [size.requester(number) for number in range(REQUESTERS)],
    }
    runtime = opened(folder)
    signed = {role: list(zip(ids, cookies(runtime, ids), strict=True)) for role, ids in people.items()}
    runtime.close()
    return {**signed, "nobody": [(0, "")]}


def alone(
    server: Server, folder: Path, places: Places, counted: dict[str, int], kinds: Sequence[Kind] = PAGES
) -> list[list[str]]:
    """Visit every kind of page, one request at a time; a page that does not answer 200 is an error."""
    people = {
        role: [(one, Visitor(server.port, cookie)) for one, cookie in signed]
        for role, signed in crew(folder, places.size).items()
    }
    rows = []
    for kind in kinds:
        times, sizes = visit(people[kind.who], kind, places)
        one, visitor = people[kind.who][0]
        requests, weight = (
            (1, int(sizes[-1])) if kind.part else visitor.first_view(places.fill(kind.path, one))
        )
        p50, p95 = np.percentile(times, [50, 95])
        view = f"{requests} requests, {weight / 1000:.0f} KB" if not kind.part else "a part"
        row = [kind.name, kind.who, f"{p50:.0f}", f"{p95:.0f}", f"{np.median(sizes) / 1000:.1f}", view]
        rows.append([*row, str(counted.get(kind.name, ""))])
        click.echo(" | ".join(rows[-1]))
    return rows


def visit(
    people: Sequence[tuple[int, Visitor]], kind: Kind, places: Places, times: int = TIMES
) -> tuple[list[float], list[int]]:
    """Return how long each visit took, in milliseconds, and the bytes of each."""
    answers = []
    for number in range(times + WARM):
        one, visitor = people[number % len(people)]
        path = places.fill(kind.path, one)
        answer = visitor.get(path, part=kind.part)
        if answer.status != 200:
            raise click.ClickException(f"{kind.name}: {path} answered {answer.status}.")
        answers.append(answer)
    return [one.ms for one in answers[WARM:]], [one.size for one in answers[WARM:]]


def statements(folder: Path, places: Places, kinds: Sequence[Kind] = PAGES) -> Iterator[tuple[str, int]]:
    """Yield how many SQL statements each kind of page takes, once everything is warm."""
    runtime = Runtime(configuration.load(data=folder))
    seen: list[str] = []
    event.listen(runtime.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    app = create_app(runtime)
    people = crew(folder, places.size)
    for kind in kinds:
        one, cookie = people[kind.who][0]
        client = app.test_client()
        client.set_cookie(COOKIE, cookie)
        for _ in range(2):
            seen.clear()
            path = places.fill(kind.path, one)
            answer = client.get(path, headers={"HX-Request": "true"} if kind.part else {})
        if answer.status_code != 200:
            raise click.ClickException(f"{kind.name}: {path} answered {answer.status_code}.")
        yield kind.name, sum(not line.startswith(("BEGIN", "PRAGMA")) for line in seen)
    runtime.close()


if __name__ == "__main__":
    main()
