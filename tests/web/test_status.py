"""How the desk is doing."""

import re
from datetime import timedelta

from assistant.desk import heartbeat, jobs
from tests import make


def figure(text, name):
    """Return what the page says under a name."""
    return re.search(rf"<dt>{name}</dt>\s*<dd>(.*?)</dd>", text)[1]


def test_everything_works(ben, rows, runtime, embed, article):
    with rows() as db:
        heartbeat.beat(db, "worker", now=runtime.now())
    embed()
    text = ben.get("/status").text
    assert "Everything works." in text
    assert figure(text, "Passages waiting to be embedded") == "0"


def test_a_silent_worker_is_noticed(ben, rows, runtime):
    assert "The worker is silent" in ben.get("/status").text
    with rows() as db:
        heartbeat.beat(db, "worker", now=runtime.now() - timedelta(hours=1))
    assert "The worker is silent" in ben.get("/status").text


def test_what_waits_is_counted(ben, article):
    assert int(figure(ben.get("/status").text, "Passages waiting to be embedded")) > 1


def test_troubles_are_said_in_sentences(ben, runtime):
    runtime.live.troubles["model"] = "The model cannot be read."
    assert "The model cannot be read." in ben.get("/status").text
    assert ben.get("/healthz").json == {"status": "poorer"}


def test_jobs_that_rest_are_counted(ben, rows, runtime):
    with rows() as db:
        jobs.add(db, "mail", {}, now=make.NOON).parked_at = make.NOON
    assert "1 job failed too often and will not run again." in ben.get("/status").text


def test_the_health_page_is_open_and_says_little(nobody):
    assert nobody.get("/healthz").json == {"status": "ok"}


def test_requesters_do_not_see_the_status(ada):
    assert ada.get("/status").status_code == 403


def test_dan_has_the_index_rebuilt_once_however_often_he_asks(browser, rows):
    dan = browser("dan")
    for _ in range(2):
        assert dan.post("/status/rebuild").status_code == 303
    with rows() as db:
        assert [job.kind for job in db.query(jobs.Job)] == ["index.rebuild"]


def test_only_administrators_rebuild_the_index(ben):
    assert ben.post("/status/rebuild").status_code == 403
    assert "Rebuild the index" not in ben.get("/status").text
