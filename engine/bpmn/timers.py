"""When a timer is due: ISO 8601 dates, durations and repeating intervals, and cron, counted from a given `now`.

Nothing here reads a clock. A date or date-time without an offset is taken as UTC; a named zone may stand behind it as
`@Europe/Amsterdam` (FEEL) or `[Europe/Amsterdam]` (Camunda). A cycle that starts in a zone keeps to the clocks of that
zone: days and months are counted there, hours as they pass.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.bpmn.cron import parse_cron

Form: TypeAlias = Literal["timeDate", "timeDuration", "timeCycle"]

_DURATION = re.compile(
    r"(?P<sign>-?)P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_ZONE = re.compile(r"(?P<local>[^@\[]+)(?:@(?P<feel>[\w+/-]+)|\[(?P<iso>[\w+/-]+)\])")
_REPETITION = re.compile(r"R(?P<count>-1|\d{0,9})/(?P<rest>.*)")
_ENDLESS = -1
_MOST_MISSED = 100_000
"""Missed turns of a cron expression are counted one by one, up to here."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """An ISO 8601 duration: calendar months and days apart from an exact length, since those differ in length."""

    months: int
    days: int
    length: timedelta

    def after(self, start: datetime, times: int = 1) -> datetime:
        """`start` moved by `times` durations; the day is cut to the month's last where there is no such day.

        Months and days are counted in the zone of `start`, the rest as time that passes.
        """
        year, month = divmod(start.year * 12 + start.month - 1 + self.months * times, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        moved = start.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days * times)
        if start.tzinfo is UTC or not self.length:
            return moved + self.length * times
        return (moved.astimezone(UTC) + self.length * times).astimezone(start.tzinfo)

    @property
    def positive(self) -> bool:
        """Whether it leads into the future."""
        forward = self.months >= 0 and self.days >= 0 and self.length >= timedelta(0)
        return forward and bool(self.months or self.days or self.length)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One armed timer: when it is due, how often it repeats after that (-1: without end), how far apart, until when.

    `every` is a duration or a cron expression. The turns lie on a grid that begins at `anchor` (None: with this turn)
    in `zone` (None: UTC); `turn` is this turn's place on it, where `due` was put elsewhere. `fixed`: the diagram says
    when the grid begins, so it is no matter of when the timer was armed.
    """

    due: datetime
    repetitions_left: int = 0
    every: str | None = None
    until: datetime | None = None
    zone: str | None = None
    anchor: datetime | None = None
    turn: datetime | None = None
    fixed: bool = False

    def after(self, now: datetime) -> Schedule | None:
        """The next one once this one has fired at `now`; None when it was the last.

        Late firing does not shift the grid. Turns that passed meanwhile are left out and count as turns: after a
        standstill a cycle fires once, not once for each missed turn.
        """
        following, missed = self._next(now)
        if following is None:
            return None
        left = self.repetitions_left if self.repetitions_left < 0 else self.repetitions_left - 1 - missed
        anchor = self.anchor or self.turn or self.due
        return replace(self, due=following, turn=None, anchor=anchor, repetitions_left=left)

    def put_at(self, due: datetime) -> Schedule:
        """This turn at another time; the others stay where they are."""
        return replace(self, due=due, turn=self.turn or self.due)

    def missed(self, now: datetime) -> int:
        """How many turns beside this one have passed by `now`: those that are made up for by firing once."""
        return self._next(now)[1]

    def _next(self, now: datetime) -> tuple[datetime | None, int]:
        """The next turn after `now`, and how many lie between this one and it."""
        if self.repetitions_left == 0 or self.every is None:
            return None, 0
        try:
            following, missed = self._by_cron(now) if not self.every.startswith("P") else self._by_duration(now)
        except (OverflowError, ValueError):  # the calendar ends in 9999
            return None, 0
        if following is None or (0 < self.repetitions_left <= missed):
            return None, min(missed, self.repetitions_left) if self.repetitions_left > 0 else missed
        return (None if self.until is not None and following > self.until else following), missed

    def _by_cron(self, now: datetime) -> tuple[datetime | None, int]:
        cron, missed = parse_cron(self.every or ""), 0
        following = cron.after(self.turn or self.due)
        while following is not None and following <= now and missed < _MOST_MISSED:
            following, missed = cron.after(following), missed + 1
        return (cron.after(now) if missed == _MOST_MISSED else following), missed

    def _by_duration(self, now: datetime) -> tuple[datetime | None, int]:
        duration, here = parse_duration(self.every or ""), self.turn or self.due
        zone = UTC if self.zone is None else ZoneInfo(self.zone)
        anchor = (self.anchor or here).astimezone(zone)
        number = _turns(anchor, duration, here)
        following = _turns(anchor, duration, max(here, now))
        missed = following - number
        if self.until is not None and missed:  # what lies behind the end was not missed
            missed = min(missed, max(_turns(anchor, duration, self.until) - number, 0))
        return duration.after(anchor, following).astimezone(UTC), missed


