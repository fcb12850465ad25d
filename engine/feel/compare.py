"""Equality, order and membership of FEEL values (DMN 1.5, 10.3.2.13 and table 54-55).

The answer None means that the two values cannot be compared: the expression then gives null.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel.calendar import NANOS
from engine.feel.convert import is_context
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths

_PLAIN = frozenset({Decimal, str, bool, Date, YearsMonths, DaysTime})
_DURATIONS = (YearsMonths, DaysTime)


def equal(left: object, right: object, run: Run) -> bool | None:
    """FEEL's `=`. Times are compared to the second, as the DMN compatibility kit holds."""
    kind = type(left)
    if kind is type(right):
        if kind in _PLAIN:
            return left == right
        return _equal_compound(left, right, run)
    if left is None or right is None:
        return False
    if is_context(left) and is_context(right):
        return _equal_contexts(left, right, run)
    if isinstance(left, _DURATIONS) and isinstance(right, _DURATIONS):
        return True if _length(left) == _length(right) == 0 else None
    return None


def _length(duration: YearsMonths | DaysTime) -> int:
    return duration.months if isinstance(duration, YearsMonths) else duration.nanos


def _equal_compound(left: Any, right: Any, run: Run) -> bool | None:
    if left is None:
        return True
    if isinstance(left, Time | DateTime):
        (local, mine), (other_local, other) = left.key(), right.key()
        return bool(local == other_local and mine // NANOS == other // NANOS)
    run.step()
    if isinstance(left, list):
        return len(left) == len(right) and _all_equal(left, right, run)
    if isinstance(left, Mapping):
        return _equal_contexts(left, right, run)
    if isinstance(left, Range):
        ends = (left.low_included, left.high_included, left.operator)
        same = ends == (right.low_included, right.high_included, right.operator)
        return same and bool(equal(left.low, right.low, run) and equal(left.high, right.high, run))
    return left is right


def _equal_contexts(left: Mapping[str, object], right: Mapping[str, object], run: Run) -> bool | None:
    if left.keys() != right.keys():
        return False
    return _all_equal(list(left.values()), [right[key] for key in left], run)


def _all_equal(left: list[object], right: list[object], run: Run) -> bool | None:
    result: bool | None = True
    for one, other in zip(left, right, strict=True):
        run.step()
        same = equal(one, other, run)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1, or None for values that have no order among them."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Decimal or kind is str:
        one, other = left, right
    elif kind is DaysTime:
        one, other = left.nanos, right.nanos
    elif kind is YearsMonths:
        one, other = left.months, right.months
    elif kind is Date:
        one, other = (left.year, left.month, left.day), (right.year, right.month, right.day)
    elif kind is Time or kind is DateTime:
        one, other = left.key(), right.key()
        if one[0] != other[0]:
            return None
    else:
        return None
    return int(one > other) - int(one < other)


def ordered(left: object, right: object) -> int:
    """As `order`, for those who need an answer. Raises Problem."""
    result = order(left, right)
    if result is None:
        raise Problem("not-comparable", "the values have no order")
    return result


def within(interval: Range, value: object, run: Run) -> bool | None:
    """Does the interval contain the value?"""
    if interval.operator in ("=", "!="):
        same = equal(value, interval.low, run)
        return same if same is None else same is (interval.operator == "=")
    if value is None or (not interval.operator and (interval.low is None or interval.high is None)):
        return None
    if interval.low is not None:
        place = order(value, interval.low)
        if place is None:
            return None
        if place < 0 or (place == 0 and not interval.low_included):
            return False
    return _below(interval, value)


def _below(interval: Range, value: object) -> bool | None:
    if interval.high is None:
        return True
    place = order(value, interval.high)
    if place is None:
        return None
    return place < 0 or (place == 0 and interval.high_included)


def matches(value: object, test: object, run: Run) -> bool | None:
    """Does the value satisfy the result of a test expression: is it equal, inside the range, in the list?"""
    if type(test) is Range:
        return within(test, value, run)
    if type(test) is list:
        return _matches_one(value, test, run)
    return equal(value, test, run)


def _matches_one(value: object, tests: list[object], run: Run) -> bool:
    if type(value) is list and equal(value, tests, run) is True:
        return True
    for test in tests:
        run.step()
        if type(test) is Range:
            if within(test, value, run) is True:
                return True
        elif type(test) is list and type(value) is not list:
            if _matches_one(value, test, run):
                return True
        elif equal(value, test, run) is True:
            return True
    return False


def is_same(left: object, right: object, run: Run) -> bool:
    """The function `is`: equal and of the same type, to the nanosecond and with the same offset or zone."""
    if type(left) is not type(right) and not (is_context(left) and is_context(right)):
        return False
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        same = left.date == right.date and left.time.nanos == right.time.nanos
        return same and left.time.zone == right.time.zone and left.utc_offset() == right.utc_offset()
    if isinstance(left, Time):
        return left == right
    if isinstance(left, Function):
        return left is right
    return equal(left, right, run) is True
