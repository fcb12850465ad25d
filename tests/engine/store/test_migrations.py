from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine as Database
from sqlalchemy import inspect, text

from engine.errors import SchemaOutdated
from engine.store import embedded, migrate, tables
from engine.store.connection import connect
from engine.store.migrations import is_current, require_current

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture
def empty() -> Iterator[Database]:
    database = connect(embedded.start(Path(os.environ["AMENDS_TEST_RUN"]), f"empty_{WORKER}"))
    yield database
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.dispose()


def test_the_migrations_make_the_tables_that_the_code_expects(empty: Database) -> None:
    migrate(empty.url.render_as_string(hide_password=False))
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables()) == []
        sequences = set(inspect(connection).get_sequence_names())
        assert {sequence.name for sequence in tables()._sequences.values()} <= sequences
        assert is_current(connection)


def test_two_processes_that_migrate_at_once_take_turns(empty: Database) -> None:
    url = empty.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [url, url]))
    with empty.connect() as connection:
        assert is_current(connection)


def test_an_empty_database_is_refused(empty: Database) -> None:
    with empty.connect() as connection, pytest.raises(SchemaOutdated):
        require_current(connection)
