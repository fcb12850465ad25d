"""When a timer is due: ISO 8601 dates, durations and repeating intervals, counted from a given `now`.

Nothing here reads a clock. A date or date-time without an offset is taken as UTC; a named zone may stand behind it as
`@Europe/Amsterdam` (FEEL) or `[Europe/Amsterdam]` (Camunda).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Form: TypeAlias = Literal["timeDate", "timeDuration", "timeCycle"]

_DURATION = re.compile(
    r"(?P<sign>-?)P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_ZONE = re.compile(r"(?P<local>[^@\[]+)(?:@(?P<feel>[\w+/-]+)|\[(?P<iso>[\w+/-]+)\])")
_REPETITION = re.compile(r"R(?P<count>-1|\d{0,9})")
_ENDLESS = -1


@dataclass(frozen=True, kw_only=True)
class Duration:
    """An ISO 8601 duration: calendar months apart from an exact length, since months differ in length."""

    months: int
    length: timedelta

    def after(self, start: datetime, times: int = 1) -> datetime:
        """`start` moved by `times` durations; the day is cut to the month's last where there is no such day."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.months * times, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + self.length * times

    @property
    def positive(self) -> bool:
        """Whether it leads into the future."""
        return self.months >= 0 and self.length >= timedelta(0) and bool(self.months or self.length)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One armed timer: when it is due, how often it repeats after that (-1: without end), how far apart, until when."""

    due: datetime
    repetitions_left: int = 0
    every: str | None = None
    until: datetime | None = None

    def after(self, now: datetime) -> Schedule | None:
        """The next one once this one has fired at `now`; None when it was the last.

        Counted from this one's due time, so that late firing does not shift the rhythm. Instants that passed meanwhile
        are left out: after a standstill a cycle fires once, not once for each missed turn.
        """
        if self.repetitions_left == 0 or self.every is None:
            return None
        duration = parse_duration(self.every)
        try:
            due = duration.after(self.due, _turns(self.due, duration, now))
        except (OverflowError, ValueError):  # the calendar ends in 9999
            return None
        if self.until is not None and due > self.until:
            return None
        left = self.repetitions_left - 1 if self.repetitions_left > 0 else _ENDLESS
        return Schedule(due=due, repetitions_left=left, every=self.every, until=self.until)


def _turns(due: datetime, duration: Duration, now: datetime) -> int:
    """The smallest number of durations, at least 1, that leads from `due` beyond `now`; found by halving."""
    low, high = 0, 1
    while duration.after(due, high) <= now:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if duration.after(due, middle) <= now else (low, middle)
    return high


def parse_instant(text: str) -> datetime:
    """An ISO date or date-time as an aware instant in UTC. Raises ValueError."""
    zoned = _ZONE.fullmatch(text)
    try:
        zone = ZoneInfo(zoned["feel"] or zoned["iso"]) if zoned else UTC
        local = datetime.fromisoformat(zoned["local"] if zoned else text)
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, OverflowError) as error:
        raise ValueError(f"{text!r} is no date-time: {error}") from error


def parse_duration(text: str) -> Duration:
    """An ISO 8601 duration such as `P1M`, `P5D` or `PT1H30M`. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no ISO 8601 duration such as P5D or PT1H")
    part = {
        name: float((value or "0").replace(",", ".")) for name, value in match.groupdict().items() if name != "sign"
    }
    sign = -1 if match["sign"] else 1
    try:
        months = int(part["years"] * 12 + part["months"])
        length = timedelta(**{name: part[name] for name in ("weeks", "days", "hours", "minutes", "seconds")})
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error
    return Duration(months=sign * months, length=sign * length)


def first(form: Form, text: str, now: datetime) -> Schedule:
    """When a timer that is armed at `now` fires first. Raises ValueError with a sentence for the diagram's owner."""
    try:
        if form == "timeDate":
            return Schedule(due=parse_instant(text))
        if form == "timeDuration":
            return Schedule(due=parse_duration(text).after(now))
        return _first_of_cycle(text, now)
    except OverflowError as error:
        raise ValueError(f"{text!r} leads out of the calendar") from error


def _first_of_cycle(text: str, now: datetime) -> Schedule:
    """`R[n]/duration`, `R[n]/start/duration` or `R[n]/duration/end`."""
    head, *rest = text.split("/")
    repetition = _REPETITION.fullmatch(head)
    if repetition is None or len(rest) not in (1, 2):
        raise ValueError(f"{text!r} is no repeating interval such as R/P14D or R3/PT1H")
    count = int(repetition["count"] or _ENDLESS)
    if count == 0:
        raise ValueError(f"{text!r} repeats zero times, so it never fires")
    every = next((part for part in rest if part.startswith("P")), "")
    if not parse_duration(every).positive:
        raise ValueError(f"{text!r} has to repeat in steps that lead forward")
    left = count - 1 if count > 0 else _ENDLESS
    if len(rest) == 2 and rest[0] == every:
        return Schedule(
            due=parse_duration(every).after(now), repetitions_left=left, every=every, until=parse_instant(rest[1])
        )
    due = parse_instant(rest[0]) if len(rest) == 2 else parse_duration(every).after(now)
    return Schedule(due=due, repetitions_left=left, every=every)
