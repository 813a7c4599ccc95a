"""The rooms around the loop: self-service, curation, administration, and what agents share."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Added in place: SQLite would otherwise copy the table, and dropping the old one deletes what hangs on it.
COLUMNS: tuple[tuple[str, Callable[[], sa.Column]], ...] = (
    ("article", lambda: sa.Column("merged_into_id", sa.Integer(), sa.ForeignKey("article.id"))),
    ("category", lambda: sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())),
    (
        "configuration_item",
        lambda: sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
    ),
    (
        "embedding_counter",
        lambda: sa.Column("mark", sa.String(length=32), nullable=False, server_default=""),
    ),
    ("entry", lambda: sa.Column("minutes", sa.Integer())),
    ("entry", lambda: sa.Column("to_all", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("flag", lambda: sa.Column("owner_id", sa.Integer(), sa.ForeignKey("person.id"))),
    ("flag", lambda: sa.Column("due_at", sa.DateTime())),
    ("group", lambda: sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())),
    ("incident", lambda: sa.Column("process_version", sa.Integer(), nullable=False, server_default="0")),
    ("incident", lambda: sa.Column("merged_into_id", sa.Integer(), sa.ForeignKey("incident.id"))),
    ("job", lambda: sa.Column("asked_by_id", sa.Integer(), sa.ForeignKey("person.id"))),
    ("job", lambda: sa.Column("step", sa.String(length=200), nullable=False, server_default="")),
    ("job", lambda: sa.Column("done", sa.Integer(), nullable=False, server_default="0")),
    ("job", lambda: sa.Column("of", sa.Integer(), nullable=False, server_default="0")),
    ("job", lambda: sa.Column("result", sa.JSON())),
    ("search", lambda: sa.Column("visitor", sa.String(length=40))),
    (
        "search",
        lambda: sa.Column("led_to_id", sa.Integer(), sa.ForeignKey("incident.id")),
    ),
    ("search", lambda: sa.Column("unanswered", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("search", lambda: sa.Column("taken", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("search", lambda: sa.Column("gist", sa.String(length=200), nullable=False, server_default="")),
    ("service", lambda: sa.Column("owner_id", sa.Integer(), sa.ForeignKey("person.id"))),
    (
        "service",
        lambda: sa.Column("audience", sa.String(length=20), nullable=False, server_default="everybody"),
    ),
    ("service", lambda: sa.Column("departments", sa.JSON(), nullable=False, server_default="[]")),
    ("service", lambda: sa.Column("questions", sa.JSON(), nullable=False, server_default="[]")),
    ("service", lambda: sa.Column("checklist", sa.Text(), nullable=False, server_default="")),
)
INDEXES = (
    ("ix_audit_entry_action", "audit_entry", ("action", "id")),
    ("ix_audit_entry_person", "audit_entry", ("person_id", "id")),
    ("ix_article_idle", "article", ("confidence", "updated_at")),
    ("ix_article_merged_into_id", "article", ("merged_into_id",)),
    ("ix_flag_open", "flag", ("settled_at", "due_at")),
    ("ix_flag_owner_id", "flag", ("owner_id",)),
    ("ix_incident_document", "incident", ("resolved_by_id", "phase")),
    (
        "ix_incident_facets",
        "incident",
        ("phase", "priority", "service_id", "group_id", "assignee_id", "category_id", "restricted_to_id"),
    ),
    ("ix_incident_door", "incident", ("closing_door", "closed_at")),
    ("ix_incident_merged_into_id", "incident", ("merged_into_id",)),
    ("ix_incident_priority", "incident", ("priority", "id")),
    ("ix_link_held", "link", ("article_id", "kind", "at", "failed_at")),
    ("ix_search_gap", "search", ("unanswered", "taken", "at", "kind", "gist")),
    ("ix_search_led_to_id", "search", ("led_to_id",)),
    ("ix_search_person", "search", ("person_id", "id")),
)
NEW = (
    "embedding_mark",
    "invitation",
    "notification",
    "process_version",
    "saved_view",
    "seen",
    "setting",
    "likeness",
    "remark",
    "vote",
    "affected",
    "item_dependency",
    "notice",
    "presence",
    "step",
)


def upgrade() -> None:
    """Bring the database forward."""
    op.create_table(
        "embedding_mark",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_embedding_mark")),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_invitation_by_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"])
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notification_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index("ix_notification_unread", "notification", ["person_id", "read_at"])
    op.create_table(
        "process_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_process_version_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_version")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_process_version_name_number")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_saved_view_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )
    op.create_index(op.f("ix_saved_view_group_id"), "saved_view", ["group_id"])
    op.create_table(
        "seen",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seen_person_id")),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_seen")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"], name=op.f("fk_setting_updated_by_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
        sa.UniqueConstraint("number", name=op.f("uq_setting_number")),
    )
    op.create_table(
        "likeness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("nearness", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("apart_at", sa.DateTime(), nullable=True),
        sa.Column("apart_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["apart_by_id"], ["person.id"], name=op.f("fk_likeness_apart_by_id")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_likeness_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["article.id"], name=op.f("fk_likeness_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness")),
        sa.UniqueConstraint("article_id", "other_id", name=op.f("uq_likeness_article_id_other_id")),
    )
    op.create_index(op.f("ix_likeness_other_id"), "likeness", ["other_id"])
    op.create_index("ix_likeness_open", "likeness", ["apart_at", "nearness"])
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_remark_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_person_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_remark_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index(op.f("ix_remark_article_id"), "remark", ["article_id"])
    op.create_index("ix_remark_open", "remark", ["settled_at", "at"])
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("visitor", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_vote_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_vote_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("article_id", "person_id", name=op.f("uq_vote_article_id_person_id")),
        sa.UniqueConstraint("article_id", "visitor", name=op.f("uq_vote_article_id_visitor")),
    )
    op.create_index(op.f("ix_vote_article_id"), "vote", ["article_id"])
    op.create_index("ix_vote_open", "vote", ["helpful", "settled_at", "article_id"])
    op.create_table(
        "affected",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("back_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_affected_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_affected_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "person_id", name=op.f("pk_affected")),
    )
    op.create_index(op.f("ix_affected_person_id"), "affected", ["person_id"])
    op.create_table(
        "item_dependency",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["configuration_item.id"],
            name=op.f("fk_item_dependency_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["needs_id"],
            ["configuration_item.id"],
            name=op.f("fk_item_dependency_needs_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "needs_id", name=op.f("pk_item_dependency")),
    )
    op.create_index(op.f("ix_item_dependency_needs_id"), "item_dependency", ["needs_id"])
    op.create_table(
        "notice",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_notice_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"], name=op.f("fk_notice_updated_by_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_ended_at"), "notice", ["ended_at"])
    op.create_table(
        "presence",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("writing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_presence_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_presence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "person_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_at"), "presence", ["at"])
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_step_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_step_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index(op.f("ix_step_incident_id"), "step", ["incident_id"])
    for table, column in COLUMNS:
        op.add_column(table, column(), inline_references=True)
    for name, table, columns in INDEXES:
        op.create_index(name, table, list(columns))
    op.drop_index("ix_link_article", "link")
    op.drop_index("ix_incident_closing_door", "incident")


def downgrade() -> None:
    """Take it back."""
    op.create_index("ix_link_article", "link", ["article_id", "kind"])
    op.create_index("ix_incident_closing_door", "incident", ["closing_door"])
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table)
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column().name)
    for table in reversed(NEW):
        op.drop_table(table)
