"""Many processes at once: no change is lost in silence, no job done twice, and the index hears all in order."""

import html
import multiprocessing
import os
import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from subprocess import DEVNULL, PIPE, Popen
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from sqlalchemy import create_engine, func, select, text

from assistant.desk import audit, conversation, jobs, lifecycle, link, relations
from assistant.desk.errors import EditConflict
from assistant.desk.incident import Entry, Incident, Relation, Watcher
from assistant.desk.link import Link
from kb import authoring
from kb.article import Article
from kb.embeddings import Embedding, last_sequence
from tests import make
from tests.crash.life import open_desk

PROCESSES = 8
INCIDENTS = 4
EDITS = 10  # of each process
JOBS = 40
PATIENCE_S = 120

TOGETHER = multiprocessing.get_context("forkserver")
TOGETHER.set_forkserver_preload(["tests.crash.life"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request, tmp_path):
    """Where a desk with a few incidents, articles and jobs is: its folder and the address of its database."""
    name = f"together_{time.time_ns()}"
    address, server = "", None
    if request.param == "postgresql":
        base = request.getfixturevalue("postgres")
        server = create_engine(base, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        address = base.replace("/postgres?", f"/{name}?")
    runtime = open_desk(tmp_path, address)
    runtime.migrate()
    with runtime.writing() as db:
        for _ in range(INCIDENTS):
            make.incident(db, contact="")
            make.article(db)
        for number in range(JOBS):
            jobs.add(db, "say", {"number": number}, now=make.NOON)
        db.commit()
    runtime.close()
    yield tmp_path, address
    if server:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def together(work, *args, processes=PROCESSES):
    """Let processes do the same at the same time; return what each of them told, with its errors."""
    told, start = TOGETHER.Queue(), TOGETHER.Barrier(processes)
    started = [
        TOGETHER.Process(target=alone, args=(work, told, start, number, *args), daemon=True)
        for number in range(processes)
    ]
    for process in started:
        process.start()
    answers = [told.get(timeout=PATIENCE_S) for _ in started]
    for process in started:
        process.join(PATIENCE_S)
    assert [error for _, error in answers if error] == []
    return [one for answer, _ in answers for one in answer]


def alone(work, told, start, number, folder, address):
    """Do the work in a process of its own, when all are ready."""
    runtime = open_desk(folder, address)
    start.wait(PATIENCE_S)
    try:
        told.put((work(runtime, number), ""))
    except Exception as error:  # noqa: BLE001 - the test that waits says which
        told.put(([], repr(error)))
    runtime.close()


def edit(runtime, number):
    """Append a word of one's own to a random field of a random incident; begin again after a conflict."""
    chance, done = random.Random(number), []
    for turn in range(EDITS):
        incident_id, field = chance.randint(1, INCIDENTS), chance.choice(("symptoms", "environment"))
        word = f"w{number}x{turn}"
        while True:
            with runtime.reading() as db:
                seen = db.get_one(Incident, incident_id)
                version, value = seen.version, f"{getattr(seen, field)} {word}"
            with runtime.writing() as db:
                incident, actor = db.get_one(Incident, incident_id), make.person(db)
                try:
                    lifecycle.edit(db, incident, {field: value}, seen=version, actor=actor, now=runtime.now())
                except EditConflict as conflict:
                    told_both = conflict.yours == {field: value} and conflict.subject is incident
                    done += [] if told_both else [(incident_id, field, "a conflict without both versions")]
                    continue
                db.commit()
            done.append((incident_id, field, word))
            break
    return done


def test_no_edit_of_an_incident_is_lost(desk):
    done = together(edit, *desk)
    runtime = open_desk(*desk)
    with runtime.reading() as db:
        rows = {incident.id: incident for incident in db.scalars(select(Incident))}
        missing = [one for one in done if one[2] not in getattr(rows[one[0]], one[1]).split()]
        told = {
            row.id: [entry.version for entry in audit.of(db, "incident", row.id)] for row in rows.values()
        }
    runtime.close()
    assert len(done) == PROCESSES * EDITS and missing == []
    assert all(versions == sorted(set(versions)) for versions in told.values()), (
        "two edits had the same version"
    )


def revise(runtime, number):
    """Add a line of one's own to the same article; begin again after a conflict."""
    done = []
    for turn in range(EDITS):
        line = f"{number} said {turn}"
        while True:
            with runtime.reading() as db:
                before = db.get_one(Article, 1)
                seen, content = before.latest, before.current.content
            with runtime.writing() as db:
                article = db.get_one(Article, 1)
                changed = make.content(**{**content.values(), "issue": f"{content.issue}\n{line}"})
                with suppress(EditConflict):
                    authoring.revise(
                        db, article, changed, seen=seen, actor=make.person(db), now=runtime.now()
                    )
                    db.commit()
                    done.append(line)
                    break
    return done


def test_no_revision_of_an_article_is_lost(desk):
    done = together(revise, *desk)
    runtime = open_desk(*desk)
    with runtime.reading() as db:
        article = db.get_one(Article, 1)
        said, numbers = article.current.issue.splitlines(), [version.number for version in article.versions]
    runtime.close()
    assert set(done) <= set(said) and len(done) == PROCESSES * EDITS
    assert numbers == list(range(1, len(done) + 2))


def claim(runtime, number):
    """Claim and finish jobs until none is due."""
    mine = []
    while True:
        with runtime.writing() as db:
            job = jobs.claim(db, now=runtime.now())
            db.commit()
            if job is None:
                return mine
            job_id, lease = job.id, job.lease
        with runtime.writing() as db:
            assert jobs.finish(db, job_id, lease, now=runtime.now())
            db.commit()
        mine.append(job_id)


def test_every_job_goes_to_one_worker(desk):
    claimed = together(claim, *desk)
    runtime = open_desk(*desk)
    with runtime.reading() as db:
        wanted = sorted(db.scalars(select(jobs.Job.id)))
    runtime.close()
    assert sorted(claimed) == wanted and len(wanted) >= JOBS


ACTS = (
    lambda db, one, other, ben, words: conversation.note(db, one, words, actor=ben, now=make.NOON),
    lambda db, one, other, ben, words: lifecycle.watch(db, one, ben, actor=ben, now=make.NOON),
    lambda db, one, other, ben, words: relations.relate(
        db, one, other, "related_to", actor=ben, now=make.NOON
    ),
    lambda db, one, other, ben, words: link.add(
        db, one, db.get_one(Article, 1), "reference", actor=ben, now=make.NOON
    ),
    lambda db, one, other, ben, words: jobs.add(
        db, "index.rebuild", {}, now=make.NOON, key=f"rebuild {one.id}"
    ),
)


def act(runtime, number):
    """Note, link, relate, follow and ask for a job, as everybody else does at the same time."""
    for turn in range(EDITS):
        for done in ACTS:
            with runtime.writing() as db:
                one = db.get_one(Incident, 1 + turn % INCIDENTS)
                other = db.get_one(Incident, 1 + (turn + 1) % INCIDENTS)
                done(db, one, other, make.person(db), f"Looked at it, {number}.{turn}")
                db.commit()
    return [number]


def test_what_eight_people_do_at_once_is_done_once_and_refused_to_nobody(desk):
    together(act, *desk)
    runtime, kinds = open_desk(*desk), (Entry, Watcher, Relation, Link)
    with runtime.reading() as db:
        counts = [db.scalar(select(func.count()).select_from(kind)) for kind in kinds]
        rebuilds = db.scalar(select(func.count()).where(jobs.Job.kind == "index.rebuild"))
    runtime.close()
    assert [*counts, rebuilds] == [PROCESSES * EDITS, INCIDENTS, INCIDENTS, INCIDENTS, INCIDENTS]


def record_or_follow(runtime, number):
    """Record incidents; or, as the first of the processes, follow the changes as an index does."""
    if number:
        for turn in range(EDITS):
            with runtime.writing() as db:
                make.incident(db, f"Screen {number} flickers {turn}")
                db.commit()
        return []
    heard, last = [], 0
    until = time.monotonic() + PATIENCE_S
    while len(heard) < WANTED and time.monotonic() < until:
        with runtime.reading() as db:
            reached = last_sequence(db)
            new = select(Embedding.sequence).where(Embedding.sequence > last, Embedding.sequence <= reached)
            heard += db.scalars(new.order_by(Embedding.sequence))
        last = reached
    return heard


PASSAGES = 2  # of such an incident: its title and its symptoms
WANTED = (PROCESSES - 1) * EDITS * PASSAGES + INCIDENTS * (PASSAGES + 5)


def test_whoever_follows_the_sequence_misses_nothing_that_is_committed(desk):
    heard = together(record_or_follow, *desk)
    assert heard == list(range(1, len(heard) + 1)) and len(heard) == WANTED


class Person(request.HTTPRedirectHandler):
    """Somebody with a browser, without JavaScript, who is signed in."""

    def __init__(self, address, who):
        self.address = address
        self.opener = request.build_opener(request.HTTPCookieProcessor(CookieJar()), self)
        form = {"email": f"{who}@example.org", "password": make.PASSWORD}
        assert (
            self.send("/sign-in", {**form, "csrf_token": value_of("csrf_token", self.send("/sign-in")[1])})[0]
            == 303
        )

    def redirect_request(self, *_args):
        return None

    def send(self, path, form=None):
        """Return status and text of an answer."""
        try:
            with self.opener.open(
                self.address + path, urlencode(form).encode() if form else None, 60
            ) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def edit(self, number):
        """Append words of one's own to an incident, as the conflict page asks when somebody else was faster."""
        chance, done = random.Random(number), []
        for turn in range(EDITS):
            path, word = f"/incidents/{chance.randint(1, INCIDENTS)}/edit", f"w{number}x{turn}"
            _, page = self.send(path)
            said = text_of("symptoms", page)
            status = 409
            while status == 409:
                fields = {name: value_of(name, page) for name in ("csrf_token", "version", "title")}
                choices = {"impact": "person", "urgency": "soon", "priority": "P3"}
                status, page = self.send(path, {**fields, **choices, "symptoms": f"{said} {word}"})
                if status == 409:
                    now, mine = re.findall(
                        r"<h2>Symptoms: (?:as it is now|yours)</h2><pre>(.*?)</pre>", page, re.DOTALL
                    )
                    assert html.unescape(mine) == f"{said} {word}"
                    said = html.unescape(now)
            done.append((status, path, word))
        return done


def value_of(name, page):
    return html.unescape(re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)[1])


def text_of(name, page):
    return html.unescape(
        re.search(rf'<textarea [^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]
    )


@contextmanager
def served(folder, address):
    """Serve a desk as `kintsugi run` does and yield where it is."""
    runtime = open_desk(folder, address)
    with runtime.writing() as db:
        for number in range(PROCESSES):
            make.person(db, f"agent{number}", role="agent", password=make.PASSWORD)
        db.commit()
    runtime.close()
    known = {"KINTSUGI_DATABASE": address, "KINTSUGI_THREADS": str(PROCESSES), "KINTSUGI_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "assistant", "--data", str(folder), "run", "--no-worker"]
    command += ["--port", str(random.randint(20_000, 60_000))]
    with Popen(
        command, env={**os.environ, **known, "PYTHONUNBUFFERED": "1"}, stdout=PIPE, stderr=DEVNULL, text=True
    ) as process:
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


def test_eight_people_edit_the_same_incidents_in_their_browsers(desk):
    with served(*desk) as address, ThreadPoolExecutor(PROCESSES) as pool:
        people = list(pool.map(lambda number: Person(address, f"agent{number}"), range(PROCESSES)))
        done = [one for edits in pool.map(Person.edit, people, range(PROCESSES)) for one in edits]
    runtime = open_desk(*desk)
    with runtime.reading() as db:
        said = {f"/incidents/{row.id}/edit": row.symptoms.split() for row in db.scalars(select(Incident))}
    runtime.close()
    assert {status for status, _, _ in done} == {303}
    assert [one for one in done if one[2] not in said[one[1]]] == []
