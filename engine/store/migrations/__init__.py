"""Alembic migrations of all tables, run from code: no configuration file, no shell.

`upgrade(url)` brings a database up to date, `require_current` keeps a process from working on any other one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool, text

from engine.errors import SchemaOutdated
from engine.store.connection import normalise

_LOCK = text("SELECT pg_advisory_lock(20180710003)")
_UNLOCK = text("SELECT pg_advisory_unlock(20180710003)")


def upgrade(url: str) -> None:
    """Bring the tables at `url` up to date. Several processes may call it at once: they take turns."""
    engine = create_engine(normalise(url), poolclass=pool.NullPool)
    try:
        with engine.connect() as lock:
            lock.execute(_LOCK)
            with engine.begin() as connection:
                command.upgrade(_config(connection), "head")
            lock.execute(_UNLOCK)
    finally:
        engine.dispose()


def stamp(connection: Connection) -> None:
    """Note that the tables, made from the metadata a moment ago, are up to date."""
    command.stamp(_config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether the database has exactly the tables that this code expects."""
    return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(connection: Connection) -> None:
    """Go on only with the tables of this version; raises `SchemaOutdated` otherwise."""
    if not is_current(connection):
        raise SchemaOutdated


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
