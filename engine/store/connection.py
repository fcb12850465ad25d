"""How the engine talks to PostgreSQL: the engine of SQLAlchemy and the session factory."""

from __future__ import annotations

import time

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

_TRUSTED_SECONDS = 2.0
_LEFT_AT = "left_at"


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """An engine over `url` (`postgresql://...`), with at most `pool_size` connections.

    A connection that lay idle is asked for a sign of life before its next use; one that worked a moment ago is not,
    as that would cost every command a round trip. The driver is psycopg 3 whatever the address says. Sessions run
    in UTC at READ COMMITTED; commands lock what they change.
    """
    engine = create_engine(
        normalise(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"options": "-c timezone=UTC", "application_name": "amends"},
    )
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", lambda connection, entry, _: _still_there(engine, connection, entry))
    return engine


def _left(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_LEFT_AT] = time.monotonic()


def _still_there(engine: Engine, connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    left_at = entry.info.get(_LEFT_AT)
    if left_at is None or time.monotonic() - left_at < _TRUSTED_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error  # the pool opens another one and asks again


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A session factory for the unit of work. Nothing expires at commit: views are made before it."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)


def normalise(url: str) -> str:
    """The same address with the driver that is used here (psycopg 3)."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme.split("+")[0] in {"postgresql", "postgres"} else url
