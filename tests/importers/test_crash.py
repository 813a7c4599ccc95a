"""kill -9 at any point of an import: nothing is lost, nothing comes twice."""

import csv
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from assistant.desk.audit import AuditEntry
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Person
from assistant.importers.run import Imported, ImportRun
from kb.article import Article, Version
from kb.embeddings import Embedding
from tests.importers.conftest import row, write_csv, write_jsonl

ROWS = 2500
KILLS = 6
PEOPLE = 397


def start(kind, runtime, path, rejects):
    command = [
        sys.executable,
        "-m",
        "tests.importers.interrupted",
        kind,
        str(runtime.settings.data),
        str(path),
        str(rejects),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kill_and_finish(kind, runtime, path, rejects):
    """Kill the import at random moments, then let it end; return how often a run was cut off in its work."""
    chance = random.Random(20260302)
    cut = 0
    for _ in range(KILLS):
        process = start(kind, runtime, path, rejects)
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        cut += process.wait() == -signal.SIGKILL
        process.stdout.close()
    process = start(kind, runtime, path, rejects)
    process.communicate(timeout=200)
    assert process.returncode == 0
    return cut


@pytest.mark.crash
def test_incidents_survive_kills_at_random_points(runtime, tmp_path):
    more = {"Work notes": "Called back."}
    rows = [row(number, Caller=f"Person {number % PEOPLE}", **more) for number in range(1, ROWS + 1)]
    for number in range(100, ROWS, 100):
        rows[number]["Opened at"] = "yesterday"
    rejects = tmp_path / "rejects.csv"
    cut = kill_and_finish("incidents", runtime, write_csv(tmp_path / "old.csv", rows), rejects)
    bad = len(range(100, ROWS, 100))
    with runtime.reading() as db:
        ids = db.scalars(select(Incident.external_id)).all()
        assert cut and len(ids) == len(set(ids)) == ROWS - bad
        entries, imported, trail = (
            db.scalar(select(func.count()).select_from(kind).where(*where))
            for kind, *where in ((Entry,), (Imported,), (AuditEntry, AuditEntry.action == "incident added"))
        )
        assert entries == imported == trail == ROWS - bad
        people = db.scalars(select(Person.name)).all()
        assert len(people) == len(set(people)) == PEOPLE
        run = db.scalars(select(ImportRun)).one()
        assert run.position == ROWS and run.finished_at and run.counts["counts"]["rejected"] == bad
        indexed = select(func.count(Embedding.item_id.distinct())).where(Embedding.corpus == "incident")
        assert db.scalar(indexed) == ROWS - bad
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [int(kept["import row"]) for kept in csv.DictReader(file)] == [
            n + 2 for n in range(100, ROWS, 100)
        ]


@pytest.mark.crash
def test_articles_survive_kills_at_random_points(runtime, tmp_path):
    rows = [
        {"id": n, "title": f"Page {n}", "body": f"It says {n}.\n\nDo this.", "product": f"Product {n % 9}"}
        for n in range(300)
    ]
    kill_and_finish("articles", runtime, write_jsonl(tmp_path / "kb.jsonl", rows), tmp_path / "rejects.jsonl")
    with runtime.reading() as db:
        ids = db.scalars(select(Article.external_id)).all()
        assert len(ids) == len(set(ids)) == 300
        assert db.scalar(select(func.count()).select_from(Version)) == 300
