"""The command line in the test's own process, over a database of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from engine.store import embedded
from engine.store.connection import connect
from webapi.cli import cli

RUN = "AMENDS_TEST_RUN"


@pytest.fixture(scope="session")
def command_database() -> str:
    """Address of a database that only the command line touches; empty at first, tables come by migration."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return embedded.start(Path(os.environ[RUN]), f"commands_{worker}")


@pytest.fixture
def environment(command_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of an installation with an empty database and an own data directory, which is given."""
    database = connect(command_database)
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.dispose()
    monkeypatch.delenv(RUN)
    monkeypatch.setenv("AMENDS_DATABASE_URL", command_database)
    monkeypatch.setenv("AMENDS_DATA", str(tmp_path))
    monkeypatch.setenv("AMENDS_LOG_LEVEL", "warning")
    return tmp_path


@pytest.fixture
def amends(environment: Path) -> Callable[..., Result]:
    """Runs a command: `amends("token", "create", "--user", "admin")`."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=stdin, catch_exceptions=False)

    return run
