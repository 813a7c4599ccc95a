"""Long work of the worker is in nobody's way, and lets go when the worker is asked to end."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from assistant import backup, worker
from assistant.desk import heartbeat, jobs
from assistant.desk.permissions import viewer_of
from kb import beside, embeddings
from kb.feedback import Search
from kb.search import find
from tests import make

PATIENCE_S = 60  # each takes less than two on a machine that has nothing else to do


def within(seconds, wanted):
    """Return how long it took until this held; fail when it never did."""
    begun = time.monotonic()
    while not wanted():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def working(runtime):
    """Let a worker work, as it does in its own process."""
    thread = threading.Thread(target=worker.work, args=(runtime,))
    thread.start()
    try:
        yield thread
    finally:
        runtime.stopping.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def slow(monkeypatch):
    """Make a kind of job slow: its handler begins, says how far it is, and goes on when the test says so."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(kind):
        real = worker.HANDLERS[kind]

        def handler(runtime, payload, tell):
            begun.set()
            while not go_on.wait(0.01):
                tell("Taking long")
            return real(runtime, payload, tell)

        monkeypatch.setitem(worker.HANDLERS, kind, handler)
        return begun, go_on

    yield slow
    go_on.set()


def waiting(runtime):
    with runtime.reading() as db:
        return embeddings.waiting(db)


def ask(runtime, kind):
    with runtime.writing() as db:
        job = jobs.ask(db, kind, now=runtime.now())
        db.commit()
        return job.id


def job(runtime, job_id):
    with runtime.reading() as db:
        return db.get_one(jobs.Job, job_id)


@pytest.mark.parametrize("kind", sorted(worker.LONG - {"import", "model.back"}))
def test_an_article_written_while_a_long_job_runs_does_not_wait_for_it(runtime, slow, kind):
    begun, go_on = slow(kind)
    with working(runtime):
        asked = ask(runtime, kind)
        assert begun.wait(PATIENCE_S)
        with runtime.writing() as db:
            cleo = make.person(db, "cleo")
            make.article(db, title="Badge reader stays dark")
            db.commit()
            viewer = viewer_of(db, cleo)

        def found():
            with runtime.reading() as db:
                status = runtime.live.status(db)
                hits = find(db, runtime.live, "badge reader dark", viewer).hits
            return (status.stale, status.behind, len(hits)) == (0, 0, 1)

        within(PATIENCE_S, found)
        assert job(runtime, asked).done_at is None
        go_on.set()
        within(PATIENCE_S, lambda: job(runtime, asked).done_at is not None)


def test_nobody_waits_while_it_looks_for_what_another_model_left_unread(runtime, monkeypatch):
    begun, go_on, real = threading.Event(), threading.Event(), beside.lacking

    def lacking(*asked):
        count = real(*asked)
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return count

    monkeypatch.setattr(beside, "lacking", lacking)
    with working(runtime):
        try:
            assert begun.wait(PATIENCE_S)
            with runtime.writing() as db:
                make.article(db, title="Badge reader stays dark")
                db.commit()
            within(PATIENCE_S, lambda: not waiting(runtime))
        finally:
            go_on.set()


def test_a_short_job_does_not_wait_for_a_long_one(runtime, slow):
    begun, _ = slow(backup.KIND)
    with working(runtime):
        ask(runtime, backup.KIND)
        assert begun.wait(PATIENCE_S)
        with runtime.writing() as db:
            incident_id = make.incident(db).id
            db.commit()

        def looked():
            with runtime.reading() as db:
                return db.scalar(select(Search).where(Search.incident_id == incident_id)) is not None

        within(PATIENCE_S, looked)


def test_the_worker_gives_signs_of_life_while_a_long_job_runs(runtime, slow):
    begun, _ = slow("index.check")
    with working(runtime):
        ask(runtime, "index.check")
        assert begun.wait(PATIENCE_S)

        def alive():
            with runtime.reading() as db:
                return heartbeat.alive(db, "worker", now=runtime.now())

        within(PATIENCE_S, alive)


