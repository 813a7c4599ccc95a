"""Fifty people who click at once: half agents, half requesters, seven reads to three writes, with time to think.

What somebody does is drawn from a table. An answer of 500 or more is an error, and so is anything else that the desk
refused without a reason that a person could have met (a lost race is none).
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from assistant.desk.incident import Incident
from bench import desks
from bench.visits import Answer, Server, Visitor, cookies, opened

AGENTS = REQUESTERS = 25
THINK_S = (1.0, 5.0)
EACH = 40  # open incidents that one agent works on
REFUSED = (409, 422)
HEAD = ("what", "who", "times", "p50 ms", "p95 ms", "errors")
READS = {  # what is read: path, part of a page, how often
    "agent": {
        "queue": ("/incidents?list=open", False, 16),
        "my work": ("/incidents", False, 14),
        "incident": ("/incidents/{open}", False, 16),
        "suggestions": ("/incidents/{open}/suggestions", True, 8),
        "search": ("/search?q={question}", False, 8),
        "article": ("/articles/{article}", False, 8),
    },
    "requester": {
        "portal": ("/help", False, 10),
        "portal: search as typed": ("/help?typing=yes&q={typed}", True, 25),
        "portal: article": ("/help/articles/{read}", False, 15),
        "portal: my incidents": ("/help/incidents", False, 12),
        "portal: one of mine": ("/incidents/{mine}", False, 8),
    },
}


@dataclass
class Person:
    """Somebody who clicks. work: the incidents that only this agent changes, with the state that each is in."""

    role: str
    id: int
    visitor: Visitor
    chance: random.Random
    work: dict[str, str] = field(default_factory=dict)


def note(person: Person) -> Answer:
    """Write a work note."""
    return person.visitor.post(
        _one(person, "/note"), kind="note", text="Asked the provider; waiting for a call."
    )


def comment(person: Person) -> Answer:
    """Write a comment to the requester."""
    return person.visitor.post(_one(person, "/note"), kind="comment", text="We are looking at it.")


def take(person: Person) -> Answer:
    """Take an incident."""
    return person.visitor.post(_one(person, "/take"))


def move(person: Person) -> Answer:
    """Move an incident between being worked on and waiting."""
    number = person.chance.choice([one for one, state in person.work.items() if state != "new"])
    target = "on_hold" if person.work[number] == "in_progress" else "in_progress"
    answer = person.visitor.post(
        f"/incidents/{number}/move", state=target, hold_reason="A part is on its way."
    )
    if answer.status < 400:
        person.work[number] = target
    return answer


def file(person: Person) -> Answer:
    """File a new incident."""
    said = {
        "title": "The scanner makes a noise",
        "reported_text": "Since this morning it rattles.",
        "source": "phone",
    }
    choice = {"impact": "person", "urgency": "soon", "service_id": "3"}
    return person.visitor.post("/incidents", **said, **choice)


def ask(person: Person) -> Answer:
    """Ask the service desk, by the form of a service."""
    said = {"title": "The scanner makes a noise", "reported_text": "Since this morning it rattles."}
    return person.visitor.post("/help/ask/3", **said)


def vote(person: Person) -> Answer:
    """Say that an article helped."""
    article = f"KB-{1 + 7 * person.chance.randrange(200):06d}"
    return person.visitor.post(f"/help/articles/{article}/vote", helpful="yes")


def answer(person: Person) -> Answer:
    """Answer in one's own incident."""
    return person.visitor.post(_one(person, "/comment"), text="It still happens, mostly in the morning.")


def _one(person: Person, verb: str) -> str:
    return f"/incidents/{person.chance.choice(list(person.work))}{verb}"


WRITES: Mapping[str, Mapping[str, tuple[Callable[[Person], Answer], int]]] = {
    "agent": {
        "note": (note, 10),
        "comment": (comment, 6),
        "take": (take, 4),
        "move": (move, 6),
        "file": (file, 4),
    },
    "requester": {"answer": (answer, 13), "ask": (ask, 11), "vote": (vote, 6)},
}


