"""Laws that every calendar keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines import BusinessCalendar, Ends, Limit, Shift, Unit, calendar_from, due
from engine.deadlines.running import HOURLY

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday"]
DUTCH = calendar_from(
    {
        "zone": "Europe/Amsterdam",
        "hours": {day: ["09:00-12:30", "13:00-17:30"] for day in WEEK},
        "holidays": {"country": "NL"},
    }
)
NIGHTS = calendar_from(
    {"zone": "America/New_York", "hours": {"sunday": ["00:00-06:00", "22:00-24:00"], "monday": ["01:30-02:45"]}}
)
CALENDARS = st.sampled_from([DUTCH, NIGHTS])
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
COUNTS = st.integers(-600, 600)
ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
ZONES = st.sampled_from(ALL_ZONES)
INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware here
HOURS = st.integers(0, 200).map(lambda quarters: timedelta(minutes=15 * quarters))


@given(CALENDARS, DAYS, COUNTS)
def test_between_undoes_add(calendar: BusinessCalendar, day: date, count: int) -> None:
    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count


@given(CALENDARS, DAYS, COUNTS.filter(bool))
def test_a_count_ends_on_a_working_day(calendar: BusinessCalendar, day: date, count: int) -> None:
    assert calendar.is_working_day(calendar.add_working_days(day, count))


@given(CALENDARS, DAYS, st.integers(0, 300), st.integers(0, 300))
def test_adding_is_additive(calendar: BusinessCalendar, day: date, first: int, second: int) -> None:
    in_two = calendar.add_working_days(calendar.add_working_days(day, first), second)
    assert in_two == calendar.add_working_days(day, first + second)


@given(CALENDARS, DAYS, DAYS, COUNTS)
def test_adding_is_monotone(calendar: BusinessCalendar, one: date, other: date, count: int) -> None:
    early, late = sorted((one, other))
    assert calendar.add_working_days(early, count) <= calendar.add_working_days(late, count)


@given(DAYS, st.integers(1, 300))
def test_subtracting_undoes_adding_from_a_working_day(day: date, count: int) -> None:
    start = DUTCH.next_working_day(day)
    assert DUTCH.add_working_days(DUTCH.add_working_days(start, count), -count) == start


@given(CALENDARS, INSTANTS, HOURS.filter(bool))
def test_working_time_between_undoes_add(calendar: BusinessCalendar, start: datetime, amount: timedelta) -> None:
    assert calendar.working_time_between(start, calendar.add_working_time(start, amount)) == amount


@given(CALENDARS, INSTANTS, HOURS.filter(bool), HOURS.filter(bool))
def test_working_time_is_additive(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    in_two = calendar.add_working_time(calendar.add_working_time(start, first), second)
    assert in_two == calendar.add_working_time(start, first + second)


@given(INSTANTS, HOURS.filter(bool))
def test_no_working_time_ends_in_closed_hours(start: datetime, amount: timedelta) -> None:
    end = DUTCH.local(DUTCH.add_working_time(start, amount))
    shifts = DUTCH.shifts_on(end.date())
    assert any(shift.start < end.time() <= shift.end for shift in shifts)


@given(CALENDARS, INSTANTS, HOURS.filter(bool))
def test_no_working_time_ends_outside_a_shift(calendar: BusinessCalendar, start: datetime, amount: timedelta) -> None:
    """In any calendar: the moment before the end is worked, whatever hours are skipped or come twice."""
    end = calendar.add_working_time(start, amount)
    assert calendar.working_time_between(end - timedelta(seconds=1), end) == timedelta(seconds=1)


@given(CALENDARS, INSTANTS, INSTANTS, HOURS)
def test_adding_working_time_is_monotone(
    calendar: BusinessCalendar, one: datetime, other: datetime, amount: timedelta
) -> None:
    early, late = sorted((one, other))
    assert calendar.add_working_time(early, amount) <= calendar.add_working_time(late, amount)


@given(CALENDARS, INSTANTS, HOURS, HOURS)
def test_time_between_adds_up_over_any_moment(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = start + first, start + first + second
    parts = calendar.working_time_between(start, middle) + calendar.working_time_between(middle, end)
    assert parts == calendar.working_time_between(start, end)
    assert calendar.working_time_between(end, start) == -parts


LIMITS = st.builds(
    Limit,
    amount=st.integers(1, 400),
    unit=st.sampled_from(list(Unit)),
    count_first_day=st.booleans(),
    ends=st.sampled_from(list(Ends)),
    roll_forward=st.booleans(),
)


@given(ZONES, INSTANTS, LIMITS)
@settings(deadline=None)
def test_a_limit_is_never_over_before_it_starts_and_explains_itself(zone: str, start: datetime, limit: Limit) -> None:
    around_the_clock = BusinessCalendar(zone=ZoneInfo(zone), shifts=[[Shift(start=time(0), end=time(0))]] * 7)
    result = due(limit, start, around_the_clock)
    assert result.at > start - timedelta(seconds=1)
    assert result.at.tzinfo is UTC
    assert [result.steps[0].rule, result.steps[-1].rule] == ["started", "ends"]
    assert Limit.from_json(limit.to_json()) == limit


@given(CALENDARS, INSTANTS, INSTANTS, LIMITS)
def test_who_starts_later_is_not_due_earlier(
    calendar: BusinessCalendar, one: datetime, other: datetime, limit: Limit
) -> None:
    early, late = sorted((one, other))
    assert due(limit, early, calendar).at <= due(limit, late, calendar).at


@given(CALENDARS, INSTANTS, LIMITS)
def test_more_time_is_not_due_earlier(calendar: BusinessCalendar, start: datetime, limit: Limit) -> None:
    more = replace(limit, amount=limit.amount + 1)
    assert due(limit, start, calendar).at <= due(more, start, calendar).at


@given(CALENDARS, INSTANTS, LIMITS.filter(lambda limit: limit.unit not in HOURLY))
def test_a_limit_of_days_ends_when_the_day_or_its_work_does(
    calendar: BusinessCalendar, start: datetime, limit: Limit
) -> None:
    end = calendar.local(due(limit, start, calendar).at)
    worked = calendar.is_working_day(end.date())
    assert worked or not (limit.roll_forward or (limit.unit is Unit.BUSINESS_DAYS and limit.ends is Ends.END_OF_DAY))
    shifts = calendar.shifts_on(end.date())
    closes = shifts[-1].end if limit.ends is Ends.CLOSE and shifts and shifts[-1].end != time(0) else time(23, 59, 59)
    # The clocks may skip the very hour in which work ends.
    assert end.time() == closes or end.utcoffset() != (end - timedelta(hours=2)).utcoffset()


def transitions(zone: ZoneInfo, first: int, last: int) -> Iterator[datetime]:
    """The first hours of the years in which the clocks of `zone` have changed, in UTC, to a quarter of an hour."""
    hour, quarter = timedelta(hours=6), timedelta(minutes=15)
    at = datetime(first, 1, 1, tzinfo=UTC)
    while at.year <= last:
        if at.astimezone(zone).utcoffset() != (at + hour).astimezone(zone).utcoffset():
            exact = at
            while exact.astimezone(zone).utcoffset() == (exact + quarter).astimezone(zone).utcoffset():
                exact += quarter
            yield exact + quarter
        at += hour


@pytest.mark.parametrize("letter", sorted({name[0] for name in ALL_ZONES}))
def test_every_change_of_clocks_in_every_zone(letter: str) -> None:
    """From an hour before to an hour after each change: work is neither lost nor done twice, and days keep their end.

    Zones with the same rules are looked at once.
    """
    seen = set()
    for name in (name for name in ALL_ZONES if name[0] == letter):
        zone = ZoneInfo(name)
        calendar = BusinessCalendar(zone=zone, shifts=[(Shift(start=time(0), end=time(0)),)] * 7)
        for change in transitions(zone, 2025, 2026):
            rule = (
                change,
                (change - timedelta(hours=1)).astimezone(zone).utcoffset(),
                change.astimezone(zone).utcoffset(),
            )
            if rule in seen:
                continue
            seen.add(rule)
            check_change(calendar, change)


def check_change(calendar: BusinessCalendar, change: datetime) -> None:
    """Around the clock: real hours count, and a day ends a second before the next begins."""
    for before in (timedelta(hours=1), timedelta(hours=30)):
        start = change - before
        for hours in (1, 2, 26, 49):
            limit = Limit(amount=hours, unit=Unit.HOURS)
            assert due(limit, start, calendar).at == start + timedelta(hours=hours)
            worked = Limit(amount=hours, unit=Unit.BUSINESS_HOURS)
            assert due(worked, start, calendar).at == start + timedelta(hours=hours)
        assert calendar.working_time_between(start, change + before) == 2 * before
    day = calendar.local(change).date()
    for limit in (Limit(amount=1, unit=Unit.CALENDAR_DAYS), Limit(amount=1, unit=Unit.BUSINESS_DAYS)):
        end = due(limit, calendar.instant(day - timedelta(1), time(12)), calendar).at
        assert end == calendar.end_of_day(day)
        assert calendar.local(end).date() == day
        assert calendar.local(end + timedelta(seconds=1)).date() == day + timedelta(1)


@given(ZONES, st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, 23))
@settings(deadline=None)
def test_shifts_of_a_day_cover_no_more_than_the_day_has(zone: str, day: date, hour: int) -> None:
    """Whatever the clocks do that day: an hour that is skipped is no work, one that comes twice is not worked twice."""
    calendar = BusinessCalendar(zone=ZoneInfo(zone), shifts=[(Shift(start=time(hour), end=time((hour + 1) % 24)),)] * 7)
    start, end = calendar.instant(day, time(0)), calendar.instant(day + timedelta(1), time(0))
    worked = calendar.working_time_between(start, end)
    assert timedelta(0) <= worked <= timedelta(hours=2)
    assert worked <= end - start
    if end - start == timedelta(days=1):
        assert worked == timedelta(hours=1)
