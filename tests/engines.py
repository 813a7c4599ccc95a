"""Desks on the engine of this run. A desk is a folder; on PostgreSQL the folder names a database of its own."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from assistant import migrations
from assistant import settings as configuration
from assistant.runtime import Runtime
from index.encoder import HashEncoder
from kb.store import make_engine

ENGINES = ("sqlite", "postgresql")
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]  # for what runs on each
SHARED = pytest.param("shared", marks=pytest.mark.postgres)  # PostgreSQL that holds the index too
SETTINGS = "kintsugi.env"
FAST = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "autovacuum",
)  # nothing of a test outlives its machine


class Desks:
    """Desks on SQLite: a folder holds everything."""

    def __init__(self, new: Path) -> None:
        self.new = new

    def fresh(self, folder: Path) -> Path:
        """Put a desk that was just migrated into a folder."""
        return self.copy(self.new, folder)

    def copy(self, source: Path, target: Path) -> Path:
        """Copy a desk, its database included."""
        return shutil.copytree(source, target, dirs_exist_ok=True)

    def restore(self, source: Path, target: Path) -> None:
        """Bring the database of one desk to what the other's is; files stay, and so do open connections."""
        with (
            closing(sqlite3.connect(source / "kintsugi.db")) as before,
            closing(sqlite3.connect(target / "kintsugi.db")) as now,
        ):
            before.backup(now)

    def drop(self, folder: Path) -> None:
        """Forget a desk; its folder goes with the test."""


class PostgresDesks(Desks):
    """Desks on PostgreSQL: databases of one server, each made as a copy of another one."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT")
        for setting in FAST:
            self._say(f"ALTER SYSTEM SET {setting} = off")
        self._say("SELECT pg_reload_conf()")
        super().__init__(folder)
        folder.mkdir()
        self._settle(folder, "template1")
        engine = make_engine(self.address(folder))
        migrations.upgrade(engine)
        engine.dispose()

    def copy(self, source: Path, target: Path) -> Path:
        """Copy a desk, its database included; whoever is connected to the source is thrown out."""
        super().copy(source, target)
        self._settle(target, self.name(source))
        return target

    def restore(self, source: Path, target: Path) -> None:
        """Bring the database of one desk to what the other's is; whoever is connected to it is thrown out."""
        self.drop(target)
        self._make(self.name(target), self.name(source))

    def drop(self, folder: Path) -> None:
        """Delete the database of a desk."""
        self._say(f"DROP DATABASE IF EXISTS {self.name(folder)} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        self.admin.dispose()

    def address(self, folder: Path) -> str:
        """Return the address of a desk's database."""
        return (folder / SETTINGS).read_text("utf-8").splitlines()[0].partition("=")[2]

    def name(self, folder: Path) -> str:
        """Return the name of a desk's database."""
        return str(make_url(self.address(folder)).database)

    def _settle(self, folder: Path, template: str) -> None:
        name = f"desk_{uuid4().hex}"
        self._make(name, template)
        address = make_url(self.server).set(database=name).render_as_string(hide_password=False)
        (folder / SETTINGS).write_text(f"KINTSUGI_DATABASE={address}\n", "utf-8")

    def _make(self, name: str, template: str) -> None:
        left = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        self._say(left, name=template)
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _say(self, statement: str, **values: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement), values)


class SharedDesks(PostgresDesks):
    """Desks on PostgreSQL that holds the index too."""

    def _settle(self, folder: Path, template: str) -> None:
        super()._settle(folder, template)
        with (folder / SETTINGS).open("a") as file:
            file.write(f"KINTSUGI_INDEX={configuration.POSTGRESQL}\n")


def new_desk(folder: Path) -> Path:
    """Migrate a new desk on SQLite in a folder, to be copied."""
    settings = configuration.load(data=folder)
    runtime = Runtime(settings, encoder=HashEncoder())
    runtime.migrate()
    runtime.close()
    return settings.data
