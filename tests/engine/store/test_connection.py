"""The pool gives out connections that work."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.store import connection


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
