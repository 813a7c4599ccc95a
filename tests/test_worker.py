"""The worker: what changes is found soon, jobs are done, what ended is tidied away."""

import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from assistant import checks, worker
from assistant.desk import attachment, jobs, signin, worklist
from assistant.desk.permissions import viewer_of
from assistant.desk.signin import SignIn
from kb import feedback
from kb.feedback import Search, Showing
from tests import make


def test_one_round_makes_a_new_article_findable_by_meaning_and_by_words(runtime):
    with runtime.writing() as db:
        make.article(db)
        db.commit()
    worker.run_once(runtime, runtime.now())
    with runtime.reading() as db:
        status = runtime.live.status(db)
    assert (status.stale, status.behind, status.words) == (0, 0, 1)
    assert checks.all_findings(runtime) == []


def test_a_tick_that_fails_does_not_keep_the_others_from_their_work(runtime):
    done = []
    broken = worker.Tick("broken", timedelta(seconds=1), lambda *_: 1 / 0)
    fine = worker.Tick("fine", timedelta(seconds=1), lambda *_: done.append(1))
    worker.run_once(runtime, runtime.now(), ticks=(broken, fine))
    assert done == [1]


def test_a_tick_waits_until_it_is_due_again(runtime):
    done, due, now = [], {}, runtime.now()
    ticks = (worker.Tick("t", timedelta(minutes=1), lambda *_: done.append(1)),)
    for seconds in (0, 30, 61):
        worker.run_once(runtime, now + timedelta(seconds=seconds), due, ticks)
    assert len(done) == 2


def test_a_job_without_a_handler_is_kept_for_a_person_to_see(runtime):
    with runtime.writing() as db:
        jobs.add(db, "unheard.of", {}, now=runtime.now())
        db.commit()
    worker.run_job(runtime, runtime.now())
    with runtime.reading() as db:
        job = db.scalar(select(jobs.Job))
    assert "unheard.of" in job.last_error and job.done_at is None


def test_a_rebuild_brings_back_what_somebody_deleted_behind_the_desk(runtime):
    with runtime.writing() as db:
        make.incident(db)
        jobs.add(db, "index.rebuild", {}, now=runtime.now())
        db.commit()
        db.connection().exec_driver_sql("DELETE FROM embedding")
        db.commit()
    assert checks.index_findings(runtime)
    worker.run_once(runtime, runtime.now())
    worker.run_once(runtime, runtime.now())
    assert checks.index_findings(runtime) == []


@pytest.mark.parametrize(("age_days", "stays"), [(0, True), (2, False)])
def test_files_that_no_row_knows_go_after_a_day(runtime, age_days, stays):
    sha256, _, _ = runtime.attachments.keep(io.BytesIO(b"left behind"))
    path = runtime.attachments.path(sha256)
    then = path.stat().st_mtime - age_days * 86400
    os.utime(path, (then, then))
    worker.tidy(runtime, runtime.now())
    assert path.exists() == stays


def test_files_of_attachments_stay_however_old(runtime, now):
    with runtime.writing() as db:
        stream = io.BytesIO(b"a log that matters")
        kept = attachment.attach(
            db, runtime.attachments, make.incident(db).id, "a.log", stream, actor=None, now=now
        )
        path = runtime.attachments.path(kept.sha256)
        db.commit()
    os.utime(path, (0, 0))
    worker.tidy(runtime, runtime.now())
    assert path.exists()


def test_sign_ins_that_ended_are_deleted(runtime, now):
    with runtime.writing() as db:
        signin.start(db, make.person(db), now=now - signin.LONGEST)
        db.commit()
    worker.tidy(runtime, now + timedelta(seconds=1))
    with runtime.reading() as db:
        assert db.scalar(select(SignIn)) is None


def test_what_resolved_a_new_incident_before_is_looked_for_before_anybody_opens_it(runtime):
    with runtime.writing() as db:
        make.article(db)
        db.commit()
        worker.run_once(runtime, runtime.now())
        incident = make.incident(db)
        db.commit()
        worker.run_jobs(runtime, runtime.now())
        shown = db.scalars(select(Showing).join(Search).where(Search.incident_id == incident.id)).one()
        assert (shown.corpus, shown.rank, shown.search.person_id) == ("article", 1, None)


def test_the_queue_marks_a_very_likely_answer_until_somebody_has_decided_about_it(db, now):
    ben, incident = make.person(db), make.incident(db)
    sure = Showing(rank=1, corpus="article", item_id=1, score=0.9, band=worklist.SURE)
    feedback.record(
        db, "VPN", [sure], kind="suggestion", actor=None, now=now, incident_id=incident.id, took_ms=1.0
    )
    viewer = viewer_of(db, ben)
    assert worklist.page(db, viewer, "open", {}).waiting == {incident.id}
    twin, other = make.incident(db), make.incident(db)
    open_one = Showing(rank=1, corpus="incident", item_id=other.id, score=0.9, band=worklist.SURE)
    feedback.record(
        db, "VPN", [open_one], kind="suggestion", actor=None, now=now, incident_id=twin.id, took_ms=1.0
    )
    assert worklist.page(db, viewer, "open", {}).waiting == {incident.id}, "an open incident is no answer"
    feedback.choose(db, sure, "rejected", actor=ben, now=now, reason="Other version")
    assert worklist.page(db, viewer, "open", {}).waiting == set()


def test_nobody_looks_for_an_incident_that_is_over(runtime):
    with runtime.writing() as db:
        make.article(db)
        make.incident(db, state="closed")
        db.commit()
        worker.run_once(runtime, runtime.now())
        worker.run_jobs(runtime, runtime.now())
        assert db.scalar(select(Search)) is None and jobs.waiting(db) == 0
