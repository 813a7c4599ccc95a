"""The laboratory keeps what its runs found and what the desk learned from them; phrases are found by their incident."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "laboratory_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("recipe", sa.String(length=100), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laboratory_run")),
    )
    op.create_index("ix_laboratory_run_finished", "laboratory_run", ["finished_at", "id"])
    op.create_table(
        "tuning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("learned", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tuning")),
    )
    op.create_index("ix_tuning_kind", "tuning", ["kind", "in_use"])
    phrases = sa.text("part = 'phrase'")
    op.create_index(
        "ix_embedding_phrase", "embedding", ["ordinal"], sqlite_where=phrases, postgresql_where=phrases
    )
    op.add_column("embedding", sa.Column("spare_recipe", sa.String(length=64), nullable=True))
    op.add_column("embedding", sa.Column("spare_vector", sa.LargeBinary(), nullable=True))
    op.add_column("showing", sa.Column("failed_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("showing", "failed_at")
    op.drop_column("embedding", "spare_vector")
    op.drop_column("embedding", "spare_recipe")
    op.drop_index("ix_embedding_phrase", "embedding")
    op.drop_table("tuning")
    op.drop_table("laboratory_run")
