"""How Alembic runs a migration: on the connection it is handed, in that connection's transaction."""

from typing import Any, Literal

from alembic import context

from assistant.migrations.rows import METADATA
from kb.store import UtcDateTime


def render(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """Write our own time type as the plain one it is in the database, so that a migration never needs our code."""
    return "sa.DateTime()" if kind == "type" and isinstance(thing, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
)
context.run_migrations()
