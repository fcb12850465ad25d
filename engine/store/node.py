"""Tables of an installation's shape: its running processes, and which code its tables still bear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn


class Node(Base):
    """One running process of the service. Times are the database's, so that machines with other clocks agree."""

    __tablename__ = "node"

    key: Mapped[KeyColumn]
    host: Mapped[str]
    pid: Mapped[int]
    release: Mapped[str]
    revision: Mapped[str]
    """The newest revision of the tables that its code knows."""
    roles: Mapped[list[str]]
    """Of `api`, `timers`, `jobs` and `jobs:TYPE`."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    clock_skew: Mapped[float]
    """Seconds by which its machine's clock was ahead of the database's when it was last seen."""


class SchemaFloor(Base):
    """Code has to know this revision to work with the tables: something that older code needs was taken away in it."""

    __tablename__ = "schema_floor"

    revision: Mapped[str] = mapped_column(primary_key=True)
