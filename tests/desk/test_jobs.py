"""Jobs: claimed by one, retried, parked, never lost."""

from datetime import timedelta

from assistant.desk import jobs
from tests.make import NOON


def test_a_job_is_claimed_by_one_worker_only(db):
    job = jobs.add(db, "index.rebuild", {}, now=NOON)
    assert jobs.claim(db, now=NOON) is job
    assert jobs.claim(db, now=NOON) is None


def test_a_job_whose_worker_died_is_claimed_again_after_its_lease(db):
    jobs.add(db, "index.rebuild", {}, now=NOON)
    dead = jobs.claim(db, now=NOON).lease
    later = NOON + jobs.LEASE + timedelta(seconds=1)
    job = jobs.claim(db, now=later)
    assert job.attempts == 2
    assert not jobs.finish(db, job.id, dead, now=later), "the dead worker's lease must not count"
    assert jobs.finish(db, job.id, job.lease, now=later)
    assert jobs.waiting(db) == 0


def test_a_failing_job_waits_longer_each_time_and_is_parked_in_the_end(db):
    jobs.add(db, "index.rebuild", {}, now=NOON)
    now, pauses = NOON, []
    for _ in range(jobs.MOST_ATTEMPTS):
        job = jobs.claim(db, now=now)
        jobs.fail(db, job.id, job.lease, "no disk", now=now)
        db.refresh(job)
        pauses.append((job.run_at - now).total_seconds())
        now = max(now, job.run_at)
    assert pauses[:-1] == list(jobs.BACK_OFF_S)
    assert [parked.last_error for parked in jobs.parked(db)] == ["no disk"]
    assert jobs.claim(db, now=now + timedelta(days=9)) is None


def test_a_job_that_kills_its_worker_each_time_is_parked_too(db):
    jobs.add(db, "index.rebuild", {}, now=NOON)
    now = NOON
    for _ in range(jobs.MOST_ATTEMPTS):
        assert jobs.claim(db, now=now)
        now += jobs.LEASE + timedelta(seconds=1)
    assert jobs.claim(db, now=now) is None
    assert "ended" in jobs.parked(db)[0].last_error and jobs.waiting(db) == 0


def test_the_same_key_is_the_same_job(db):
    one = jobs.add(db, "index.rebuild", {}, now=NOON, key="rebuild")
    assert jobs.add(db, "index.rebuild", {}, now=NOON, key="rebuild") is one


def test_old_finished_jobs_are_purged_and_open_ones_stay(db):
    done, still = jobs.add(db, "a", {}, now=NOON), jobs.add(db, "b", {}, now=NOON)
    lease = jobs.claim(db, now=NOON).lease
    jobs.finish(db, done.id, lease, now=NOON)
    assert jobs.purge(db, now=NOON + jobs.KEPT + timedelta(days=1)) == 1
    assert db.get(jobs.Job, still.id) is still


def test_a_long_job_that_says_how_far_it_is_keeps_its_lease(db, now):
    jobs.add(db, "long", {}, now=now)
    job = jobs.claim(db, now=now)
    later = now + jobs.LEASE - timedelta(seconds=1)
    assert jobs.renew(db, job.id, job.lease, now=later, step="Reading", done=5, of=9)
    assert jobs.claim(db, now=now + jobs.LEASE + timedelta(seconds=30)) is None
    db.refresh(job)
    assert (job.step, job.done, job.of) == ("Reading", 5, 9)


def test_who_lost_the_lease_is_told_when_renewing(db, now):
    jobs.add(db, "long", {}, now=now)
    first = jobs.claim(db, now=now).lease
    second = jobs.claim(db, now=now + jobs.LEASE + timedelta(seconds=1))
    assert not jobs.renew(db, second.id, first, now=now)
