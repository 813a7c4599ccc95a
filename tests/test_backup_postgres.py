"""Backups of a desk on PostgreSQL: made and read by its own programs, as docs/operations.md says."""

import io
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from assistant import backup, checks
from assistant import settings as configuration
from assistant.backup import BackupFailed
from assistant.desk import attachment
from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from assistant.worker import run_once
from index.encoder import HashEncoder
from tests import make

pytestmark = pytest.mark.postgres


@pytest.fixture
def desk(runtime):
    """A desk with an incident that has a file."""
    with runtime.writing() as db:
        incident, ben = make.incident(db), make.person(db)
        store = runtime.attachments
        attachment.attach(db, store, incident.id, "a.log", io.BytesIO(b"no route"), actor=ben, now=make.NOON)
        db.commit()
    return runtime


@pytest.mark.shared
def test_the_drill_a_backup_becomes_a_desk_that_finds_the_same(desk, desks, tmp_path):
    made = backup.make(desk, tmp_path / "away", now=make.NOON)
    assert backup.findings(Path(made.folder)) == []
    new = desks.fresh(tmp_path / "empty")
    other = make_url(desks.address(new))
    backup.restore(Path(made.folder), tmp_path / "new")
    plain = other.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = tmp_path / "new" / backup.DUMP
    subprocess.run(["pg_restore", "--clean", "--no-owner", "--dbname", plain, str(dump)], check=True)
    settings = configuration.load(data=tmp_path / "new", database=desks.address(new))
    again = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    run_once(again, again.now())
    assert checks.all_findings(again) == []
    listed = subprocess.check_output(["pg_restore", "--list", str(dump)], text=True)
    assert "TABLE public incident" in listed and "kintsugi_index" not in listed
    with again.reading() as db:
        assert [one.title for one in db.scalars(select(Incident))] == ["VPN drops every few minutes"]
    assert again.settings.secret_key == desk.settings.secret_key
    again.close()
    desks.drop(new)


def test_an_altered_dump_is_not_restored(desk, tmp_path):
    folder = Path(backup.make(desk, tmp_path / "b", now=make.NOON).folder)
    dump = folder / backup.DUMP
    dump.write_bytes(b"x" + dump.read_bytes()[1:])
    with pytest.raises(BackupFailed, match="altered"):
        backup.restore(folder, tmp_path / "new")


def test_what_pg_dump_says_is_told_and_nothing_is_left(desk, desks, tmp_path):
    desks.drop(desk.settings.data)
    with pytest.raises(BackupFailed, match=r"pg_dump failed: .*does not exist"):
        backup.make(desk, tmp_path / "b", now=make.NOON)
    assert backup.whole(tmp_path / "b") == []
