"""Cron expressions as Camunda 8 takes them in a timer's cycle: six fields, the first one seconds.

    0 0 9 * * MON-FRI                    nine o'clock on working days
    0 30 8 1 * *  @Europe/Amsterdam      the first of each month, half past eight in Amsterdam
    0 0 17 LW * *                        the last weekday of each month

Second, minute, hour, day of the month, month, day of the week (0 and 7 are Sunday): `*`, lists, ranges and steps;
names of months and days; in days of the month `L` (last), `L-3`, `LW`, `15W` (the weekday nearest to the 15th); in days
of the week `5L` (last Friday) and `MON#2` (second Monday); `?` for `*` in days; `@yearly`, `@monthly`, `@weekly`,
`@daily` and `@hourly`. Both kinds of days have to fit. A zone may stand behind `@`; without one it is UTC.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ZONED = re.compile(r"(?P<fields>.*?)\s*@(?P<zone>UTC|[A-Za-z_]+/[\w+/-]+)")
_FARTHEST = timedelta(days=41 * 366)
"""29 February on a given day of the week comes back after 40 years at most."""

Fits = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class Cron:
    """A parsed expression. `day` says whether a day fits; all times are those of `zone`."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    day: Fits
    zone: str | None

    def after(self, instant: datetime) -> datetime | None:
        """The first time after `instant` (both aware; the result is in UTC); None where none comes any more.

        A time that the clocks leave out in spring comes when they have moved on; one that comes twice in autumn comes
        the first time.
        """
        zone = UTC if self.zone is None else ZoneInfo(self.zone)
        local = instant.astimezone(zone).replace(tzinfo=None)
        while (found := self._next(local)) is not None:
            moment = found.replace(tzinfo=zone).astimezone(UTC)
            if moment > instant:
                return moment
            local = found
        return None

    def _next(self, local: datetime) -> datetime | None:
        day, farthest = local.date(), _farthest(local.date())
        begin: time | None = local.time()
        while day <= farthest:
            if day.month in self.months and self.day(day):
                at = self._time_after(begin)
                if at is not None:
                    return datetime.combine(day, at)
            if day == date.max:
                return None
            day, begin = day + timedelta(days=1), None
        return None

    def _time_after(self, begin: time | None) -> time | None:
        """The first time of a day behind `begin`; None for the beginning of the day."""
        for hour in self.hours:
            if begin is not None and hour < begin.hour:
                continue
            for minute in self.minutes:
                if begin is not None and (hour, minute) < (begin.hour, begin.minute):
                    continue
                for second in self.seconds:
                    at = time(hour, minute, second)
                    if begin is None or at > begin:
                        return at
        return None


def _farthest(day: date) -> date:
    return day + _FARTHEST if date.max - day > _FARTHEST else date.max


@lru_cache(maxsize=1_000)
def parse_cron(text: str) -> Cron:
    """Raises ValueError with a sentence for the diagram's owner."""
    zoned = _ZONED.fullmatch(text.strip())
    said, zone = (zoned["fields"], zoned["zone"]) if zoned else (text.strip(), None)
    if zone is not None:
        _check_zone(text, zone)
    fields = _MACROS.get(said.lower(), said).upper().split()
    if len(fields) != 6:
        raise ValueError(f"{text!r} is no cron expression: it has six fields, as in 0 0 9 * * MON-FRI")
    try:
        cron = Cron(
            seconds=_numbers(fields[0], 0, 59),
            minutes=_numbers(fields[1], 0, 59),
            hours=_numbers(fields[2], 0, 23),
            months=frozenset(_numbers(fields[4], 1, 12, _MONTHS)),
            day=_both(_of_month(fields[3]), _of_week(fields[5])),
            zone=zone,
        )
    except ValueError as error:
        raise ValueError(f"{text!r} is no cron expression: {error}") from error
    if cron.after(datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise ValueError(f"{text!r} never comes: there is no such day")
    return cron


def _check_zone(text: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (LookupError, OSError, ValueError) as error:  # unknown, a folder, or no name of a zone at all
        raise ValueError(f"{text!r} names no time zone: {zone}") from error


def _both(one: Fits, other: Fits) -> Fits:
    return lambda day: one(day) and other(day)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        found.update(_range(part, low, high, names))
    return tuple(sorted(found))


def _range(part: str, low: int, high: int, names: tuple[str, ...]) -> range:
    """`*`, `4`, `4-9`, each with a step behind `/`; `4/2` goes on to the highest."""
    said, slash, step = part.partition("/")
    if slash and (not step.isdecimal() or not 1 <= int(step) <= high - low + 1):
        raise ValueError(f"the step in {part!r} makes no sense")
    if said == "*":
        first, last = low, high
    else:
        begin, dash, end = said.partition("-")
        first = _number(begin, low, high, names)
        last = _number(end, low, high, names) if dash else (high if slash else first)
    if first > last:
        raise ValueError(f"{part!r} runs backwards")
    return range(first, last + 1, int(step) if slash else 1)


def _number(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + low
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{text!r} does not lie between {low} and {high}")
    return int(text)


def _any(fits: list[Fits]) -> Fits:
    return lambda day: any(one(day) for one in fits)


def _of_month(field: str) -> Fits:
    if field == "?":
        return lambda _: True
    return _any([_day_of_month(part) for part in field.split(",")])


def _day_of_month(part: str) -> Fits:
    if part == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last(day))
    if part.startswith("L"):
        back = part[2:] if part.startswith("L-") else "0" if part == "L" else "?"
        before = _number(back, 0, 30, ())
        return lambda day: day.day == _last(day) - before
    if part.endswith("W"):
        wanted = _number(part[:-1], 1, 31, ())
        return lambda day: wanted <= _last(day) and day.day == _nearest_weekday(day, wanted)
    numbers = frozenset(_numbers(part, 1, 31))
    return lambda day: day.day in numbers


def _last(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    """The day of the month from Monday to Friday that is nearest to `wanted`, without leaving the month."""
    weekday = date(day.year, day.month, wanted).weekday()
    if weekday == 5:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 6:
        return wanted + 1 if wanted < _last(day) else wanted - 2
    return wanted


def _of_week(field: str) -> Fits:
    if field == "?":
        return lambda _: True
    return _any([_day_of_week(part) for part in field.split(",")])


def _day_of_week(part: str) -> Fits:
    name, hash_, count = part.partition("#")
    if hash_:
        wanted, turn = _weekday(name), _number(count, 1, 5, ())
        return lambda day: _from_sunday(day) == wanted and (day.day - 1) // 7 + 1 == turn
    if part.endswith("L") and part != "L":
        last = _weekday(part[:-1])
        return lambda day: _from_sunday(day) == last and day.day + 7 > _last(day)
    begin, dash, end = part.partition("-")
    said = f"{begin}-7" if dash and end == "SUN" else part  # a week may end on a Sunday
    numbers = frozenset(number % 7 for number in _range(said, 0, 7, _DAYS))
    return lambda day: _from_sunday(day) in numbers


def _weekday(text: str) -> int:
    return _number(text, 0, 7, _DAYS) % 7


def _from_sunday(day: date) -> int:
    return day.isoweekday() % 7
