"""How the engine talks to PostgreSQL: the engine of SQLAlchemy and the session factory.

An address is a URL (`postgresql://user:password@host:port/name`) with several hosts where there are replicas:
`postgresql://one:5432,two:5432/amends?target_session_attrs=read-write`. A server that does not answer is given up
after some seconds on both sides: a machine that was cut off neither hangs nor keeps its locks.
"""

from __future__ import annotations

import re
import time
from contextlib import closing, suppress
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from engine.store import era

APPLICATION = "amends"
_TRUSTED_SECONDS = 2.0
_LEFT_AT = "left_at"
WRITES = "writes"
"""In a connection's `info` while its transaction may have changed something."""
_CHANGES = re.compile(r"(?<!FOR )(?<!KEY )\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP)\b", re.IGNORECASE)
"""Words of statements that change something which a commit has to keep; locking a row is none."""
_GONE = frozenset({"25006", "57P01", "57P02", "57P03", "57P05", "25P03"})
"""SQLSTATEs after which a connection is of no use: read-only since a fail-over, shut down, idle for too long."""
_CLIENT = MappingProxyType(
    {
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
)
"""What libpq does about a server that is silent; nothing of it concerns a Unix socket but the first."""
_SERVER = MappingProxyType(
    {
        "timezone": "UTC",
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "3",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "15s",
        "idle_in_transaction_session_timeout": "60s",
        "lock_timeout": "30s",
    }
)
"""What the server does about a client that is silent: its locks are given up before long.

No statement timeout: it would end a commit's wait for its replica, and the commit would be told as done."""
_TIMELINE = """
    SELECT CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END
"""


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """An engine over `url` (`postgresql://...`), with at most `pool_size` connections.

    A connection that lay idle is asked for a sign of life before its next use; one that worked a moment ago is not,
    as that would cost every command a round trip. The driver is psycopg 3 whatever the address says. Sessions run
    in UTC at READ COMMITTED; commands lock what they change. What the query of the address says about timeouts goes
    before our own.
    """
    engine = create_engine(
        normalise(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args=_arguments(make_url(normalise(url)), APPLICATION),
    )
    event.listen(engine, "connect", _opened)
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", lambda connection, entry, _: _still_there(engine, connection, entry))
    event.listen(engine, "handle_error", _failed)
    event.listen(engine, "before_cursor_execute", _note_writing)
    return engine


def conninfo(url: str, application: str) -> str:
    """The same address for libpq, for a connection outside of the pool (one that listens, say)."""
    found = make_url(normalise(url))
    _, given = found.get_dialect()().create_connect_args(found)
    known = {name: value for name, value in given.items() if isinstance(value, str | int)}
    return make_conninfo("", **{**known, **_arguments(found, application)})


def _arguments(url: URL, application: str) -> dict[str, Any]:
    ours = {name: value for name, value in _CLIENT.items() if name not in url.query}
    given = url.query.get("options", "")
    options = [f"-c {name}={value}" for name, value in _SERVER.items()] + [given if isinstance(given, str) else ""]
    return {**ours, "options": " ".join(options).strip(), "application_name": application}


def _opened(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute(_TIMELINE)
            row = cursor.fetchone()
        era.saw(row[0] if row else None)
    except psycopg.Error:  # not for everybody everywhere; a connection that is lost already is noticed at its first use
        era.saw(None)
    with suppress(psycopg.Error):
        connection.rollback()


def _left(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_LEFT_AT] = time.monotonic()


def _still_there(engine: Engine, connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info.pop(WRITES, None)
    left_at = entry.info.get(_LEFT_AT)
    if left_at is None or time.monotonic() - left_at < _TRUSTED_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error  # the pool opens another one and asks again


def _failed(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in _GONE:
        context.is_disconnect = True


def _note_writing(connection: Connection, _: object, statement: str, *__: object) -> None:
    if _changes(statement):
        connection.info[WRITES] = True


@lru_cache(maxsize=2_000)
def _changes(statement: str) -> bool:
    return _CHANGES.search(statement) is not None


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A session factory for the unit of work. Nothing expires at commit: views are made before it."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)


def normalise(url: str) -> str:
    """The same address with the driver that is used here (psycopg 3), several hosts as SQLAlchemy writes them."""
    scheme, rest = url.split("://", 1)
    if scheme.split("+")[0] not in {"postgresql", "postgres"}:
        return url
    return f"postgresql+psycopg://{_several_hosts(rest)}"


def _several_hosts(rest: str) -> str:
    """`u@a:1,[::1]:2/name?x=y`, as libpq takes it, becomes `u@/name?host=a,::1&port=1,2&x=y`."""
    authority, _, tail = rest.partition("/")
    credentials, at, given = authority.rpartition("@")
    if "," not in given:
        return rest
    places = [urlsplit(f"//{place}") for place in given.split(",")]
    name, _, query = tail.partition("?")
    hosts = ",".join(place.hostname or "" for place in places)
    ports = ",".join(str(place.port or 5432) for place in places)
    return f"{credentials}{at}/{name}?{'&'.join([f'host={hosts}', f'port={ports}', *([query] if query else [])])}"
