"""The values of FEEL that Python has no type for.

Numbers are `decimal.Decimal`, texts `str`, booleans `bool`, null `None`, lists `list`, contexts `dict` (or
`engine.feel.convert.LazyContext`, which converts on access). All others stand here; all are immutable.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.feel.calendar import (
    DAY_NANOS,
    MAX_YEAR,
    NANOS,
    civil,
    day_number,
    instant_offset,
    month_length,
    zone,
    zone_offset,
)
from engine.feel.errors import Problem

if TYPE_CHECKING:
    from engine.feel.limits import Run

_MAX_OFFSET = 18 * 3600
_REFERENCE_DAY = day_number(2020, 1, 1)
_MAX_MONTHS = 12 * 2 * 10**9
_MAX_NANOS = 2**63 * NANOS


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar, any year from -999,999,999 to 999,999,999. Raises Problem if there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (-MAX_YEAR <= self.year <= MAX_YEAR and 1 <= self.month <= 12):
            raise Problem("invalid-value", "there is no such date")
        if not 1 <= self.day <= month_length(self.year, self.month):
            raise Problem("invalid-value", "there is no such date")

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return day_number(self.year, self.month, self.day)

    @staticmethod
    def of_days(number: int) -> Date:
        """The date that many days after 1970-01-01."""
        return Date(*civil(number))

    @property
    def weekday(self) -> int:
        """1 (Monday) to 7 (Sunday)."""
        return (self.days + 3) % 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day that many months later, or the last day of that month."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, month_length(year, month + 1)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day in nanoseconds since midnight; local, with an offset in seconds, or in a named zone."""

    nanos: int
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.nanos < DAY_NANOS:
            raise Problem("invalid-value", "there is no such time of day")
        if self.offset is not None and abs(self.offset) > _MAX_OFFSET:
            raise Problem("invalid-value", "an offset from UTC is at most 18 hours")

    def utc_offset(self) -> int | None:
        """Seconds east of UTC; of a zone without a date its standard time; None for a local time."""
        if self.zone is not None and self.offset is None:
            return zone_offset(self.zone, _REFERENCE_DAY, 0)
        return self.offset

    def key(self) -> tuple[bool, int]:
        """Sorts times among themselves: local ones apart from those with an offset."""
        offset = self.utc_offset()
        return offset is None, self.nanos - (offset or 0) * NANOS

    def __str__(self) -> str:
        seconds, nanos = divmod(self.nanos, NANOS)
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        if nanos:
            text += f".{nanos:09d}".rstrip("0")
        return text + (f"@{self.zone}" if self.zone is not None else _offset_text(self.offset))


def _offset_text(offset: int | None) -> str:
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    size = abs(offset)
    seconds = f":{size % 60:02d}" if size % 60 else ""
    return f"{'-' if offset < 0 else '+'}{size // 3600:02d}:{size // 60 % 60:02d}{seconds}"


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of day."""

    date: Date
    time: Time

    def utc_offset(self) -> int | None:
        """Seconds east of UTC at this moment; None if local."""
        if self.time.zone is not None:
            return zone_offset(self.time.zone, self.date.days, self.time.nanos)
        return self.time.offset

    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00 as the clock on the wall shows them."""
        return self.date.days * DAY_NANOS + self.time.nanos

    def key(self) -> tuple[bool, int]:
        """Sorts moments among themselves: local ones apart from those with an offset."""
        offset = self.utc_offset()
        return offset is None, self.local_nanos() - (offset or 0) * NANOS

    def plus_nanos(self, nanos: int) -> DateTime:
        """The moment that much later. In a named zone the clock on the wall may have been put forward or back meanwhile
        (DMN 1.5, 10.3.2.3.5: moments are added to as instants).
        """
        if self.time.zone is not None:
            return _in_zone(self.key()[1] + nanos, self.time.zone)
        days, rest = divmod(self.local_nanos() + nanos, DAY_NANOS)
        return DateTime(Date.of_days(days), Time(rest, self.time.offset))

    def in_zone(self, name: str) -> DateTime:
        """The same instant in a named zone; a local moment is only given the zone."""
        zone(name)
        if self.utc_offset() is None:
            return DateTime(self.date, Time(self.time.nanos, None, name))
        return _in_zone(self.key()[1], name)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def _in_zone(instant: int, name: str) -> DateTime:
    """The moment of an instant (nanoseconds since 1970 in UTC) in a named zone. The second of two hours that the clock
    shows alike has no name of its own: it keeps its offset.
    """
    days, rest = divmod(instant, DAY_NANOS)
    offset = instant_offset(name, days, rest)
    days, rest = divmod(instant + offset * NANOS, DAY_NANOS)
    if zone_offset(name, days, rest) != offset:
        return DateTime(Date.of_days(days), Time(rest, offset))
    return DateTime(Date.of_days(days), Time(rest, None, name))


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A duration of whole months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > _MAX_MONTHS:
            raise Problem("out-of-range", "the duration is too long")

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{'-' if self.months < 0 else ''}P{text or '0M'}"


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A duration of an exact length, in nanoseconds."""

    nanos: int

    def __post_init__(self) -> None:
        if abs(self.nanos) > _MAX_NANOS:
            raise Problem("out-of-range", "the duration is too long")

    def parts(self) -> tuple[int, int, int, int, int]:
        """Days, hours, minutes, seconds and nanoseconds of the length without its sign."""
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        return seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, nanos

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = self.parts()
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        clock += f"{seconds}{fraction}S" if seconds or nanos else ""
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return f"{'-' if self.nanos < 0 else ''}P{text or 'T0S'}"


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is None is open without limit.

    `operator` is set for ranges written with one, `(< 5)` or `(= 5)`: only they may be unlimited or mean inequality.
    """

    low: object
    high: object
    low_included: bool
    high_included: bool
    operator: str | None = None


class Function:
    """A function as a value: built in, written in FEEL, or a business knowledge model."""

    name: str = "function"
    parameters: tuple[str, ...] = ()

    @abstractmethod
    def call(self, arguments: Sequence[object], run: Run) -> object:
        """The result for positional arguments. Raises Problem when it cannot be called so."""

    @abstractmethod
    def call_named(self, arguments: Mapping[str, object], run: Run) -> object:
        """The result for named arguments. Raises Problem when it cannot be called so."""
