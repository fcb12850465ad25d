"""The operators + - * / ** on every pair of types that has a result (DMN 1.5, 10.3.2.14-16, tables 56-60)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from engine.feel.calendar import DAY_NANOS
from engine.feel.convert import NUMBERS
from engine.feel.display import kind
from engine.feel.errors import Problem
from engine.feel.limits import NOWHERE, Place, Run
from engine.feel.values import Date, DateTime, DaysTime, Time, YearsMonths

Operation = Callable[[Any, Any], object]
Operator = Callable[[object, object, Run, Place], object]


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise Problem("division-by-zero", "a number is divided by zero")
    return NUMBERS.divide(left, right)


def _power(left: Decimal, right: Decimal) -> Decimal:
    if not left and right < 0:
        raise Problem("division-by-zero", "zero is raised to a negative power")
    return Decimal(1) if not right else NUMBERS.power(left, right)


def _whole(value: Decimal) -> int:
    """The digits before the point, of numbers that may have thousands of them."""
    if value.adjusted() > 40:
        raise Problem("out-of-range", "the duration is too long")
    return int(value)


def _months_times(left: YearsMonths, right: Decimal) -> YearsMonths:
    return YearsMonths(_whole(NUMBERS.multiply(Decimal(left.months), right)))


def _nanos_times(left: DaysTime, right: Decimal) -> DaysTime:
    return DaysTime(_whole(NUMBERS.multiply(Decimal(left.nanos), right)))


def _months_by(left: YearsMonths, right: Decimal) -> YearsMonths:
    return YearsMonths(_whole(_divide(Decimal(left.months), right)))


def _nanos_by(left: DaysTime, right: Decimal) -> DaysTime:
    return DaysTime(_whole(_divide(Decimal(left.nanos), right)))


def _between(left: Time | DateTime, right: Time | DateTime) -> DaysTime:
    (local, one), (other_local, other) = left.key(), right.key()
    if local != other_local:
        raise Problem("type-mismatch", "one of the two has an offset from UTC and the other has none")
    return DaysTime(one - other)


def _midnight(date: Date) -> DateTime:
    """A date beside a date and time counts as its first moment in UTC (DMN 1.5, table 57)."""
    return DateTime(date, Time(0, 0))


def _date_plus(date: Date, duration: DaysTime) -> Date:
    return Date.of_days((date.days * DAY_NANOS + duration.nanos) // DAY_NANOS)


def _time_plus(time: Time, nanos: int) -> Time:
    return Time((time.nanos + nanos) % DAY_NANOS, time.offset, time.zone)


def _swapped(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


_PLUS: dict[tuple[type, type], Operation] = {
    (Decimal, Decimal): NUMBERS.add,
    (str, str): lambda a, b: a + b,
    (YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months + b.months),
    (DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos + b.nanos),
    (Date, YearsMonths): lambda a, b: a.plus_months(b.months),
    (Date, DaysTime): _date_plus,
    (DateTime, YearsMonths): lambda a, b: DateTime(a.date.plus_months(b.months), a.time),
    (DateTime, DaysTime): lambda a, b: a.plus_nanos(b.nanos),
    (Time, DaysTime): lambda a, b: _time_plus(a, b.nanos),
}
_PLUS.update({(right, left): _swapped(_PLUS[left, right]) for left, right in list(_PLUS) if left is not right})
_MINUS: dict[tuple[type, type], Operation] = {
    (Decimal, Decimal): NUMBERS.subtract,
    (YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months - b.months),
    (DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos - b.nanos),
    (Date, YearsMonths): lambda a, b: a.plus_months(-b.months),
    (Date, DaysTime): lambda a, b: _date_plus(a, DaysTime(-b.nanos)),
    (DateTime, YearsMonths): lambda a, b: DateTime(a.date.plus_months(-b.months), a.time),
    (DateTime, DaysTime): lambda a, b: a.plus_nanos(-b.nanos),
    (Time, DaysTime): lambda a, b: _time_plus(a, -b.nanos),
    (Date, Date): lambda a, b: DaysTime((a.days - b.days) * DAY_NANOS),
    (DateTime, DateTime): _between,
    (Date, DateTime): lambda a, b: _between(_midnight(a), b),
    (DateTime, Date): lambda a, b: _between(a, _midnight(b)),
    (Time, Time): _between,
}
_TIMES: dict[tuple[type, type], Operation] = {
    (Decimal, Decimal): NUMBERS.multiply,
    (YearsMonths, Decimal): _months_times,
    (DaysTime, Decimal): _nanos_times,
    (Decimal, YearsMonths): _swapped(_months_times),
    (Decimal, DaysTime): _swapped(_nanos_times),
}
_BY: dict[tuple[type, type], Operation] = {
    (Decimal, Decimal): _divide,
    (YearsMonths, Decimal): _months_by,
    (DaysTime, Decimal): _nanos_by,
    (YearsMonths, YearsMonths): lambda a, b: _divide(Decimal(a.months), Decimal(b.months)),
    (DaysTime, DaysTime): lambda a, b: _divide(Decimal(a.nanos), Decimal(b.nanos)),
}
_TABLES: dict[str, dict[tuple[type, type], Operation]] = {
    "+": _PLUS,
    "-": _MINUS,
    "*": _TIMES,
    "/": _BY,
    "**": {(Decimal, Decimal): _power},
}
_VERBS = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by", "**": "raised to"}


def _operator(sign: str) -> Operator:
    table = _TABLES[sign]
    slow = sign == "**"

    def apply(left: object, right: object, run: Run, place: Place) -> object:
        operation = table.get((type(left), type(right)))
        if operation is None:
            return run.note("type-mismatch", _mismatch(sign, left, right), place)
        if slow:
            run.step(200)
        try:
            result = operation(left, right)
        except Problem as problem:
            return run.note(problem.code, problem.message, place)
        except (DecimalException, OverflowError):
            return run.note("out-of-range", f"the result of {sign} is out of range", place)
        return run.text(result) if type(result) is str else result

    return apply


def _mismatch(sign: str, left: object, right: object) -> str:
    if sign == "-":
        left, right = right, left
    return f"a value of type {kind(left)} cannot be {_VERBS[sign]} one of type {kind(right)}"


PLAIN: dict[str, Operation] = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}
"""By sign, for two numbers; raises ArithmeticError where the result is out of range."""
OPERATORS: dict[str, Operator] = {sign: _operator(sign) for sign in _TABLES}
"""By sign: (left, right, run, place) -> result; null and a diagnostic where there is none."""


def negate(value: object, run: Run, place: Place = NOWHERE) -> object:
    """The unary minus."""
    if isinstance(value, Decimal):
        return value.copy_negate() if value else value
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    return run.note("type-mismatch", f"a value of type {kind(value)} cannot be negated", place)
