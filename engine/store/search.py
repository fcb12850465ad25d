"""Searches with filters, sorting and keyset cursors, over a whitelist of named columns.

A cursor holds the sort values of the row where a page ends. Reading on from it costs as much as the first page, and
rows that come or go in between are neither repeated nor skipped, as offsets would.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import BigInteger, Boolean, ColumnElement, Integer, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from engine.errors import Malformed
from engine.store.base import Instant
from engine.types import Page, SearchRequest

T = TypeVar("T")
COUNT_LIMIT = 10_000
"""Counting stops here: nobody reads on, and an exact count of a million rows is not worth its price."""
MAX_PAGE = 1_000
ANY_OF = "$or"
"""The name of a filter that holds a list of filters, of which one must hold."""


@dataclass(frozen=True, kw_only=True)
class Searchable(Generic[T]):
    """What may be searched: columns by the name that clients use, the unique `key`, and how a row becomes a view.

    `filters` are further names, each with a function from the given value to a condition.
    """

    columns: Mapping[str, Any]
    key: Any
    view: Callable[[Any], T]
    filters: Mapping[str, Callable[[object], ColumnElement[bool]]] = field(default_factory=dict)
    default_sort: Sequence[tuple[str, str]] = ()


def search(
    session: Session, statement: Select[*tuple[Any, ...]], what: Searchable[T], request: SearchRequest
) -> Page[T]:
    """One page of `statement` after `request`; `total_items` counts up to `COUNT_LIMIT`.

    Raises `Malformed` for an unknown field or operator, a value of the wrong type, or a cursor that cannot be read.
    """
    limit = _limit(request.limit)
    statement = statement.where(*conditions(what, request.filter))
    order = _order(what, request)
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).limit(COUNT_LIMIT).subquery()))
    page = statement.order_by(*(_direction(column, order_) for column, order_ in order)).limit(limit)
    page = page.add_columns(*(column.label(f"sort_{i}") for i, (column, _) in enumerate(order)))
    if request.after is not None:
        page = page.where(_after(order, _read_cursor(request.after, len(order))))
    rows = session.execute(page).all()
    cursors = [_cursor(row[-len(order) :]) for row in ([rows[0], rows[-1]] if rows else [])]
    return Page(
        items=tuple(what.view(row) for row in rows),
        total_items=total or 0,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def conditions(what: Searchable[Any], wanted: Mapping[str, object]) -> list[ColumnElement[bool]]:
    """What a filter asks for, for statements other than a search. Raises `Malformed`."""
    return [_condition(what, name, value) for name, value in wanted.items()]


def _limit(limit: int) -> int:
    if not 1 <= limit <= MAX_PAGE:
        raise Malformed(f"A page holds 1 to {MAX_PAGE} items.")
    return limit


def _order(what: Searchable[Any], request: SearchRequest) -> list[tuple[ColumnElement[Any], str]]:
    chosen = request.sort or what.default_sort
    order = [(_column(what, name), direction) for name, direction in chosen]
    last = order[-1][1] if order else "asc"
    return [*order, (what.key, last)]


def _column(what: Searchable[Any], name: str) -> ColumnElement[Any]:
    if name not in what.columns:
        raise Malformed(f"There is no field {name!r} to search by.", field=name)
    column = what.columns[name]
    return column.expression if hasattr(column, "expression") else column  # type: ignore[no-any-return]


def _nullable(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", True))


def _direction(column: ColumnElement[Any], order: str) -> ColumnElement[Any]:
    ordered = column.desc() if order == "desc" else column.asc()
    return ordered.nulls_last() if order == "desc" and _nullable(column) else ordered


def _condition(what: Searchable[Any], name: str, value: object) -> ColumnElement[bool]:
    if name == ANY_OF:
        return or_(*(and_(true(), *(_condition(what, *one) for one in each.items())) for each in _mappings(value)))
    if name in what.filters:
        return what.filters[name](value)
    return matches(_column(what, name), name, value)


def _mappings(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, Mapping) for one in value):
        raise Malformed(f"{ANY_OF} takes a list of filters.", field=ANY_OF)
    return list(value)


def matches(column: ColumnElement[Any], name: str, value: object) -> ColumnElement[bool]:
    """The condition that `column`, which clients know as `name`, is `value` or fits its operators.

    For filters over columns of other tables. Raises `Malformed`.
    """
    if not isinstance(value, Mapping):
        return column.is_(None) if value is None else column == _typed(column, name, value)
    unknown = set(value) - set(_OPERATORS)
    if unknown:
        raise Malformed(f"Unknown operator {sorted(unknown)[0]!r} for {name!r}.", field=name)
    return and_(*(_OPERATORS[operator](column, name, operand) for operator, operand in value.items()))


def _typed(column: ColumnElement[Any], name: str, value: object) -> object:
    """`value` as the column's type: keys come as strings of digits, instants as ISO 8601."""
    try:
        return _READERS.get(type(column.type), _text)(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise Malformed(f"{value!r} is no value for {name!r}.", field=name) from error


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("text is needed")
    return value


def _integer(value: object) -> int:
    number = int(str(value))
    if not -(2**63) <= number < 2**63:
        raise ValueError("too large")
    return number


def _instant(value: object) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("an offset from UTC is needed")
    return instant


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is needed")
    return value


_READERS: dict[type, Callable[[object], object]] = {
    BigInteger: _integer,
    Integer: _integer,
    Instant: _instant,
    Boolean: _boolean,
}


def _many(column: ColumnElement[Any], name: str, operand: object) -> list[object]:
    if not isinstance(operand, list | tuple) or len(operand) > MAX_PAGE:
        raise Malformed(f"A list of at most {MAX_PAGE} values is needed for {name!r}.", field=name)
    return [_typed(column, name, value) for value in operand]


def _like(column: ColumnElement[Any], name: str, operand: object) -> ColumnElement[bool]:
    """`*` and `?` as wildcards, as Camunda 8 has them."""
    text = str(_typed(column, name, operand))
    for sign in "\\%_":
        text = text.replace(sign, "\\" + sign)
    return column.like(text.replace("*", "%").replace("?", "_"), escape="\\")


def _exists(column: ColumnElement[Any], name: str, operand: object) -> ColumnElement[bool]:
    if not isinstance(operand, bool):
        raise Malformed(f"$exists of {name!r} needs true or false.", field=name)
    return column.is_not(None) if operand else column.is_(None)


_OPERATORS: dict[str, Callable[[ColumnElement[Any], str, object], ColumnElement[bool]]] = {
    "$eq": lambda c, n, v: c == _typed(c, n, v),
    "$neq": lambda c, n, v: c.is_distinct_from(_typed(c, n, v)),
    "$gt": lambda c, n, v: c > _typed(c, n, v),
    "$gte": lambda c, n, v: c >= _typed(c, n, v),
    "$lt": lambda c, n, v: c < _typed(c, n, v),
    "$lte": lambda c, n, v: c <= _typed(c, n, v),
    "$in": lambda c, n, v: c.in_(_many(c, n, v)),
    "$notIn": lambda c, n, v: c.not_in(_many(c, n, v)),
    "$like": _like,
    "$exists": _exists,
}


def _after(order: list[tuple[ColumnElement[Any], str]], values: list[object]) -> ColumnElement[bool]:
    """Rows behind the cursor: equal in the first i columns and behind in the next, for each i. Nulls come last."""
    cases = []
    for i, (column, direction) in enumerate(order):
        if values[i] is None:
            continue
        value = _typed(column, "after", values[i])
        behind = column < value if direction == "desc" else column > value
        if _nullable(column):
            behind = or_(behind, column.is_(None))
        cases.append(and_(*(_same(c, v) for (c, _), v in zip(order[:i], values[:i], strict=True)), behind))
    return or_(*cases)


def _same(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == _typed(column, "after", value)


def _cursor(values: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def _read_cursor(text: str, length: int) -> list[object]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Malformed("The cursor cannot be read.") from error
    if not isinstance(values, list) or len(values) != length or values[-1] is None:
        raise Malformed("The cursor belongs to another search.")
    return values