@pytest.mark.parametrize("kind", sorted(worker.LONG - {"import", "model.back"}))
def test_a_worker_that_is_asked_to_end_gives_its_long_job_back_at_once(runtime, slow, kind):
    begun, _ = slow(kind)
    with working(runtime) as thread:
        asked = ask(runtime, kind)
        assert begun.wait(PATIENCE_S)
        runtime.stopping.set()
        within(PATIENCE_S, lambda: not thread.is_alive())
    left = job(runtime, asked)
    assert (left.lease, left.attempts, left.done_at, left.last_error) == (None, 0, None, "")
    with runtime.writing() as db:
        assert jobs.claim(db, now=runtime.now()).id == asked, "the next worker does it without waiting"


@pytest.mark.sqlite
def test_a_backup_that_is_broken_off_in_the_middle_of_the_database_is_given_back(runtime, monkeypatch):
    """SQLite turns what its callbacks raise into an error of its own."""
    monkeypatch.setattr(backup, "STEPS", 1)
    real = vars(backup)["_database_findings"]

    def verify(*given):
        runtime.stopping.set()
        return real(*given)

    monkeypatch.setattr(backup, "_database_findings", verify)
    asked = ask(runtime, backup.KIND)
    worker.run_job(runtime, runtime.now())
    left = job(runtime, asked)
    assert (left.lease, left.attempts, left.last_error) == (None, 0, "")
    assert [*runtime.settings.backups_folder.glob("kintsugi-*")] == []


def test_two_workers_share_a_job_without_doing_it_twice(runtime, slow):
    begun, go_on = slow(backup.KIND)
    with working(runtime):
        asked = ask(runtime, backup.KIND)
        assert begun.wait(PATIENCE_S)
        assert not worker.run_job(runtime, runtime.now()), "the other one finds nothing to do"
        go_on.set()
        within(PATIENCE_S, lambda: job(runtime, asked).done_at is not None)
    assert job(runtime, asked).attempts == 1
    assert len(backup.whole(runtime.settings.backups_folder)) == 1


def test_a_long_job_lets_the_worker_embed_what_it_changed_before_it_goes_on(runtime, monkeypatch):
    """A rebuild or an import never piles up so much that an article of this minute waits behind it."""
    monkeypatch.setattr(worker, "TELL_EVERY_S", 0)
    monkeypatch.setattr(worker, "MOST_WAITING", 2)
    monkeypatch.setattr(worker, "EMPTYING_S", 5.0)
    with runtime.writing() as db:
        for _ in range(50):
            make.article(db)
        db.commit()
    left = []

    def handler(runtime, payload, tell):
        tell("Working")
        with runtime.reading() as db:
            left.append(embeddings.waiting(db))

    monkeypatch.setitem(worker.HANDLERS, "index.check", handler)
    ask(runtime, "index.check")
    worker.run_job(runtime, runtime.now())
    assert left[0] > 2, "where nobody embeds, it goes on"
    with working(runtime):
        asked = ask(runtime, "index.check")
        within(PATIENCE_S, lambda: job(runtime, asked).done_at is not None)
    assert left[1] <= 2


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0, 3.0])
def test_the_worker_pauses_where_it_had_little_to_do_and_not_while_a_backlog_waits(
    runtime, monkeypatch, share
):
    waited, clock = [], [0.0]
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    class Stopping:
        def wait(self, seconds):
            waited.append(seconds)
            return len(waited) == 3

    def work(runtime, now):
        clock[0] += share * worker.PAUSE_S

    runtime.stopping = Stopping()
    worker.loop(runtime, [worker.Tick("embed", timedelta(0), work)])
    assert waited[1:] == pytest.approx([max(0.0, 1 - share) * worker.PAUSE_S] * 2)
