"""Sequence flows that tokens of an instance have taken.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("process_instance", sa.Column("taken_flows", sa.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("process_instance", "taken_flows")
