"""Sample values of an input column: enough to tell all its cells apart.

Cells made of constants cut the values of a column into few classes: those at an end of a range, between two ends,
beyond all of them, equal to a listed text, or equal to none. One value of each class stands for all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from engine.dmn.matching import Cell
from engine.feel import Date, DateTime, DaysTime, YearsMonths, tree
from engine.feel.calendar import NANOS
from engine.feel.errors import Problem
from engine.feel.free import children
from engine.feel.limits import Limits, Run
from engine.feel.literals import parse_temporal
from engine.feel.types import FeelType
from engine.feel.unary import TestCode

OTHER_TEXT = "(something else)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIMITS = Limits(steps=100_000_000, cpu_seconds=2, memory=64_000_000)


def checking() -> Run:
    """The budget for the checks of one model: two seconds, however many tables it has."""
    return Run(lambda: _EPOCH, _LIMITS)


@dataclass(frozen=True, kw_only=True)
class SampleClass:
    """Values that the same rules want: one of them, and the rules as bits. `maybe` adds rules that cannot be told."""

    value: object
    sure: int
    maybe: int


def constants(node: tree.Node) -> list[object] | None:
    """The constants in unary tests, or None if something else stands in them."""
    found: list[object] = []
    todo = [node]
    while todo:
        part = todo.pop()
        value = _constant(part)
        if value is not None:
            found.append(value)
        elif isinstance(part, tree.Tests | tree.Test | tree.RangeNode | tree.OperatorRange | tree.ListNode):
            todo.extend(children(part))
        elif not (isinstance(part, tree.Literal) and part.value is None):
            return None
    return found


def _asks_for_null(node: tree.Node) -> bool:
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, tree.Literal) and part.value is None:
            return True
        todo.extend(children(part))
    return False


def _constant(node: tree.Node) -> object:
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.TemporalLiteral):
        return parse_temporal(node.text)
    if isinstance(node, tree.Negation):
        inner = _constant(node.operand)
        return -inner if isinstance(inner, Decimal) else None
    return None


def classes(
    cells: Sequence[Cell], kind: FeelType, allowed: tuple[TestCode | None, Sequence[object]], run: Run
) -> list[SampleClass]:
    """The classes of a column. `allowed` are its input values, and the constants in them. Raises FeelLimitExceeded."""
    permits, listed = allowed
    found: list[object] = list(listed)
    known = [[] if cell.tree is None else constants(cell.tree) for cell in cells]
    for values in known:
        found.extend(values or ())
    spread = dict.fromkeys((type(value), value) for value in _spread(found, kind, run))
    candidates = [value for _, value in spread if permits is None or permits(value, {}, run) is True]
    if any(cell.tree is not None and _asks_for_null(cell.tree) for cell in cells):
        candidates.append(None)  # also where values are listed: a cell is there for it
    maybe = sum(1 << index for index, values in enumerate(known) if values is None)
    by_bits: dict[int, object] = {}
    for value, sure in _wanted(candidates, cells, known, run):
        by_bits.setdefault(sure, value)
    return [SampleClass(value=value, sure=sure, maybe=maybe) for sure, value in by_bits.items()]


def _wanted(
    candidates: Sequence[object], cells: Sequence[Cell], known: Sequence[list[object] | None], run: Run
) -> Iterator[tuple[object, int]]:
    """Each candidate with the cells that accept it, as bits."""
    numbers = [value for value in candidates if isinstance(value, Decimal)]
    if len(numbers) == len(candidates):
        yield from _wanted_numbers(sorted(numbers), cells, known, run)
        return
    for value in candidates:
        run.step(len(cells))
        yield value, sum(1 << i for i, cell in enumerate(cells) if known[i] is not None and cell.accepts(value, run))


def _wanted_numbers(
    numbers: Sequence[Decimal], cells: Sequence[Cell], known: Sequence[list[object] | None], run: Run
) -> Iterator[tuple[object, int]]:
    """A cell changes its mind only at its own constants: it is asked once for each stretch between them."""
    changes = [0] * (len(numbers) + 1)
    for index, (cell, constants_) in enumerate(zip(cells, known, strict=True)):
        if constants_ is None:
            continue
        own = sorted({value for value in constants_ if isinstance(value, Decimal)})
        ends = sorted({0, len(numbers), *(at(numbers, value) for value in own for at in (bisect_left, bisect_right))})
        run.step(len(ends))
        for start, end in pairwise(ends):
            if cell.accepts(numbers[start], run):
                changes[start] ^= 1 << index
                changes[end] ^= 1 << index
    sure = 0
    for value, change in zip(numbers, changes, strict=False):
        sure ^= change
        yield value, sure


def _spread(found: Iterable[object], kind: FeelType, run: Run) -> Iterator[object]:
    """The constants themselves, and values between and beyond them, as far as the type of the column allows."""
    kinds: dict[type, list[object]] = {}
    for value in found:
        kinds.setdefault(type(value), []).append(value)
    spread = [value for values in kinds.values() for value in _around(values)]
    if not spread:
        spread = [True, False, OTHER_TEXT, Decimal(0)]
    fitting = [value for value in spread if kind.accepts(value, run)]
    yield from fitting or spread


def _around(values: list[object]) -> Iterator[object]:
    first = values[0]
    if isinstance(first, bool):
        yield from (True, False)
        return
    yield from values
    if isinstance(first, str):
        yield OTHER_TEXT
        return
    numbers = sorted({value for value in values if isinstance(value, Decimal)})
    if numbers:
        yield from (numbers[0] - 1, numbers[-1] + 1)
        yield from (_middle(low, high) for low, high in pairwise(numbers))
        return
    for value in values:
        yield from (near for near in (_moved(value, -1), _moved(value, 1)) if near is not None)


def _middle(low: Decimal, high: Decimal) -> Decimal:
    """A number between two others, a whole one if there is one: it is shown to people."""
    whole = (low + 1).to_integral_value(ROUND_FLOOR)
    return whole if low < whole < high else (low + high) / 2


def _moved(value: object, step: int) -> object:
    """The next value in a direction, by a small step of its kind."""
    try:
        if isinstance(value, Date):
            return Date.of_days(value.days + step)
        if isinstance(value, DateTime):
            return value.plus_nanos(step * NANOS)
        if isinstance(value, DaysTime):
            return DaysTime(value.nanos + step * NANOS)
    except Problem:
        return None
    return YearsMonths(value.months + step) if isinstance(value, YearsMonths) else None
