"""Backups: whole or not there, verified, and good for a desk that is like the one before."""

import io
import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from assistant import backup, checks
from assistant import settings as configuration
from assistant.backup import BackupFailed
from assistant.cli import main
from assistant.desk import attachment, heartbeat
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from assistant.worker import run_once
from index.encoder import HashEncoder
from tests import make

pytestmark = pytest.mark.sqlite  # of PostgreSQL: tests/test_backup_postgres.py


@pytest.fixture
def desk(runtime):
    """A desk with an incident that has a file, an article, and settings of its own."""
    with runtime.writing() as db:
        incident = make.incident(db)
        store, ben = runtime.attachments, make.person(db)
        attachment.attach(db, store, incident.id, "a.log", io.BytesIO(b"no route"), actor=ben, now=make.NOON)
        make.article(db)
        db.commit()
    (runtime.settings.data / "kintsugi.env").write_text("KINTSUGI_TIMEZONE=Europe/Lisbon\n")
    run_once(runtime, runtime.now())
    return runtime


def test_the_drill_a_backup_becomes_a_desk_that_finds_the_same(desk, tmp_path):
    """What docs/operations.md says: back up, restore into an empty folder, init, verify."""
    data, away, new = str(desk.settings.data), str(tmp_path / "away"), str(tmp_path / "new")
    run = CliRunner().invoke
    made = run(main, ["--data", data, "backup", away], catch_exceptions=False)
    assert "The backup is whole" in made.output
    folder = backup.whole(Path(away))[0]
    restored = run(main, ["--data", new, "restore", str(folder)], catch_exceptions=False)
    assert "The desk is back" in restored.output
    assert run(main, ["--data", new, "init", "--no-model"]).exit_code == 0
    again = Runtime(configuration.load(data=new), encoder=HashEncoder(), writes_words=True)
    run_once(again, again.now())
    assert checks.all_findings(again) == []
    with again.reading() as db:
        assert [one.title for one in db.scalars(select(Incident))] == ["VPN drops every few minutes"]
    assert again.settings.secret_key == desk.settings.secret_key
    assert again.settings.timezone == "Europe/Lisbon"
    again.close()
    with desk.reading() as db:
        assert heartbeat.last(db, "backup") is not None


def test_a_backup_can_be_read_only_by_its_owner(desk, tmp_path):
    made = backup.make(desk, tmp_path / "b", now=make.NOON)
    assert stat.S_IMODE(Path(made.folder).stat().st_mode) == 0o700
    assert stat.S_IMODE((Path(made.folder) / "kintsugi.env").stat().st_mode) == 0o600


def test_only_the_newest_are_kept(desk, tmp_path):
    for day in range(4):
        backup.make(desk, tmp_path / "b", now=make.NOON + timedelta(days=day), keep=2)
    names = [folder.name for folder in backup.whole(tmp_path / "b")]
    assert names == ["kintsugi-20260305-120000", "kintsugi-20260304-120000"]


@pytest.mark.parametrize("damage", ["kintsugi.db", "attachments", "backup.json"])
def test_a_damaged_backup_is_not_restored(desk, tmp_path, damage):
    folder = Path(backup.make(desk, tmp_path / "b", now=make.NOON).folder)
    file = next(
        path for path in folder.rglob("*") if path.is_file() and damage in str(path.relative_to(folder))
    )
    file.write_bytes(b"x" + file.read_bytes()[1:])
    with pytest.raises(BackupFailed):
        backup.restore(folder, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_restore_never_goes_over_a_desk(desk, tmp_path):
    folder = Path(backup.make(desk, tmp_path / "b", now=make.NOON).folder)
    with pytest.raises(BackupFailed, match="already"):
        backup.restore(folder, desk.settings.data)


def test_a_backup_with_a_missing_file_is_none(desk, tmp_path):
    next(path for path in desk.attachments.folder.rglob("*") if path.is_file()).unlink()
    with pytest.raises(BackupFailed, match="missing"):
        backup.make(desk, tmp_path / "b", now=make.NOON)
    assert [path.name for path in (tmp_path / "b").iterdir()] == [".lock"]


def test_a_backup_is_one_moment_of_a_desk_that_goes_on(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "PAGES", 1)
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            with desk.writing() as db:
                written.append(make.incident(db, f"Written {len(written)}").id)
                db.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = backup.make(desk, tmp_path / "b", now=make.NOON)
    finally:
        stop.set()
        writer.join()
    assert len(written) > 1, "nothing was written meanwhile"
    with sqlite3.connect(Path(made.folder) / "kintsugi.db") as copy:
        assert copy.execute("SELECT count(*) FROM incident").fetchone()[0] == made.rows["incident"]


def die(data: str, folder: str, nth: int) -> None:
    """Make a backup and be killed at the nth sign of life."""
    runtime = Runtime(configuration.load(data=data), encoder=HashEncoder())
    left = [nth]

    def tell(*_):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    backup.PAGES = 20
    backup.make(runtime, Path(folder), now=make.NOON, tell=tell)


@pytest.mark.crash
def test_a_process_that_is_killed_leaves_nothing_that_looks_like_a_backup(desk, tmp_path):
    processes, folder = multiprocessing.get_context("forkserver"), tmp_path / "b"
    for nth in (1, 2, 5, 9, 10, 11):
        process = processes.Process(target=die, args=(str(desk.settings.data), str(folder), nth))
        process.start()
        process.join(200)
        assert [one for one in backup.whole(folder) if backup.findings(one)] == []
        assert process.exitcode in (0, -signal.SIGKILL)
        if process.exitcode == 0:
            break
        assert backup.whole(folder) == []
    again = make.NOON + timedelta(days=1)
    assert backup.findings(Path(backup.make(desk, folder, now=again).folder)) == []
    assert not list(folder.glob(f"{backup.UNFINISHED}*")), "what a dead process left is cleared away"


def test_without_pg_dump_it_says_what_to_do(desk, tmp_path, monkeypatch):
    other = desk.settings.model_copy(update={"database": "postgresql+psycopg://kintsugi:secret@db/kintsugi"})
    monkeypatch.setattr(desk, "settings", other)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="pg_dump is not installed"):
        backup.make(desk, tmp_path / "b", now=make.NOON)
    assert backup.whole(tmp_path / "b") == []


def test_a_dump_that_takes_long_gives_signs_of_life_and_ends_with_the_worker(desk, tmp_path, monkeypatch):
    other = desk.settings.model_copy(update={"database": "postgresql+psycopg://kintsugi:secret@db/kintsugi"})
    monkeypatch.setattr(desk, "settings", other)
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = []

    def tell(step, *_):
        told.append(step)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.make(desk, tmp_path / "b", now=make.NOON, tell=tell)
    assert told == ["Copying the database"] * 3
    assert not list((tmp_path / "b").glob(f"{backup.UNFINISHED}*"))
