"""How the engine talks to PostgreSQL: the engine of SQLAlchemy and the session factory."""

from __future__ import annotations

import orjson
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """An engine over `url` (`postgresql://...`), with at most `pool_size` connections and a ping before each use.

    The driver is psycopg 3 whatever the address says. Sessions run in UTC at READ COMMITTED; commands lock what
    they change.
    """
    return create_engine(
        normalise(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"options": "-c timezone=UTC", "application_name": "amends"},
    )


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A session factory for the unit of work. Nothing expires at commit: views are made before it."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)


def normalise(url: str) -> str:
    """The same address with the driver that is used here (psycopg 3)."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme.split("+")[0] in {"postgresql", "postgres"} else url
