"""What starts instances: timers of process definitions, subscriptions to messages and signals; versions of forms by tag.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.alter_column("timer", "instance_key", nullable=True)
    op.alter_column("timer", "element_instance_key", nullable=True)
    op.add_column("timer", sa.Column("schedule", postgresql.JSONB(), nullable=True))
    of_definitions = sa.text("instance_key IS NULL")
    op.create_index("ix_timer_start_due", "timer", ["retry_at"], postgresql_where=of_definitions)
    start = ["definition_key", "element_id", "position"]
    op.create_index("uq_timer_start", "timer", start, unique=True, postgresql_where=of_definitions)
    op.add_column("process_definition", sa.Column("armed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("decision_definition", sa.Column("version_tag", sa.Text(), nullable=True))
    op.add_column("form_definition", sa.Column("version_tag", sa.Text(), nullable=True))
    op.add_column("user_task", sa.Column("form_key", sa.BigInteger(), nullable=True))
    op.create_table(
        "start_subscription",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("definition_key", sa.BigInteger(), nullable=False),
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_key"], ["process_definition.key"], name="fk_start_subscription_definition_key"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_start_subscription"),
        sa.UniqueConstraint("process_id", "element_id", "kind", "name", name="uq_start_subscription_process_id"),
    )
    op.create_index("ix_start_subscription_match", "start_subscription", ["kind", "name"])
    op.create_table(
        "message_start",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("correlation_key", sa.Text(), nullable=False),
        sa.Column("instance_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_message_start"),
        sa.UniqueConstraint("process_id", "correlation_key", name="uq_message_start_process_id"),
    )
    op.create_index("ix_message_start_instance", "message_start", ["instance_key"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("message_start")
    op.drop_table("start_subscription")
    op.drop_column("user_task", "form_key")
    op.drop_column("form_definition", "version_tag")
    op.drop_column("decision_definition", "version_tag")
    op.drop_column("process_definition", "armed_at")
    op.execute("DELETE FROM timer WHERE instance_key IS NULL")
    op.drop_index("uq_timer_start", "timer")
    op.drop_index("ix_timer_start_due", "timer")
    op.drop_column("timer", "schedule")
    op.alter_column("timer", "element_instance_key", nullable=False)
    op.alter_column("timer", "instance_key", nullable=False)
