"""A process that works until it is killed, and writes down what it was told is done."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from assistant import changeover, learning, worker
from assistant import settings as configuration
from assistant.desk import closure, jobs
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from index import plan
from index.encoder import HashEncoder
from kb import beside
from tests import make, tongue
from tests.crash.points import POINTS

MOST = 1000  # rounds of a life that nobody ends
BETWEEN_LIVES = timedelta(seconds=90)  # longer than a lease, so that the next worker may follow the dead one
WORDS = (
    "vpn",
    "printer",
    "screen",
    "badge",
    "mail",
    "dock",
    "cable",
    "login",
    "disk",
    "phone",
    "router",
    "proxy",
)
Tell = Callable[..., None]


def open_desk(folder: Path, database: str = "") -> Runtime:
    """Open the desk of a folder with the deterministic encoder."""
    settings = configuration.load(data=folder, database=database)
    return Runtime(settings, encoder=HashEncoder(), writes_words=True)


def live(deed: str, folder: Path, database: str, point: tuple[str, int], lives: int) -> None:
    """Do one thing again and again, up to the point. lives: how many processes lived here before this one."""
    plan.SHELVED_FROM = plan.MOST_GROWN = 1  # every change makes new shelves, in this process
    runtime = open_desk(folder, database)
    with (folder / "done.log").open("a") as log:

        def tell(*words: object) -> None:
            os.write(log.fileno(), (" ".join(map(str, words)) + "\n").encode())

        if point[0] in POINTS:
            POINTS[point[0]](point[1])
        tell("begins")
        DEEDS[deed](runtime, tell, lives)


def close_incidents(runtime: Runtime, tell: Tell, lives: int) -> None:
    """Record incidents and close each through the gate, with a job that comes with it."""
    for number in range(lives * MOST, (lives + 1) * MOST):
        with runtime.writing() as db:
            incident = make.incident(db, _title(number), text=f"It began at {number}.", now=runtime.now())
            incident_id = incident.id
            db.commit()
        tell("recorded", incident_id)
        with runtime.writing() as db:
            incident = db.get_one(Incident, incident_id)
            outcome = Outcome("write", resolution=f"Changed the {WORDS[number % len(WORDS)]}.")
            closure.resolve(db, incident, outcome, close=True, actor=make.person(db), now=runtime.now())
            jobs.add(db, "say", {"incident": incident_id}, now=runtime.now(), key=f"say {incident_id}")
            db.commit()
        tell("closed", incident_id)


def work(runtime: Runtime, tell: Tell, lives: int) -> None:
    """Be the worker, with a job that writes down that it ran."""
    worker.HANDLERS["say"] = lambda _, payload, __: tell("ran", payload["incident"])
    for _ in range(MOST):
        worker.run_once(runtime, runtime.now() + lives * BETWEEN_LIVES)


def change_model(runtime: Runtime, tell: Tell, lives: int) -> None:
    """Let the model learn, go back, and learn again."""
    desk = tongue.open_desk(runtime.settings.data)
    for _ in range(MOST):
        change_once(desk)
        tell("changed")


def change_once(desk: Runtime) -> None:
    """Let the model learn where the shipped one answers, else go back to it."""
    with desk.reading() as db:
        used = beside.in_use(db)
    if used == beside.SHIPPED:
        learning.carry_out(desk, lambda *_: None, tongue.teach())
    else:
        changeover.go_back(desk, beside.SHIPPED, None, lambda *_: None)


DEEDS = {"close": close_incidents, "work": work, "change": change_model}


def _title(number: int) -> str:
    return " ".join(WORDS[(number * step + step) % len(WORDS)] for step in (1, 5, 7)) + f" fails {number}"
