"""Absences with deputies; the calendar of a case, when its file was complete, and what started a clock.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
phase = "expand"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "absence",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("delegates", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_absence"),
    )
    known = sa.text("cancelled_at IS NULL")
    op.create_index("ix_absence_deputy", "absence", ["deputy", "last_day"], postgresql_where=known)
    op.create_index("ix_absence_username", "absence", ["username", "last_day"])
    op.add_column("user_task", sa.Column("on_behalf_of", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("calendar", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("file_complete_at", INSTANT, nullable=True))
    op.add_column("deadline", sa.Column("started_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("deadline", "started_by")
    op.drop_column("complaint", "file_complete_at")
    op.drop_column("complaint", "calendar")
    op.drop_column("user_task", "on_behalf_of")
    op.drop_table("absence")
