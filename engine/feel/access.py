"""Closures that look into values: paths, properties and filters (DMN 1.5, 10.3.2.5 and 10.3.2.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.calendar import NANOS
from engine.feel.coding import Code, Coder, Env
from engine.feel.convert import is_context
from engine.feel.display import kind
from engine.feel.limits import Place, Run
from engine.feel.values import Date, DateTime, DaysTime, Range, Time, YearsMonths

Property = Callable[[Any], object]
_ABSENT = object()


def _offset(value: Time | DateTime) -> DaysTime | None:
    offset = value.utc_offset()
    return None if offset is None else DaysTime(offset * NANOS)


def _signed(duration: YearsMonths | DaysTime, size: int) -> Decimal:
    length = duration.months if isinstance(duration, YearsMonths) else duration.nanos
    return Decimal(-size if length < 0 else size)


_DATE: dict[str, Property] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.weekday),
}
_TIME: dict[str, Property] = {
    "hour": lambda v: Decimal(v.nanos // NANOS // 3600),
    "minute": lambda v: Decimal(v.nanos // NANOS // 60 % 60),
    "second": lambda v: Decimal(v.nanos // NANOS % 60),
    "time offset": _offset,
    "timezone": lambda v: v.zone,
}


def _part(read: Property, part: str) -> Property:
    return lambda value: read(getattr(value, part))


PROPERTIES: dict[type, dict[str, Property]] = {
    Date: _DATE,
    Time: _TIME,
    DateTime: {
        **{name: _part(read, "date") for name, read in _DATE.items()},
        **{name: _part(read, "time") for name, read in _TIME.items()},
        "time offset": _offset,
    },
    YearsMonths: {
        "years": lambda v: _signed(v, abs(v.months) // 12),
        "months": lambda v: _signed(v, abs(v.months) % 12),
    },
    DaysTime: {
        "days": lambda v: _signed(v, v.parts()[0]),
        "hours": lambda v: _signed(v, v.parts()[1]),
        "minutes": lambda v: _signed(v, v.parts()[2]),
        "seconds": lambda v: _signed(v, v.parts()[3]),
    },
    Range: {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_included,
        "end included": lambda v: v.high_included,
    },
}
"""What stands behind a dot, by type (DMN 1.5, tables 62-65)."""


def member(value: object, name: str, run: Run, place: Place) -> object:
    """The entry or property of a value; of a list, that of each of its entries."""
    if is_context(value):
        found = value.get(name, _ABSENT)
        if found is _ABSENT:
            return run.note("unknown-member", f"the context has no entry {name}", place)
        return found
    if isinstance(value, list):
        run.step(len(value))
        return run.items([member(item, name, run, place) for item in value])
    read = PROPERTIES.get(type(value), {}).get(name)
    if read is None:
        return run.note("unknown-member", f"a value of type {kind(value)} has no {name}", place)
    return read(value)


def code_path(coder: Coder, node: tree.Path) -> Code:
    """`a.b`."""
    of, name, place = coder.code(node.of), node.member, node.place
    return lambda env, run: member(of(env, run), name, run, place)


def code_filter(coder: Coder, node: tree.Filter) -> Code:
    """`list[condition]` keeps the entries for which it is true; `list[n]` is the n-th, from the end if negative.

    In the condition `item` is the entry, and the entries of a context are names that hide those around it.
    """
    of, place = coder.code(node.of), node.place
    index = _index(node.condition)
    if index is not None:
        return lambda env, run: pick(of(env, run), index, run, place)
    return filtering(of, coder.code(node.condition), coder.free(node.condition), place)


def _index(node: tree.Node) -> Decimal | None:
    if isinstance(node, tree.Negation):
        inner = _index(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, tree.Literal) and isinstance(node.value, Decimal) else None


def pick(value: object, index: Decimal, run: Run, place: Place) -> object:
    """The entry at a position, counted from 1, or from -1 backwards."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    if index != index.to_integral_value() or not 1 <= abs(index) <= len(items):
        return run.note("out-of-range", f"the list has no position {index} (it has {len(items)} entries)", place)
    return items[int(index) - 1] if index > 0 else items[int(index)]


def filtering(of: Code, condition: Code, free: frozenset[str], place: Place) -> Code:
    """The closure of a filter whose condition reads the names `free`."""
    names = tuple(sorted(free | {"item"}))

    def code(env: Env, run: Run) -> object:
        value = of(env, run)
        items = value if type(value) is list else [] if value is None else [value]
        outer = {name: env[name] for name in names if name in env}
        if not items:
            return _of_nothing(condition, _scope(outer, names, None), run, place)
        kept = []
        for item in items:
            run.step()
            result = condition(_scope(outer, names, item), run)
            if result is True:
                kept.append(item)
            elif type(result) is Decimal:
                return pick(items, result, run, place)
            elif result is not False and result is not None:
                return run.note("type-mismatch", f"a filter gives a boolean or a number, not a {kind(result)}", place)
        return run.items(kept)

    return code


def _of_nothing(condition: Code, env: Env, run: Run, place: Place) -> object:
    """A filter of a list without entries: a position is not there, a condition leaves nothing and is not judged."""
    noted = len(run.diagnostics)
    result = condition(env, run)
    del run.diagnostics[noted:]
    return pick([], result, run, place) if isinstance(result, Decimal) else []


def _scope(outer: Env, names: tuple[str, ...], item: object) -> Env:
    scope = {**outer, "item": item}
    if is_context(item):
        for name in names:
            if name in item:
                scope[name] = item[name]
    return scope
