"""How the desk is doing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from assistant import backup, checks, worker
from assistant.desk import heartbeat, jobs
from kb.embeddings import Embedding
from tests import make


@pytest.fixture
def dan(browser):
    return browser("dan")


def figure(text, name):
    """Return what the page says under a name."""
    return re.search(rf"<dt>{name}</dt>\s*<dd>(.*?)</dd>", text)[1]


def test_everything_works(ben, rows, runtime, embed, article):
    with rows() as db:
        heartbeat.beat(db, "worker", now=runtime.now())
    embed()
    text = ben.get("/admin/health").text
    assert "Everything works." in text
    assert figure(text, "Passages waiting to be embedded") == "0"


def test_a_silent_worker_is_noticed(ben, rows, runtime):
    assert "The worker is silent" in ben.get("/admin/health").text
    with rows() as db:
        heartbeat.beat(db, "worker", now=runtime.now() - timedelta(hours=1))
    assert "The worker is silent" in ben.get("/admin/health").text


def test_what_waits_is_counted(ben, article):
    assert int(figure(ben.get("/admin/health").text, "Passages waiting to be embedded")) > 1


def test_troubles_are_said_in_sentences(ben, runtime):
    runtime.live.troubles["model"] = "The model cannot be read."
    assert "The model cannot be read." in ben.get("/admin/health").text
    assert ben.get("/healthz").json == {"status": "poorer"}


def test_jobs_that_rest_are_counted(ben, rows, runtime):
    with rows() as db:
        jobs.add(db, "mail", {}, now=make.NOON).parked_at = make.NOON
    assert "1 job failed too often and will not run again." in ben.get("/admin/health").text


def test_the_health_page_is_open_and_says_little(nobody):
    assert nobody.get("/healthz").json == {"status": "ok"}


def test_requesters_do_not_see_the_status(ada):
    assert ada.get("/admin/health").status_code == 403


def test_dan_has_the_index_rebuilt_once_however_often_he_asks(dan, rows):
    for _ in range(2):
        assert dan.post("/admin/health/rebuild").status_code == 303
    with rows() as db:
        assert [job.kind for job in db.query(jobs.Job)] == ["index.rebuild"]


def test_only_administrators_rebuild_the_index(ben):
    assert ben.post("/admin/health/rebuild").status_code == 403
    assert "Rebuild the index" not in ben.get("/admin/health").text


def test_the_old_address_leads_here(ben):
    assert ben.get("/status").headers["Location"] == "/admin/health"


def test_dan_checks_the_index_and_reads_what_disagrees(dan, runtime, rows, article):
    worker.run_once(runtime, runtime.now())
    dan.post("/admin/health/check")
    worker.run_job(runtime, runtime.now())
    assert "They agreed" in dan.get("/admin/health").text
    with rows() as db:
        db.execute(update(Embedding).where(Embedding.part == "cause").values(text_hash="other"))
    dan.post("/admin/health/check")
    worker.run_job(runtime, runtime.now())
    text = dan.get("/admin/health").text
    assert "1 disagreements" in text and "The passages of article 1 are not what it says." in text


def test_work_that_runs_shows_how_far_it_is_and_asks_again_by_itself(dan, rows, runtime):
    with rows() as db:
        job = jobs.ask(db, "index.check", now=runtime.now())
        jobs.claim(db, now=runtime.now())
        jobs.renew(db, job.id, job.lease, now=runtime.now(), step="Comparing items", done=30, of=120)
    part = dan.get("/admin/health/jobs", htmx=True).text
    assert 'hx-trigger="every 1s"' in part and "Comparing items" in part and "30 of 120" in part
    assert "Look again" in part, "there is a link for those without JavaScript"
    with rows() as db:
        jobs.finish(db, 1, db.get(jobs.Job, 1).lease, now=runtime.now(), result={"items": 120, "count": 0})
    part = dan.get("/admin/health/jobs", htmx=True).text
    assert "every 1s" not in part and "Done" in part


def test_a_job_that_failed_for_good_shows_its_error_to_dan_who_runs_it_again_or_gives_up(dan, ben, rows):
    with rows() as db:
        for number in (1, 2):
            job = jobs.add(db, "index.check", {}, now=make.NOON)
            job.parked_at, job.last_error, job.attempts = make.NOON, f"OSError: no room {number}", 5
    assert "OSError: no room 1" in dan.get("/admin/health").text
    assert "OSError" not in ben.get("/admin/health").text, "an error may quote what people wrote"
    assert dan.post("/admin/health/jobs/1/again").status_code == 303
    assert dan.post("/admin/health/jobs/2/give-up").status_code == 303
    assert dan.post("/admin/health/jobs/2/again").status_code == 404
    with rows() as db:
        again, given_up = db.get(jobs.Job, 1), db.get(jobs.Job, 2)
        assert (again.attempts, again.parked_at, again.done_at) == (0, None, None)
        assert given_up.done_at and given_up.last_error == "OSError: no room 2"


def test_dan_is_warned_until_there_is_a_backup_and_again_when_it_is_old(dan, ben, rows, runtime):
    assert "There is no backup yet." in dan.get("/admin/health").text
    assert "There is no backup yet." not in ben.get("/admin/health").text, "he cannot make one"
    dan.post("/admin/health/backup")
    worker.run_job(runtime, runtime.now())
    text = dan.get("/admin/health").text
    assert "verified after it was written" in text and "no backup yet" not in text
    with rows() as db:
        heartbeat.beat(db, "backup", now=runtime.now() - timedelta(days=3))
    assert "The last backup is 3 days old." in dan.get("/admin/health").text


def test_a_disk_that_is_nearly_full_is_told(ben, monkeypatch):
    monkeypatch.setattr(checks, "LOW_SHARE", 1.1)
    assert "are free on the disk of the data folder" in ben.get("/admin/health").text


def test_dan_has_a_backup_made_every_night_into_a_folder_that_keeps_the_newest_ones(dan, runtime, tmp_path):
    assert "Off until you tick this" in dan.get("/admin/health").text
    folder = tmp_path / "other disk"
    form = {"nightly": "yes", "hour": "3", "folder": str(folder), "keep": "2", "seen": "0"}
    refused = dan.post("/admin/health/nightly", **form)
    assert refused.status_code == 422 and "cannot write into this folder" in refused.text
    assert str(folder) in refused.text, "what was typed is still there"
    folder.mkdir()
    assert dan.post("/admin/health/nightly", **form).status_code == 303
    for night in range(1, 4):
        at = runtime.now() + timedelta(days=night)
        worker.ask_nightly(runtime, at)
        runtime.now = lambda at=at: at
        while worker.run_job(runtime, at):
            pass
    made = backup.whole(folder)
    assert len(made) == 2 and all(backup.findings(one) == [] for one in made)
    assert str(folder) in dan.get("/admin/health").text


def test_only_administrators_decide_about_backups(ben):
    assert ben.post("/admin/health/nightly", hour="3").status_code == 403
    assert "Make one every night" not in ben.get("/admin/health").text


def test_dan_is_told_when_a_backup_fails_for_good_and_health_says_why(dan, runtime, monkeypatch):
    def fail(*_, **__):
        raise backup.BackupFailed("There is no room.")

    monkeypatch.setattr(backup, "make", fail)
    dan.post("/admin/health/backup")
    for attempt in range(jobs.MOST_ATTEMPTS):
        assert "A backup failed" not in dan.get("/notifications").text
        worker.run_job(runtime, runtime.now() + timedelta(hours=attempt))
    assert (
        "A backup failed, and is not tried again by itself: There is no room."
        in dan.get("/notifications").text
    )
    assert "There is no room." in dan.get("/admin/health").text
