"""Fixtures of all tests: the embedded PostgreSQL, a clock that stands still, and an engine over both.

One server serves a whole test run; each worker of pytest-xdist has its own database in it, emptied before each test
that asks for it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import delete, text
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.settings import Settings
from engine.store import embedded, tables
from engine.store.connection import connect, sessions
from engine.store.migrations import stamp

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_RUN = "AMENDS_TEST_RUN"  # told to the workers of pytest-xdist by the process that starts them


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = tempfile.mkdtemp(prefix="amends-")


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = Path(os.environ[_RUN])
    embedded.stop(folder)
    if not hasattr(config, "workerinput"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url() -> str:
    """Address of this worker's database, with all tables in it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = embedded.start(Path(os.environ[_RUN]), f"test_{worker}")
    database = connect(url)
    with database.begin() as connection:
        # Durability costs a disk flush per commit and proves nothing here.
        connection.execute(text(f"ALTER DATABASE test_{worker} SET synchronous_commit = off"))
        tables().create_all(connection)
        stamp(connection)
    database.dispose()
    return url


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """SQLAlchemy's engine over the test database."""
    database = connect(database_url)
    yield database
    database.dispose()


@pytest.fixture
def session_factory(database: Database) -> sessionmaker[Session]:
    """Sessions over empty tables."""
    with database.begin() as connection:
        wipe = "; ".join(str(delete(table)) for table in reversed(tables().sorted_tables))
        connection.exec_driver_sql(wipe)
    return sessions(database)


@pytest.fixture
def clock() -> SettableClock:
    """Stands at Monday 2 March 2026, 09:00 UTC."""
    return SettableClock(MONDAY)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a throw-away installation with a settable clock."""
    return Settings(data=tmp_path, database_url=database_url, clock="settable", rate_limits=False)


@pytest.fixture
def engine(settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock) -> Engine:
    """The whole engine over empty tables."""
    return make_engine(settings, session_factory, clock)
