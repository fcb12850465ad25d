"""When an organisation works: shifts by weekday, holidays, own days, a zone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.errors import ConfigurationInvalid, Refused

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years that a calendar can count in. Wide enough for every case; narrow enough that a hostile count ends at once."""

MIDNIGHT = time(0)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

HolidayNames = Callable[[int], Mapping[date, str]]
"""The holidays of one year, each with its name."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Working time on one day from `start` to `end`, local; an end of 00:00 means midnight at the end of the day."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse a shift that ends before it starts: a night shift is written as two."""
        if self.end != MIDNIGHT and self.end <= self.start:
            raise ConfigurationInvalid(f"The shift {self} ends before it starts; write a night shift as two shifts.")

    def __str__(self) -> str:
        """The shift as calendars write it."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class BusinessCalendar:
    """Working days and hours of one organisation unit or jurisdiction. Immutable, shared by threads.

    `shifts` holds seven sequences of shifts, Monday first; an empty one is a closed weekday. `holidays` names the
    public holidays of a year. `own_days` overrides single days: shifts for a day that is worked, none for one that
    is not, with the reason.
    """

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        shifts: Sequence[Sequence[Shift]],
        holidays: HolidayNames = lambda _year: {},
        own_days: Mapping[date, tuple[str, tuple[Shift, ...]]] | None = None,
    ) -> None:
        if len(shifts) != len(WEEKDAYS) or not any(shifts):
            raise ConfigurationInvalid("A calendar needs seven weekdays, and hours on at least one of them.")
        self.zone = zone
        self._shifts = tuple(_in_order(day) for day in shifts)
        self._holidays = holidays
        self._own_days = dict(own_days or {})
        self._years: dict[int, tuple[list[int], Mapping[date, str]]] = {}

    # -- days

    def is_working_day(self, day: date) -> bool:
        """Whether there are working hours on `day`."""
        return bool(self.shifts_on(day))

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts of `day` in order; none on a closed day."""
        own = self._own_days.get(day)
        if own is not None:
            return own[1]
        return () if day in self._year(day.year)[1] else self._shifts[day.weekday()]

    def closed_because(self, day: date) -> str | None:
        """Why `day` is closed: the own day's name, the weekday in lower case, or the holiday; None when it is open.

        A holiday on a weekday that is closed anyway goes by the weekday.
        """
        if self.is_working_day(day):
            return None
        own = self._own_days.get(day)
        if own is not None:
            return own[0]
        return self._year(day.year)[1][day] if self._shifts[day.weekday()] else WEEKDAYS[day.weekday()]

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, or before it when `count` is negative; `day` itself for 0.

        Whether `day` is a working day does not matter. Raises Refused outside the years 1900 to 2200.
        """
        if count == 0:
            return day
        year, ordinal, left = day.year, day.toordinal(), count
        while True:
            days = self._working_days(year)
            if count > 0:
                position = bisect_right(days, ordinal) + left - 1
                if position < len(days):
                    return date.fromordinal(days[position])
                left, year = position + 1 - len(days), year + 1
            else:
                position = bisect_left(days, ordinal) + left
                if position >= 0:
                    return date.fromordinal(days[position])
                left, year = position, year - 1

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lead from `start` to `end`: the `n` for which adding `n` to `start` reaches `end`.

        `start` itself is not counted, `end` is when it is a working day; negative when `end` lies before `start`.
        """
        if end < start:
            return self._counted(end - timedelta(1), start.year) - self._counted(start - timedelta(1), start.year)
        return self._counted(end, start.year) - self._counted(start, start.year)

    def next_working_day(self, day: date) -> date:
        """`day` itself when it is worked, else the first working day after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    # -- hours

    def local(self, instant: datetime) -> datetime:
        """`instant` in the calendar's zone."""
        return instant.astimezone(self.zone)

    def instant(self, day: date, at: time) -> datetime:
        """The instant in UTC of the local time `at` on `day`; the first of two when clocks go back."""
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)

    def end_of_day(self, day: date) -> datetime:
        """The last second of `day`, in UTC: a date that is promised must not read as the day after it."""
        return self._midnight_after(day) - timedelta(seconds=1)

    def close_of(self, day: date) -> datetime:
        """When work ends on `day`, in UTC; its last second when it is no working day or is worked until midnight."""
        shifts = self.shifts_on(day)
        if not shifts or shifts[-1].end == MIDNIGHT:
            return self.end_of_day(day)
        return self.instant(day, shifts[-1].end)

    def add_working_time(self, instant: datetime, amount: timedelta) -> datetime:
        """The instant at which `amount` of working time has passed since `instant`. `amount` is not negative.

        Nothing added gives `instant` itself, inside closed hours too.
        """
        if amount <= timedelta(0):
            return instant
        left = amount
        for opens, closes in self._spans_from(instant):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise Refused("The period ends outside the years that the calendar knows.")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.working_time_between(end, start)
        total = timedelta(0)
        for opens, closes in self._spans_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    # -- inside

    def _spans_from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        start = instant.astimezone(UTC)
        day = self.local(start).date()
        while day.year <= LAST_YEAR:
            for shift in self.shifts_on(day):
                opens, closes = self._span(day, shift)
                if closes > start and closes > opens:  # a shift inside the hour that spring skips is empty
                    yield max(opens, start), closes
            day = self.add_working_days(day, 1)

    def _span(self, day: date, shift: Shift) -> tuple[datetime, datetime]:
        closes = self._midnight_after(day) if shift.end == MIDNIGHT else self.instant(day, shift.end)
        return self.instant(day, shift.start), closes

    def _midnight_after(self, day: date) -> datetime:
        return self.instant(day + timedelta(1), MIDNIGHT)

    def _counted(self, until: date, from_year: int) -> int:
        # Counted from the start of `from_year`, so that two calls with the same year can be subtracted.
        counted = bisect_right(self._working_days(until.year), until.toordinal())
        low, high = sorted((from_year, until.year))
        whole = sum(len(self._working_days(year)) for year in range(low, high))
        return counted + (whole if until.year >= from_year else -whole)

    def _working_days(self, year: int) -> list[int]:
        return self._year(year)[0]

    def _year(self, year: int) -> tuple[list[int], Mapping[date, str]]:
        known = self._years.get(year)
        if known is None:
            # Two threads may both reckon a year; they reckon the same, and the assignment is atomic.
            known = self._years[year] = self._reckon(year)
        return known

    def _reckon(self, year: int) -> tuple[list[int], Mapping[date, str]]:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Refused(f"The calendar knows the years {FIRST_YEAR} to {LAST_YEAR}, not {year}.")
        holidays = self._holidays(year)
        days = []
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            own = self._own_days.get(day)
            if own[1] if own else day not in holidays and self._shifts[day.weekday()]:
                days.append(ordinal)
        return days, holidays


def _in_order(shifts: Sequence[Shift]) -> tuple[Shift, ...]:
    ordered = tuple(sorted(shifts, key=lambda shift: shift.start))
    for earlier, later in pairwise(ordered):
        if earlier.end == MIDNIGHT or earlier.end > later.start:
            raise ConfigurationInvalid(f"The shifts {earlier} and {later} overlap.")
    return ordered
