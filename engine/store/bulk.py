"""Rows of many tables written with one statement.

A command leaves a dozen rows in half a dozen tables. One INSERT a table costs Python and PostgreSQL more than the rows
themselves: here they travel as one JSON document, and PostgreSQL takes them apart (`jsonb_populate_recordset`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.base import Base

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Upsert:
    """Rows of `table` of which some may be there already, by the columns `unique`: those get the columns `changed`."""

    table: type[Base]
    unique: tuple[str, ...]
    changed: tuple[str, ...]


Target: TypeAlias = type[Base] | Upsert
"""Where rows go: a table, if they are all new."""
Part: TypeAlias = tuple[Target, tuple[str, ...]]
"""Rows of one target that name the same columns."""


def write_rows(connection: Connection, rows: Mapping[Part, Sequence[Row]], notices: Sequence[tuple[str, str]]) -> str:
    """Write all `rows` and send `notices` (channel, payload); gives the number of the transaction.

    Values are what JSON can say, bytes and aware datetimes; a column of JSON takes None as `null`. Raises what the
    database raises, and TypeError for what JSON cannot say: a naive datetime, too.
    """
    statement = _statement(tuple(rows))
    document = {str(number): of for number, of in enumerate(rows.values())} | {"notices": notices}
    given = orjson.dumps(document, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    return str(connection.exec_driver_sql(statement, (given.decode(),)).scalars().all()[0])


def transaction_id(connection: Connection) -> str:
    """The number of the transaction that is open, by which PostgreSQL can be asked what became of it."""
    return str(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())


def _plain(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        raise ValueError("an instant needs an offset from UTC")  # noqa: TRY004 - the kind is right, the value is not
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


@lru_cache(maxsize=1_000)
def _statement(parts: tuple[Part, ...]) -> str:
    written = (f", w{number} AS ({_insert(number, target, names)})" for number, (target, names) in enumerate(parts))
    given = f"WITH given AS MATERIALIZED (SELECT CAST(%s AS jsonb) AS r){''.join(written)}"
    told = "SELECT pg_notify(n ->> 0, n ->> 1)::text FROM given, jsonb_array_elements(given.r -> 'notices') AS n"
    return f"{given} SELECT pg_current_xact_id()::text UNION ALL {told}"


def _insert(number: int, target: Target, names: Sequence[str]) -> str:
    table = (target.table if isinstance(target, Upsert) else target).__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker what is true of every model here
    into = ", ".join(_quoted(name) for name in names)
    values = ", ".join(_value(table, name) for name in names)
    rows = f"jsonb_populate_recordset(NULL::{_quoted(table.name)}, (SELECT r -> '{number}' FROM given)) AS x"  # noqa: S608
    return f"INSERT INTO {_quoted(table.name)} ({into}) SELECT {values} FROM {rows}{_conflict(target)}"  # noqa: S608 - names of our own tables and columns


def _value(table: Table, name: str) -> str:
    # JSON's null comes out as SQL's, also for a column of JSON.
    column = f"x.{_quoted(name)}"
    return f"COALESCE({column}, 'null')" if isinstance(table.c[name].type, JSONB) else column


def _conflict(target: Target) -> str:
    if not isinstance(target, Upsert):
        return ""
    changes = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in target.changed)
    return f" ON CONFLICT ({', '.join(map(_quoted, target.unique))}) DO UPDATE SET {changes}"


def _quoted(name: str) -> str:
    return f'"{name}"'
