"""Between Python and FEEL: values on their way in and out.

In: JSON, Decimal, datetime, date, time, timedelta, any Mapping and Sequence. Contexts are converted entry by entry
when they are read, so a large or lazily loaded mapping costs only what an expression looks at.
Out: JSON, or Python's own dates and durations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence, Set
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TypeGuard
from zoneinfo import ZoneInfo

from engine.feel.calendar import NANOS
from engine.feel.display import to_text
from engine.feel.errors import FeelValueRefused, Problem
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths
from engine.types import Json

NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""Arithmetic of DMN 1.5, 10.3.2.3.1: IEEE 754-2008 decimal128."""

_AS_IS = frozenset({type(None), bool, str, Decimal, Date, Time, DateTime, YearsMonths, DaysTime, Range})
_MAX_DEPTH = 60


class LazyContext(Mapping[str, object]):
    """A context over a Python mapping; an entry becomes a FEEL value when it is first read."""

    __slots__ = ("_read", "_source")

    def __init__(self, source: Mapping[str, object]) -> None:
        self._source = source
        self._read: dict[str, object] = {}

    def __getitem__(self, key: str) -> object:
        try:
            return self._read[key]
        except KeyError:
            value = self._read[key] = to_feel(self._source[key])
            return value

    def get(self, key: str, default: object = None) -> object:
        """The entry, or `default` if there is none."""
        read = self._read
        if key in read:
            return read[key]
        if key not in self._source:
            return default
        value = read[key] = to_feel(self._source[key])
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._source

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._source if isinstance(key, str))

    def __len__(self) -> int:
        return len(self._source)

    def seen(self) -> Mapping[str, object]:
        """The entries that have been read so far."""
        return dict(self._read)

    def __repr__(self) -> str:
        return f"LazyContext({dict(self)!r})"


def is_context(value: object) -> TypeGuard[Mapping[str, object]]:
    """Is the FEEL value a context?"""
    kind = type(value)
    return kind is dict or kind is LazyContext


def to_feel(value: object) -> object:
    """The FEEL value of a Python value; a FEEL value stays what it is.

    Whole floats and integers become numbers of 34 digits; NaN and infinities, which FEEL lacks, become null. Aware
    datetimes keep the name of their zone if they have one. Raises FeelValueRefused for anything else.
    """
    kind = type(value)
    if kind in _AS_IS:
        return value if kind is not Decimal or value.is_finite() else None  # type: ignore[attr-defined]  # a Decimal
    if kind is int:
        return Decimal(value) if abs(value) < 10**34 else _number(Decimal(value))  # type: ignore[arg-type]  # kind is int
    if kind is dict:
        return LazyContext(value)  # type: ignore[arg-type]  # kind is dict
    if kind is list:
        return [to_feel(item) for item in value]  # type: ignore[attr-defined]  # kind is list
    return value if kind is LazyContext or isinstance(value, Function) else _convert(value)


def _convert(value: object) -> object:
    if isinstance(value, Mapping):
        return LazyContext(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool | int | float | Decimal):
        return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return _temporal(value)
    if isinstance(value, Sequence | Set | Iterator) and not isinstance(value, bytes | bytearray | memoryview):
        return [to_feel(item) for item in value]
    raise FeelValueRefused(f"a {type(value).__name__} has no counterpart in FEEL")


def _number(value: Decimal) -> Decimal | None:
    if not value.is_finite():
        return None
    try:
        return NUMBERS.plus(value)
    except ArithmeticError:
        return None


def _temporal(value: dt.date | dt.time | dt.timedelta) -> object:
    if isinstance(value, dt.datetime):
        return DateTime(Date(value.year, value.month, value.day), _time_of(value.timetz(), value.utcoffset()))
    if isinstance(value, dt.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, dt.time):
        return _time_of(value, value.utcoffset())
    return DaysTime((value.days * 86_400 + value.seconds) * NANOS + value.microseconds * 1000)


def _time_of(value: dt.time, offset: dt.timedelta | None) -> Time:
    nanos = ((value.hour * 60 + value.minute) * 60 + value.second) * NANOS + value.microsecond * 1000
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    # the second of two equal local hours has no name of its own: it keeps its offset
    if zone is not None and zone not in ("UTC", "Etc/UTC") and not value.fold:
        return Time(nanos, None, zone)
    return Time(nanos, None if offset is None else int(offset.total_seconds()))


def to_json(value: object) -> Json:
    """The JSON value: whole numbers as int, others as float, dates and durations as ISO texts, ranges and functions
    as FEEL texts. Raises FeelValueRefused when nested too deeply.
    """
    return _json(value, _MAX_DEPTH)


def _json(value: object, depth: int) -> Json:
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value  # type: ignore[return-value]  # one of the three
    if isinstance(value, Decimal):
        return _json_number(value)
    if depth == 0:
        raise FeelValueRefused("the value is nested too deeply")
    if kind is list:
        return [_json(item, depth - 1) for item in value]  # type: ignore[attr-defined]  # a list
    if is_context(value):
        return {key: _json(item, depth - 1) for key, item in value.items()}
    if kind in _AS_IS or isinstance(value, Function):
        return to_text(value)
    return _json(to_feel(value), depth - 1)


def _json_number(value: Decimal) -> int | float:
    if value.adjusted() < 40 and value == value.to_integral_value():
        return int(value)
    return float(value)


def to_python(value: object) -> object:
    """A FEEL value with Python's own dates: DateTime -> datetime (aware, UTC if it has an offset, else naive),
    Date -> date, Time -> time, DaysTime -> timedelta; lists and contexts likewise; others stay.

    Raises FeelValueRefused for years that Python has no dates for.
    """
    try:
        return _python(value)
    except (ValueError, OverflowError) as error:
        raise FeelValueRefused("the date lies outside the years 1 to 9999") from error


def _python(value: object) -> object:
    if isinstance(value, DateTime):
        return as_datetime(value)
    if isinstance(value, Date):
        return dt.date(value.year, value.month, value.day)
    if isinstance(value, DaysTime):
        return dt.timedelta(microseconds=value.nanos // 1000)
    if isinstance(value, Time):
        return _python_time(value)
    if type(value) is list:
        return [_python(item) for item in value]
    return {key: _python(item) for key, item in value.items()} if is_context(value) else value


def _python_time(value: Time) -> dt.time:
    seconds, nanos = divmod(value.nanos, NANOS)
    offset = value.utc_offset()
    zone = None if offset is None else dt.timezone(dt.timedelta(seconds=offset))
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanos // 1000, zone)


def as_datetime(value: DateTime) -> dt.datetime:
    """The moment as Python's datetime: aware and in UTC, or naive for a local one. Nanoseconds are cut off."""
    local, nanos = value.key()
    naive = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=nanos // 1000)  # noqa: DTZ001 - a zone is added below
    return naive if local else naive.replace(tzinfo=dt.UTC)


def add_duration(moment: dt.datetime, duration: YearsMonths | DaysTime) -> dt.datetime:
    """A Python moment moved by a FEEL duration; the offset or zone of `moment` is kept.

    Raises FeelValueRefused outside the years 1 to 9999.
    """
    try:
        if isinstance(duration, DaysTime):
            return moment + dt.timedelta(microseconds=duration.nanos // 1000)
        day = Date(moment.year, moment.month, moment.day).plus_months(duration.months)
        return moment.replace(year=day.year, month=day.month, day=day.day)
    except (Problem, ValueError, OverflowError) as error:
        raise FeelValueRefused("the date lies outside the years 1 to 9999") from error
