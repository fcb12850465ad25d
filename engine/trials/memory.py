"""A unit of work without a database: what the register and the process side write stays in memory and is read there.

One unit serves a whole scenario; its clock stands where the scenario says. The session answers the plain questions that
operations ask (one table, comparisons, an order); any other question is refused, so that no test is passed by a wrong
answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import Any, Self

from sqlalchemy import Select, inspect
from sqlalchemy.engine.result import IteratorResult, Result, SimpleResultMetaData
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression as Binary
from sqlalchemy.sql.elements import BindParameter, BooleanClauseList, Grouping, Null, UnaryExpression
from sqlalchemy.sql.functions import next_value
from sqlalchemy.sql.schema import Column

from engine.errors import Refused
from engine.store.base import Base
from engine.store.bulk import Target
from engine.store.unit_of_work import UnitOfWork

FIRST_KEY = 2_000


class NoDatabase(Refused):
    """A process test cannot answer this: it needs the database."""


class MemorySession(Session):
    """Rows by table, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__(autoflush=False)
        self.rows: dict[type, list[Any]] = {}
        self._numbers = count(1)

    def of(self, table: type[Any]) -> list[Any]:
        """The rows of a table."""
        return self.rows.setdefault(table, [])

    def add(self, instance: object, *_: Any, **__: Any) -> None:
        """Keep a row."""
        self.of(type(instance)).append(instance)

    def add_all(self, instances: Iterable[object]) -> None:
        """Keep rows."""
        for instance in instances:
            self.add(instance)

    def delete(self, instance: object) -> None:
        """Forget a row."""
        self.of(type(instance)).remove(instance)

    def flush(self, *_: Any, **__: Any) -> None:
        """Nothing waits to be written."""

    def refresh(self, *_: Any, **__: Any) -> None:
        """A row is as it is."""

    def get(self, entity: Any, ident: Any, *_: Any, **__: Any) -> Any:
        """The row with this key."""
        return next((row for row in self.of(entity) if row.key == ident), None)

    def connection(self, *_: Any, **__: Any) -> Any:
        """What statements are executed over: this."""
        return self

    def execute(self, statement: Any, params: Any = None, *_: Any, **__: Any) -> Any:
        """The answer to a plain question. Raises `NoDatabase` for any other."""
        return self._answer(statement, params or {})

    def scalar(self, statement: Any, params: Any = None, *_: Any, **__: Any) -> Any:
        """The first column of the first row, or None."""
        if isinstance(statement, next_value):
            return next(self._numbers)
        row = self._answer(statement, params or {}).first()
        return None if row is None else row[0]

    def scalars(self, statement: Any, params: Any = None, *_: Any, **__: Any) -> Any:
        """The first column of each row."""
        return self._answer(statement, params or {}).scalars()

    def _answer(self, statement: Any, given: Mapping[str, Any]) -> Result[Any]:
        if not isinstance(statement, Select):
            raise NoDatabase
        columns = statement.column_descriptions
        tables = {column["entity"] for column in columns}
        if None in tables:  # a function: a number of rows, say
            raise NoDatabase
        if any(not self.rows.get(table) for table in tables):
            return _result([column["name"] for column in columns], [])
        if len(tables) != 1:
            raise NoDatabase
        where = statement.whereclause
        found = [row for row in self.of(tables.pop()) if where is None or _value(where, row, given) is True]
        # The order and the limit of a statement have no public reading.
        for clause in reversed(statement._order_by_clauses):
            found = _ordered(found, clause, given)
        limit = statement._limit
        names = [column["name"] for column in columns]
        return _result(names, [_row(columns, row, given) for row in found[:limit]])


def _result(names: list[str], rows: list[tuple[Any, ...]]) -> Result[Any]:
    return IteratorResult(SimpleResultMetaData(names), iter(rows))


def _row(columns: Iterable[Any], row: Any, given: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row if column["expr"] is type(row) else _value(column["expr"], row, given) for column in columns)


def _ordered(rows: list[Any], clause: Any, given: Mapping[str, Any]) -> list[Any]:
    down = isinstance(clause, UnaryExpression) and clause.modifier is operators.desc_op
    column = clause.element if isinstance(clause, UnaryExpression) else clause
    return sorted(rows, key=lambda row: _value(column, row, given), reverse=down)


