"""The database: base class of all rows, time, engines and sessions. Nothing here knows a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, DateTime, Engine, Executable, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 30_000
# Of each process. Whoever holds none waits for their turn, so there may be more threads than connections; a
# PostgreSQL as it comes has room for 100, those of web process and worker together.
CONNECTIONS = {"pool_size": 10, "max_overflow": 20}

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every row of the desk."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database. A naive value is refused."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What Python gets."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into the database's UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the database's UTC back as an aware time."""
        return None if value is None else value.replace(tzinfo=UTC)


def make_engine(url: str) -> Engine:
    """Return an engine for SQLite or PostgreSQL, with the desk's safety settings on.

    A SQLite file's folder is made when it is missing.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return create_engine(target, pool_pre_ping=True, **CONNECTIONS)
    in_memory = target.database in (None, "", ":memory:")
    if not in_memory:
        Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(target, **({"poolclass": StaticPool} if in_memory else CONNECTIONS))
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _settle_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not open transactions behind our back
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    """Return a text in small letters of every alphabet; SQLite's own function knows those of English only."""
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns into a writer fails at once when another one writes; an immediate one waits.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def rows_changed(db: Session, statement: Executable) -> int:
    """Execute an UPDATE or DELETE without loading anything, and return how many rows it met."""
    result = db.execute(statement, execution_options={"synchronize_session": False})
    return int(cast(CursorResult[Any], result).rowcount)


def lock(db: Session, row: Base) -> None:
    """Read a row again and hold it until the commit, so that what is checked next stays true."""
    db.flush()
    db.refresh(row, with_for_update={"of": type(row), "key_share": True})


def let_go(db: Session) -> None:
    """End the transaction of a session for looking: its connection is free for others, its rows stay as they are."""
    db.commit()


def _refuse(db: Session, *_: object) -> None:
    raise RuntimeError(f"A session for looking cannot change {[*db.new, *db.dirty, *db.deleted]}.")


def acting(db: Session, *, actor: Any, now: datetime) -> None:
    """Say who changes rows from now on in this session, and when: for the trail of rows that do not keep it."""
    db.info["acting"] = (actor.id if actor is not None else None, now)


class Sessions:
    """The two kinds of session. Neither commits by itself: the door that opened it does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reader = sessionmaker(engine, autoflush=False, expire_on_commit=False)
        event.listen(self.reader, "before_flush", _refuse)
        self.writer = sessionmaker(engine.execution_options(writing=True))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for looking only."""
        with self.reader() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session for changes; on SQLite it waits for its turn before it reads anything."""
        with self.writer() as db:
            yield db
