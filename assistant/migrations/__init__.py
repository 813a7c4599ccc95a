"""The database's history: `upgrade` brings any earlier database to what the code expects."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from assistant.desk.errors import DeskError
from assistant.migrations.rows import METADATA

FOLDER = Path(__file__).parent


class NotPrepared(DeskError):
    """The database is not the one that this version works with."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to a revision; nothing happens when it is there already."""
    _run(engine, command.upgrade, to)


def downgrade(engine: Engine, to: str) -> None:
    """Take the database back to an earlier revision; `base` empties it."""
    _run(engine, command.downgrade, to)


def revision(engine: Engine) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Raise NotPrepared unless the database is at the revision that this code expects."""
    known, now = ScriptDirectory(str(FOLDER)), revision(engine)
    if now == known.get_current_head():
        return
    if now is None:
        raise NotPrepared("There is no desk here yet. Prepare it with: kintsugi init")
    if now in {script.revision for script in known.walk_revisions()}:
        raise NotPrepared("The database is of an earlier version. Make a backup, then: kintsugi init")
    raise NotPrepared("The database is of a later version than this program. Install that version.")


def differences(engine: Engine) -> list[object]:
    """Return what the database has otherwise than the code expects; nothing when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def _run(engine: Engine, act: object, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    writing = engine.execution_options(writing=True)
    with writing.begin() as connection:
        config.attributes["connection"] = connection
        act(config, to)  # type: ignore[operator]