_COMPARISONS: Mapping[Any, Callable[[Any, Any], bool]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
    operators.in_op: lambda left, right: left in right,
    operators.not_in_op: lambda left, right: left not in right,
}
_IDENTITIES = {operators.is_: operator.is_, operators.is_not: operator.is_not}


def _value(clause: Any, row: Any, given: Mapping[str, Any]) -> Any:
    """What an expression is for a row; None where SQL says null."""
    clause = getattr(clause, "expression", clause)
    if isinstance(clause, BindParameter):
        return given.get(clause.key, clause.effective_value)
    if isinstance(clause, Column):
        return getattr(row, clause.key)
    if isinstance(clause, Null):
        return None
    if isinstance(clause, BooleanClauseList):
        return _joined(clause, row, given)
    if isinstance(clause, Grouping):
        return _value(clause.element, row, given)
    if isinstance(clause, Binary):
        return _compared(clause, row, given)
    raise NoDatabase


def _joined(clause: BooleanClauseList, row: Any, given: Mapping[str, Any]) -> bool:
    every = all if clause.operator is operators.and_ else any
    return every(_value(part, row, given) is True for part in clause.clauses)


def _compared(clause: Binary[Any], row: Any, given: Mapping[str, Any]) -> bool | None:
    left, right = (_value(side, row, given) for side in (clause.left, clause.right))
    if clause.operator in _IDENTITIES:
        return bool(_IDENTITIES[clause.operator](left, right))
    compare = _COMPARISONS.get(clause.operator)
    if compare is None:
        raise NoDatabase
    return None if left is None or right is None else compare(left, right)


class MemoryAttempt:
    """A part of a command that may be taken back: rows, what they held, and what rooms keep."""

    def __init__(self, unit: MemoryUnit) -> None:
        self._unit = unit
        self._rows = {table: list(rows) for table, rows in unit.memory.rows.items()}
        self._held = [(row, _held(row)) for rows in self._rows.values() for row in rows]
        self._scratch = {key: _copied(value) for key, value in unit.scratch.items()}

    def keep(self) -> None:
        """It went well."""

    def undo(self) -> None:
        """It failed: all is as it was."""
        self._unit.memory.rows = self._rows
        self._unit.scratch = self._scratch
        for row, held in self._held:
            for name in {*_held(row), *held}:
                set_committed_value(row, name, held.get(name))


def _held(row: Any) -> dict[str, Any]:
    names: Iterable[str] = inspect(type(row)).column_attrs.keys()
    return {name: _copied(row.__dict__[name]) for name in names if name in row.__dict__}


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


class MemoryUnit(UnitOfWork):
    """The one unit of work of a scenario."""

    def __init__(self, now: datetime) -> None:
        self.memory = MemorySession()
        self.session = self.memory
        self.scratch: dict[object, Any] = {}
        self.instant = now
        self._counted = count(FIRST_KEY)

    def __enter__(self) -> Self:
        """The unit goes on over many commands."""
        return self

    def __exit__(self, *_: object) -> None:
        """It ends with the scenario."""

    def now(self) -> datetime:
        """Where the scenario's clock stands."""
        return self.instant

    def at(self, instant: datetime) -> None:
        """Move the clock."""
        self.instant = instant

    def new_key(self) -> int:
        """The next number: the same scenario gives the same keys."""
        return next(self._counted)

    def append(self, table: type[Base], **values: Any) -> None:
        """Keep a row at once."""
        self.memory.add(table(**values))

    def put(self, target: Target, rows: Iterable[dict[str, Any]]) -> None:
        """Keep rows at once; raises `NoDatabase` for what may be there already."""
        if not isinstance(target, type):
            raise NoDatabase
        self.memory.add_all(target(**row) for row in rows)

    def write_out(self) -> None:
        """Everything is kept already."""

    def notify(self, channel: str, payload: str = "") -> None:
        """Nobody listens."""

    def after_commit(self, call: Callable[[], None]) -> None:
        """There is no commit."""

    def attempt(self) -> Any:
        """Begin a part that may be taken back by itself."""
        return MemoryAttempt(self)

    def left(self) -> Any:
        """See `attempt`, which does this here."""
        raise NoDatabase

    def put_back(self, left: Any) -> None:  # noqa: ARG002 - a unit's signature
        """See `attempt`, which does this here."""
        raise NoDatabase

    def abandon(self) -> None:
        """There is nothing that could stay."""