class Told:
    """What everybody met, by kind of click."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.errors: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.refused = 0

    def keep(self, role: str, what: str, answer: Answer) -> None:
        """Note one answer."""
        self.times[what, role].append(answer.ms)
        if answer.status in REFUSED:
            self.refused += 1
        elif answer.status >= 400:
            self.errors[what, role].append(f"{answer.status}")


def click(server: Server, folder: Path, places: Any, seconds: float) -> str:
    """Let everybody click for so long, and return the table."""
    told = Told()
    people = _people(server, folder, places)
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=_live, args=(one, places, until, told)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return table(told, seconds)


def table(told: Told, seconds: float) -> str:
    """Return what was met as a table, with a line for everything together."""
    rows = []
    for (what, role), times in sorted(told.times.items(), key=lambda one: (one[0][1], one[0][0])):
        rows.append([what, role, *_figures(times), len(told.errors[what, role])])
    everything = [ms for times in told.times.values() for ms in times]
    errors = sum(map(len, told.errors.values()))
    rows.append(["everything", "", *_figures(everything), errors])
    pace = (
        f"{len(everything) / seconds:.1f} requests a second for {seconds:.0f} s; {told.refused} lost races."
    )
    return f"{desks.table(HEAD, rows)}\n\n{pace}"


def _figures(times: Sequence[float]) -> list[object]:
    p50, p95 = np.percentile(times, [50, 95])
    return [len(times), f"{p50:.0f}", f"{p95:.0f}"]


def _live(person: Person, places: Any, until: float, told: Told) -> None:
    """Think, click, and so on."""
    time.sleep(person.chance.uniform(0, THINK_S[1]))
    while time.monotonic() < until:
        what, act = _drawn(person, places)
        try:
            told.keep(person.role, what, act())
        except OSError as error:
            told.errors[what, person.role].append(str(error))
            person.visitor.connection.close()
        time.sleep(person.chance.uniform(*THINK_S))


def _drawn(person: Person, places: Any) -> tuple[str, Callable[[], Answer]]:
    reads, writes = READS[person.role], WRITES[person.role]
    weights = [weight for *_, weight in (*reads.values(), *writes.values())]
    what = person.chance.choices([*reads, *writes], weights)[0]
    if what in writes:
        return what, lambda: writes[what][0](person)
    path, part, _ = reads[what]
    filled = places.fill(path, person.id)
    return what, lambda: person.visitor.get(filled, part=part)


def _people(server: Server, folder: Path, places: Any) -> list[Person]:
    size, runtime = places.size, opened(folder)
    ids = {
        "agent": [size.agent(number) for number in range(AGENTS)],
        "requester": [size.requester(number) for number in range(REQUESTERS)],
    }
    everybody = []
    for role, of_role in ids.items():
        for place, (one, cookie) in enumerate(zip(of_role, cookies(runtime, of_role), strict=True)):
            chance = random.Random(one)  # noqa: S311 - the same clicks every time, no secret
            everybody.append(
                Person(role, one, Visitor(server.port, cookie), chance, _work(runtime, role, one, place))
            )
    runtime.close()
    return everybody


def _work(runtime: Any, role: str, person: int, place: int) -> dict[str, str]:
    """Return the incidents that somebody writes to, with their states: for agents a part of what is open to all."""
    query = select(Incident.id, Incident.state).order_by(Incident.id)
    plain = (Incident.phase.in_(("new", "active", "waiting")), Incident.restricted_to_id.is_(None))
    with runtime.reading() as db:
        if role == "requester":
            found = db.execute(query.where(Incident.requester_id == person)).all()
        else:
            shared = db.execute(query.where(*plain)).all()
            found = shared[place::AGENTS][:EACH] or shared
    return {f"INC-{number:06d}": state for number, state in found}
