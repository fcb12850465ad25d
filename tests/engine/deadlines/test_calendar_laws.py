"""Laws that every calendar keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines import BusinessCalendar, Ends, Limit, Shift, Unit, calendar_from, due

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
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"}))
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
