"""The pool gives out connections that work."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url, text

from engine.store import connection
from tests.faults.severing import Way


def test_a_connection_that_died_while_idle_is_replaced(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_TRUSTED_SECONDS", 0.0)
    pool, other = connection.connect(database_url, pool_size=1), connection.connect(database_url, pool_size=1)
    try:
        with pool.connect() as idle:
            backend = idle.scalar(text("SELECT pg_backend_pid()"))
        with other.begin() as killer:
            assert killer.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
        with pool.connect() as again:
            assert again.scalar(text("SELECT pg_backend_pid()")) not in {None, backend}
    finally:
        pool.dispose()
        other.dispose()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://u:p%40@a:1,b:2/x?connect_timeout=2", {"host": "a,b", "port": "1,2", "connect_timeout": "2"}),
        ("postgresql://[::1]:5432,b/x?target_session_attrs=read-write", {"host": "::1,b", "port": "5432,5432"}),
        ("postgres://only/x", {"host": "only", "connect_timeout": "5", "keepalives": "1"}),
        ("postgresql+psycopg:///x?host=/run/pg", {"host": "/run/pg", "application_name": "ear"}),
    ],
)
def test_an_address_may_name_several_hosts(address: str, expected: dict[str, str]) -> None:
    assert expected.items() <= conninfo_to_dict(connection.conninfo(address, "ear")).items()


def test_the_first_of_several_hosts_that_can_be_written_to_is_taken(database_url: str) -> None:
    way = Way(database_url)
    port = make_url(way.url).port
    address = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/{make_url(way.url).database}"
    pool = connection.connect(f"{address}?target_session_attrs=read-write&sslmode=disable")
    with pool.connect() as found:
        assert found.scalar(text("SHOW lock_timeout")) == "30s"
        assert found.scalar(text("SHOW timezone")) == "UTC"
    pool.dispose()
    way.close()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT key FROM job ORDER BY key FOR UPDATE SKIP LOCKED", False),
        ("SELECT 1 FROM process_definition FOR NO KEY UPDATE", False),
        ("\n WITH RECURSIVE scope AS (SELECT updated_at FROM variable) SELECT * FROM scope", False),
        ("WITH given AS (SELECT 1) INSERT INTO timer SELECT 1", True),
        ("WITH taken AS (SELECT 1 FOR UPDATE) UPDATE job SET state = 'x'", True),
        ("delete from job", True),
    ],
)
def test_what_a_commit_has_to_keep(statement: str, *, expected: bool) -> None:
    assert connection._changes(statement) is expected
