"""The declarative base, the column types that all tables share, and the names of constraints.

Times are `timestamptz`; a naive one is refused before it reaches the database. Keys are 64-bit and come from
`engine.store.keys`, never from a column default.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant; written as it is, read in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive value: PostgreSQL would take it for the session's zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs an offset from UTC")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The same instant in UTC."""
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table of the engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own convention
        str: Text,
        bytes: LargeBinary,
        datetime: Instant,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
    }


KeyColumn = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
"""Primary key: a 64-bit number that is unique over all tables."""

KeyRef = Annotated[int, mapped_column(BigInteger)]
"""A column that holds the key of another row (`KeyRef | None` where it may be missing)."""

JsonColumn = Annotated[Any, mapped_column(JSONB(none_as_null=False))]
"""Any JSON value, `null` included."""
