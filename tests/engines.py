"""Desks on the engine of this run. A desk is a folder; on PostgreSQL the folder names a database of its own."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from assistant import migrations
from assistant import settings as configuration
from assistant.runtime import Runtime
from index.encoder import HashEncoder
from kb.store import Base, make_engine

ENGINES = ("sqlite", "postgresql")
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]  # for what runs on each
SHARED = pytest.param("shared", marks=pytest.mark.postgres)  # PostgreSQL that holds the index too
SETTINGS, DATABASE, KEPT = "kintsugi.env", "kintsugi.db", "kept.db"
FAST = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "autovacuum",
)  # nothing of a test outlives its machine

# On PostgreSQL: how many rows each table has, and which transaction wrote the newest of them.
WRITTEN = " UNION ALL ".join(
    f"SELECT '{name}' AS name, count(*) AS rows, max(xmin::text::bigint) AS newest FROM \"{name}\""
    for name in Base.metadata.tables
)
SEQUENCES = "SELECT quote_ident(sequencename) AS name, last_value AS last FROM pg_sequences"
CHANGED = f"""
    SELECT name FROM ({WRITTEN}) AS now JOIN kept.written USING (name)
    WHERE (now.rows, now.newest) IS DISTINCT FROM (written.rows, written.newest)"""
SETTLED = f"UPDATE kept.written SET newest = now.newest FROM ({WRITTEN}) AS now WHERE now.name = written.name"


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

    def keep(self, folder: Path) -> None:
        """Note what the database of a desk holds now, to be put back."""
        self._backup(folder / DATABASE, folder / KEPT)

    def put_back(self, folder: Path) -> None:
        """Bring the database of a desk to what was kept; files stay, and so do open connections."""
        self._backup(folder / KEPT, folder / DATABASE)

    def drop(self, folder: Path) -> None:
        """Forget a desk; its folder goes with the test."""

    def _backup(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as now:
            before.backup(now)


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

    def keep(self, folder: Path) -> None:
        """Note what the database of a desk holds now, in a schema of its own, to be put back."""
        with self._inside(folder) as db:
            db.execute(text("CREATE SCHEMA kept"))
            for table in Base.metadata.tables:
                db.execute(text(f'CREATE TABLE kept."{table}" AS TABLE "{table}"'))
            db.execute(text(f"CREATE TABLE kept.sequences AS {SEQUENCES}"))
            db.execute(text(f"CREATE TABLE kept.written AS {WRITTEN}"))

    def put_back(self, folder: Path) -> None:
        """Bring the tables that were written to since then to what was kept; open connections stay."""
        with self._inside(folder) as db:
            db.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign key, no trigger
            for table in db.scalars(text(CHANGED)).all():
                db.execute(text(f'DELETE FROM "{table}"'))
                db.execute(text(f'INSERT INTO "{table}" SELECT * FROM kept."{table}"'))
            db.execute(text("SELECT setval(name, coalesce(last, 1), last IS NOT NULL) FROM kept.sequences"))
            db.execute(text(SETTLED))

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

    @contextmanager
    def _inside(self, folder: Path) -> Iterator[Connection]:
        """Open the database of a desk, as its owner; what is done is committed."""
        engine = create_engine(self.address(folder), poolclass=NullPool)
        with engine.begin() as db:
            yield db

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