def _turns(anchor: datetime, duration: Duration, instant: datetime) -> int:
    """The smallest number of durations, at least 1, that leads from `anchor` beyond `instant`; found by halving."""
    low, high = 0, 1
    while duration.after(anchor, high) <= instant:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if duration.after(anchor, middle) <= instant else (low, middle)
    return high


def parse_instant(text: str) -> datetime:
    """An ISO date or date-time as an aware instant in UTC. Raises ValueError."""
    return _parse_zoned(text)[0]


def _local(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date-time such as 2026-01-31T09:30:00Z") from error


def _parse_zoned(text: str) -> tuple[datetime, str | None]:
    """The instant in UTC, and the zone that is named with it."""
    zoned = _ZONE.fullmatch(text)
    try:
        zone = ZoneInfo(zoned["feel"] or zoned["iso"]) if zoned else UTC
        local = _local(zoned["local"] if zoned else text)
        instant = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, OverflowError, OSError) as error:
        raise ValueError(f"{text!r} is no date-time: {error}") from error
    return instant, zone.key if isinstance(zone, ZoneInfo) else None


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
        days = timedelta(weeks=part["weeks"], days=part["days"]).days
        length = timedelta(**{name: part[name] for name in ("hours", "minutes", "seconds")})
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error
    return Duration(months=sign * months, days=sign * days, length=sign * length)


def first(form: Form, text: str, now: datetime) -> Schedule | None:
    """When a timer that is armed at `now` fires first; None for a cycle whose end comes before its first turn.

    Raises ValueError with a sentence for the diagram's owner.
    """
    try:
        if form == "timeDate":
            return Schedule(due=parse_instant(text))
        if form == "timeDuration":
            return Schedule(due=parse_duration(text).after(now))
        return _first_of_cycle(text, now)
    except OverflowError as error:
        raise ValueError(f"{text!r} leads out of the calendar") from error


def _first_of_cycle(text: str, now: datetime) -> Schedule | None:
    """`R[n]/duration`, `R[n]/start/duration`, `R[n]/duration/end`, or cron."""
    if not text.startswith("R"):
        return _first_by_cron(text, now)
    repetition = _REPETITION.fullmatch(text)
    if repetition is None:
        raise ValueError(f"{text!r} is no repeating interval such as R/P14D or R3/PT1H")
    count = int(repetition["count"] or _ENDLESS)
    if count == 0:
        raise ValueError(f"{text!r} repeats zero times, so it never fires")
    start, every, end = _interval(repetition["rest"])
    duration = parse_duration(every)
    if not duration.positive:
        raise ValueError(f"{text!r} has to repeat in steps that lead forward")
    anchor, zone = _parse_zoned(start) if start else (duration.after(now), None)
    until = parse_instant(end) if end else None
    if until is not None and anchor > until:
        return None
    left = count - 1 if count > 0 else _ENDLESS
    return Schedule(
        due=anchor, repetitions_left=left, every=every, until=until, zone=zone, anchor=anchor, fixed=bool(start)
    )


def _interval(text: str) -> tuple[str, str, str]:
    """Start, duration and end; the name of a zone in start or end has slashes, too."""
    if text.startswith("P"):
        every, _, end = text.partition("/")
        return "", every, end
    start, _, every = text.rpartition("/")
    return start, every, ""


def _first_by_cron(text: str, now: datetime) -> Schedule | None:
    due = parse_cron(text).after(now)
    return None if due is None else Schedule(due=due, repetitions_left=_ENDLESS, every=text, fixed=True)


def ahead(schedule: Schedule, now: datetime) -> Schedule | None:
    """The turn of a cycle that comes after `now`, where turns that passed before it was armed are not made up for.

    None where there is none any more. A date stays what it is.
    """
    return schedule if schedule.every is None or schedule.due > now else schedule.after(now)
