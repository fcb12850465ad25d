"""Conversion functions (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel import tree
from engine.feel.calendar import NANOS
from engine.feel.compare import ordered
from engine.feel.composites import make_range
from engine.feel.convert import NUMBERS
from engine.feel.display import to_text
from engine.feel.errors import FeelSyntaxError, Problem
from engine.feel.functions import Library
from engine.feel.limits import Run
from engine.feel.literals import parse_date, parse_date_time, parse_duration, parse_temporal, parse_time
from engine.feel.names import Names
from engine.feel.parser import parse_expression
from engine.feel.values import Date, DateTime, DaysTime, Range, Time, YearsMonths

LIBRARY = Library()
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LARGEST = 10**15
_CONSTRUCTORS = Names(["date", "time", "date and time", "duration"])


def whole(value: Decimal) -> int:
    """A whole number as int. Raises Problem for others."""
    if value != value.to_integral_value() or abs(value) > _LARGEST:
        raise Problem("invalid-argument", "a whole number is wanted")
    return int(value)


def day_of(value: Date | DateTime) -> Date:
    """The date of a date or of a date and time."""
    return value.date if isinstance(value, DateTime) else value


def _unreadable(text: str, wanted: str) -> Problem:
    return Problem("invalid-value", f"{text[:40]!r} is no {wanted}")


@LIBRARY.function("date", "from: string")
def _date_from_text(text: str) -> Date:
    found = parse_date(text)
    if found is None:
        raise _unreadable(text, "date")
    return found


LIBRARY.add("date", "from: date | date and time", day_of)
LIBRARY.add("date", "year: number, month: number, day: number", lambda y, m, d: Date(whole(y), whole(m), whole(d)))


@LIBRARY.function("time", "from: string")
def _time_from_text(text: str) -> Time:
    found = parse_time(text)
    if found is None:
        raise _unreadable(text, "time of day")
    return found


LIBRARY.add("time", "from: time", lambda time: time)
LIBRARY.add("time", "from: date and time", lambda moment: moment.time)


@LIBRARY.function("time", "hour: number, minute: number, second: number, offset?: days and time duration?")
def _time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> Time:
    hours, minutes = whole(hour), whole(minute)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= second < 60):
        raise Problem("invalid-value", "there is no such time of day")
    nanos = (hours * 60 + minutes) * 60 * NANOS + int(second * NANOS)
    if offset is None:
        return Time(nanos)
    return Time(nanos, abs(offset.nanos) // NANOS * (1 if offset.nanos >= 0 else -1))


@LIBRARY.function("date and time", "from: string")
def _moment_from_text(text: str) -> DateTime:
    found = parse_date_time(text)
    if found is not None:
        return found
    date = parse_date(text)
    if date is None:
        raise _unreadable(text, "date and time")
    return DateTime(date, Time(0))


LIBRARY.add("date and time", "from: date and time", lambda moment: moment)
LIBRARY.add("date and time", "date: date | date and time, time: time", lambda date, time: DateTime(day_of(date), time))
LIBRARY.add("date and time", "date: date and time, timezone: string", lambda moment, zone: moment.in_zone(zone))


@LIBRARY.function("number", "from: string, grouping separator?: string?, decimal separator?: string?")
def _number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    same = grouping is not None and grouping == point
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or same:
        raise Problem("invalid-argument", "the separators are a space, a comma or a point, and differ")
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    if len(plain) > 10_000 or not _NUMBER.fullmatch(plain):
        raise _unreadable(text, "number")
    return NUMBERS.create_decimal(plain)


@LIBRARY.function("string", "from: any")
def _string(run: Run, value: object) -> str | None:
    return None if value is None else to_text(value, run)


@LIBRARY.function("duration", "from: string")
def _duration(text: str) -> YearsMonths | DaysTime:
    found = parse_duration(text)
    if found is None:
        raise _unreadable(text, "duration")
    return found


LIBRARY.add("duration", "from: days and time duration | years and months duration", lambda duration: duration)


@LIBRARY.function("years and months duration", "from: date | date and time, to: date | date and time")
def _months_between(start: Date | DateTime, end: Date | DateTime) -> YearsMonths:
    first, last = day_of(start), day_of(end)
    months = (last.year * 12 + last.month) - (first.year * 12 + first.month)
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


@LIBRARY.function("range", "from: string")
def _range(text: str) -> Range:
    """Only literals may stand at the ends: the text is data."""
    try:
        node = parse_expression(text, _CONSTRUCTORS)
    except FeelSyntaxError as error:
        raise _unreadable(text, "range") from error
    if not isinstance(node, tree.RangeNode):
        raise _unreadable(text, "range")
    low, high = _literal(node.low), _literal(node.high)
    if low is None or high is None or ordered(low, high) > 0:
        raise _unreadable(text, "range")
    return make_range(low, high, low_included=node.low_included, high_included=node.high_included)


def _literal(node: tree.Node) -> object:
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.TemporalLiteral):
        return parse_temporal(node.text)
    if isinstance(node, tree.Negation) and isinstance(node.operand, tree.Literal):
        value = node.operand.value
        return -value if isinstance(value, Decimal) else None
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and len(node.arguments) == 1:
        return _call(node.function.name, node.arguments[0])
    return None


def _call(name: str, argument: tree.Node) -> object:
    read = {"date": parse_date, "time": parse_time, "date and time": parse_date_time, "duration": parse_duration}
    if name not in read or not isinstance(argument, tree.Literal) or not isinstance(argument.value, str):
        return None
    return read[name](argument.value)
