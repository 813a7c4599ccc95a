"""What tests share: a desk of their own, on SQLite by default and on PostgreSQL for those who ask."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from assistant import settings as configuration
from assistant.desk import audit
from assistant.migrations.rows import METADATA
from assistant.runtime import Runtime
from index.encoder import HashEncoder
from kb.store import Sessions, make_engine
from tests import make


@pytest.fixture
def now() -> datetime:
    """Noon on a Monday."""
    return make.NOON


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty SQLite database in memory, with every table."""
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    """A writing session with the audit trail on."""
    sessions = Sessions(engine)
    audit.listen(sessions.writer)
    with sessions.writing() as db:
        yield db


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A whole desk in a folder of its own, with the deterministic encoder; it writes its own word index."""
    settings = configuration.load(data=tmp_path / "desk")
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    runtime.migrate()
    yield runtime
    runtime.close()
