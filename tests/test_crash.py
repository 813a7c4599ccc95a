"""kill -9 at the worst moments: nothing that was acknowledged is lost, nothing is half done, the index is the database.

Imports have their own in tests/importers/test_crash.py. KILLS=2000 in the environment makes a longer run of it.
"""

import multiprocessing
import os
import random
import signal
from collections import Counter

import pytest
from sqlalchemy import exists, func, select

from assistant import checks, worker
from assistant.desk import jobs
from assistant.desk.audit import AuditEntry
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from kb import embeddings
from tests import tongue
from tests.crash.life import BETWEEN_LIVES, change_once, live, open_desk
from tests.crash.points import POINTS

KILLS = int(os.environ.get("KILLS", "60"))
LONGEST_LIFE_S = 0.4  # of those that are killed at any moment
PATIENCE_S = 60
AT_ANY_MOMENT = "at any moment"
WHILE_CLOSING = ("at a statement", "before a commit", "right after a commit", AT_ANY_MOMENT)
WHILE_WORKING = (*POINTS, AT_ANY_MOMENT)
WHILE_CHANGING = (
    "at a statement",
    "before a commit",
    "right after a commit",
    "before a snapshot is put in place",
    "after a snapshot was put in place",
    AT_ANY_MOMENT,
)

pytestmark = [pytest.mark.crash, pytest.mark.sqlite]  # a server is not killed with those that use it


@pytest.fixture
def processes():
    """Processes that are real, started fast: forked from one that has everything imported and no thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.life"])
    return context


class Desk:
    """A desk whose processes are killed."""

    def __init__(self, processes, folder, database=""):
        self.processes, self.folder, self.database = processes, folder, database
        self.chance, self.lives = random.Random(20260302), 0
        runtime = open_desk(folder, database)
        runtime.migrate()
        runtime.close()

    def kill(self, deed, point):
        """Let a process do something until it dies; return whether it died where it should."""
        self.lives += 1
        nth = self.chance.randint(1, 4)
        process = self.processes.Process(
            target=live, args=(deed, self.folder, self.database, (point, nth), self.lives), daemon=True
        )
        begun = self.told()["begins"]
        process.start()
        if point == AT_ANY_MOMENT:
            while self.told()["begins"] == begun and process.is_alive():
                process.join(0.01)
            process.join(self.chance.uniform(0, LONGEST_LIFE_S))
            process.kill()
        process.join(PATIENCE_S)
        died = process.exitcode == -signal.SIGKILL
        process.kill()
        return died

    def told(self):
        """Return how often each first word was written down."""
        return Counter(line.split()[0] for line in self.lines())

    def lines(self):
        log = self.folder / "done.log"
        return log.read_text().splitlines() if log.exists() else []

    def ids(self, word):
        return [int(line.split()[1]) for line in self.lines() if line.startswith(f"{word} ")]


def ends_whole(desk):
    """Start again, let the worker catch up, and compare everything with what was acknowledged."""
    runtime = open_desk(desk.folder, desk.database)
    try:
        while embeddings.refresh(runtime.sessions, runtime.encoder):
            pass
        assert checks.all_findings(runtime) == []
        with runtime.reading() as db:
            recorded = set(db.scalars(select(Incident.id)))
            closed = set(db.scalars(select(Incident.id).where(Incident.phase == "closed")))
            assert set(desk.ids("recorded")) <= recorded
            assert set(desk.ids("closed")) <= closed
            half = select(Incident.id).where(Incident.phase == "closed", ~WHOLE)
            assert list(db.scalars(half)) == []
            with_job = {payload["incident"] for payload in db.scalars(select(jobs.Job.payload).where(SAYS))}
            assert with_job == closed
    finally:
        runtime.close()


SAYS = jobs.Job.kind == "say"  # the desk has jobs of its own besides
WHOLE = (
    (Incident.closing_door == "write")
    & Incident.closed_at.is_not(None)
    & Incident.resolved_at.is_not(None)
    & (Incident.resolution != "")
    & exists().where(Link.incident_id == Incident.id, Link.kind == "resolved")
    & exists().where(
        AuditEntry.subject == "incident",
        AuditEntry.subject_id == Incident.id,
        AuditEntry.changes["state"][1].as_string() == "closed",
    )
)


def spread(points, kills):
    """Return so many points to die at, each as often as the others."""
    return [points[number % len(points)] for number in range(kills)]


def test_no_closing_is_lost_or_half_done(processes, tmp_path):
    desk = Desk(processes, tmp_path)
    for point in spread(WHILE_CLOSING, KILLS // 3):
        assert desk.kill("close", point), point
    assert desk.told()["closed"] > 0
    ends_whole(desk)


def test_the_index_is_the_database_wherever_the_worker_dies(processes, tmp_path):
    desk = Desk(processes, tmp_path)
    for point in spread(WHILE_WORKING, KILLS // 2):
        desk.kill("close", "right after a commit")
        assert desk.kill("work", point), point
        ends_whole(desk)


def test_whenever_a_change_of_the_model_dies_one_of_both_models_answers(processes, tmp_path):
    desk = Desk(processes, tmp_path)
    for point in spread(WHILE_CHANGING, KILLS // 10):
        desk.kill("close", "right after a commit")
        assert desk.kill("change", point), point
        runtime = tongue.open_desk(tmp_path)
        worker.embed(runtime, runtime.now())
        assert tongue.is_of_one_model(runtime), point
        assert checks.index_findings(runtime) == [], point
        runtime.close()
    answered = set()
    for _ in range(2):  # whatever was broken off is gone on with
        runtime = tongue.open_desk(tmp_path)
        answered.add(runtime.live.fingerprint)
        change_once(runtime)
        runtime.close()
    assert answered == {tongue.SHIPPED_AS, tongue.OWN}


def test_every_job_is_done_and_none_is_forgotten(processes, tmp_path):
    desk = Desk(processes, tmp_path)
    for point in spread(("before a commit", "right after a commit", AT_ANY_MOMENT), KILLS // 6):
        desk.kill("close", AT_ANY_MOMENT)
        assert desk.kill("work", point), point
    runtime, ran = open_desk(tmp_path), []
    with runtime.writing() as db:
        now = runtime.now() + (desk.lives + 1) * BETWEEN_LIVES
        while job := jobs.claim(db, now=now):
            ran += [job.payload["incident"]] if job.kind == "say" else []
            assert jobs.finish(db, job.id, job.lease, now=now)
        db.commit()
        left, parked = jobs.waiting(db), jobs.parked(db)
        done = set(
            db.scalars(
                select(jobs.Job.payload["incident"].as_integer()).where(SAYS, jobs.Job.done_at.is_not(None))
            )
        )
        closed = db.scalar(select(func.count()).where(Incident.phase == "closed"))
    runtime.close()
    assert (left, parked) == (0, []) and len(done) == closed
    times = Counter(desk.ids("ran") + ran)
    assert set(times) == done
    assert sum(times.values()) - len(times) <= KILLS // 6, "a job ran again without a death in between"
