"""How Alembic runs a migration: on the connection it is handed, in that connection's transaction."""

from alembic import context

from assistant.migrations.rows import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
