"""What Alembic runs: over the connection that it is given, from the metadata of all tables."""

from __future__ import annotations

from alembic import context

from engine.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables(),
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
