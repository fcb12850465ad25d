"""Clocks of the law, extensions and pauses of deadlines.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("deadline", sa.Column("statutory", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "deadline_extension",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("complaint_key", sa.BigInteger(), nullable=False),
        sa.Column("deadline_key", sa.BigInteger(), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("letter_key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_key"], ["complaint.key"], name="fk_deadline_extension_complaint_key"),
        sa.ForeignKeyConstraint(["deadline_key"], ["deadline.key"], name="fk_deadline_extension_deadline_key"),
        sa.ForeignKeyConstraint(["letter_key"], ["correspondence.key"], name="fk_deadline_extension_letter_key"),
        sa.PrimaryKeyConstraint("key", name="pk_deadline_extension"),
    )
    op.create_index("ix_deadline_extension_of", "deadline_extension", ["complaint_key", "key"])
    op.create_table(
        "deadline_pause",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("complaint_key", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["complaint_key"], ["complaint.key"], name="fk_deadline_pause_complaint_key"),
        sa.PrimaryKeyConstraint("key", name="pk_deadline_pause"),
    )
    op.create_index("ix_deadline_pause_of", "deadline_pause", ["complaint_key", "key"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("deadline_pause")
    op.drop_table("deadline_extension")
    op.drop_column("deadline", "statutory")
