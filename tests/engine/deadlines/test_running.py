"""Clocks that stand still, are extended, or must not outlast another one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines import Ends, Extension, Limit, Pause, Running, Unit, calendar_from, due, over, used
from engine.errors import ConfigurationInvalid

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
DUTCH = calendar_from(
    {
        "zone": "Europe/Amsterdam",
        "hours": {day: ["09:00-12:30", "13:00-17:30"] for day in WEEK},
        "holidays": {"country": "NL"},
    }
)
TWENTY = Limit(amount=20, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE)
LIMITS = st.builds(
    Limit, amount=st.integers(1, 60), unit=st.sampled_from(Unit), ends=st.sampled_from(Ends), roll_forward=st.booleans()
)
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware here
SPANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=4)


def at(day: int, hour: int = 10) -> datetime:
    """A moment in March 2026; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def pauses(start: datetime, hours: list[tuple[int, int]]) -> tuple[Pause, ...]:
    """Pauses one after the other: after so many hours, for so many hours."""
    made, now = [], start
    for wait, long in hours:
        begins = now + timedelta(hours=wait)
        now = begins + timedelta(hours=long)
        made.append(Pause(start=begins, end=now))
    return tuple(made)


def test_a_week_that_the_complainant_took_is_not_ours() -> None:
    clock = Running(limit=TWENTY, start=at(2), pauses=(Pause(start=at(4), end=at(11)),))
    found = over(clock, DUTCH)
    assert found.at == due(TWENTY, at(9), DUTCH).at
    (still,) = (step for step in found.steps if step.rule == "stood-still")
    assert still.values == {"from": "2026-03-04T11:00+01:00", "to": "2026-03-11T11:00+01:00", "days": 5}


def test_an_answer_on_the_same_day_changes_nothing() -> None:
    clock = Running(limit=TWENTY, start=at(2), pauses=(Pause(start=at(4, 8), end=at(4, 15)),))
    assert over(clock, DUTCH) == due(TWENTY, at(2), DUTCH)


def test_another_limit_keeps_what_was_used_and_what_was_paused() -> None:
    paused = (Pause(start=at(4), end=at(11)),)
    ten = Limit(amount=10, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE)
    assert over(Running(limit=ten, start=at(2), pauses=paused), DUTCH).at == due(ten, at(9), DUTCH).at


def test_a_pause_after_the_end_saves_nobody() -> None:
    two = Limit(amount=2, unit=Unit.BUSINESS_DAYS)
    clock = Running(limit=two, start=at(2), pauses=(Pause(start=at(10), end=at(20)),))
    assert over(clock, DUTCH) == due(two, at(2), DUTCH)


def test_working_hours_go_on_where_they_stopped() -> None:
    limit = Limit(amount=4, unit=Unit.BUSINESS_HOURS)
    clock = Running(limit=limit, start=at(2, 8), pauses=(Pause(start=at(2, 10), end=at(3, 9)),))
    assert over(clock, DUTCH).at == at(3, 11)


def test_an_extension_is_the_date_that_was_told_and_moves_with_later_pauses_only() -> None:
    told = DUTCH.close_of(at(31).date())
    before, after = Pause(start=at(4), end=at(11)), Pause(start=at(17), end=at(18))
    extension = Extension(granted=at(12), until=told)
    assert over(Running(limit=TWENTY, start=at(2), pauses=(before,), extension=extension), DUTCH).at == told
    moved = over(Running(limit=TWENTY, start=at(2), pauses=(before, after), extension=extension), DUTCH)
    assert moved.at == DUTCH.close_of(at(31).date() + timedelta(1))
    assert [step.rule for step in moved.steps][-3:] == ["extended", "stood-still", "ends"]


def test_a_clock_of_ours_does_not_outlast_that_of_the_law() -> None:
    found = over(Running(limit=TWENTY, start=at(2), at_most=at(10)), DUTCH)
    assert (found.at, found.steps[-1].rule) == (at(10), "bounded")


def test_a_pause_does_not_end_before_it_starts() -> None:
    with pytest.raises(ConfigurationInvalid):
        Pause(start=at(3), end=at(2))


@given(LIMITS, STARTS, SPANS)
@settings(deadline=None)
def test_standing_still_never_brings_the_end_forward(
    limit: Limit, start: datetime, hours: list[tuple[int, int]]
) -> None:
    found = over(Running(limit=limit, start=start, pauses=pauses(start, hours)), DUTCH)
    assert found.at >= over(Running(limit=limit, start=start, pauses=pauses(start, hours[:-1])), DUTCH).at
    assert found.at >= due(limit, start, DUTCH).at
    assert found.steps[0].rule == "started"


@given(st.integers(1, 500), STARTS, SPANS)
@settings(deadline=None)
def test_hours_are_over_when_they_ran_in_full(amount: int, start: datetime, hours: list[tuple[int, int]]) -> None:
    clock = Running(limit=Limit(amount=amount, unit=Unit.HOURS), start=start, pauses=pauses(start, hours))
    ends = over(clock, DUTCH).at
    still = sum((min(p.end, ends) - p.start for p in clock.pauses if p.start < ends), timedelta(0))
    assert ends - start - still == timedelta(hours=amount)


@given(LIMITS, STARTS, SPANS, st.lists(st.integers(0, 3_000), min_size=2, max_size=2))
@settings(deadline=None)
def test_what_is_used_never_becomes_less_and_stands_still_in_a_pause(
    limit: Limit, start: datetime, hours: list[tuple[int, int]], moments: list[int]
) -> None:
    clock = Running(limit=limit, start=start, pauses=pauses(start, hours))
    early, late = (start + timedelta(hours=moment) for moment in sorted(moments))
    assert timedelta(0) <= used(clock, early, DUTCH) <= used(clock, late, DUTCH)
    assert used(clock, start - timedelta(1), DUTCH) == timedelta(0)
    for pause in clock.pauses:
        assert used(clock, pause.start, DUTCH) == used(clock, pause.end, DUTCH)


@given(st.integers(1, 60), STARTS, SPANS)
@settings(deadline=None)
def test_the_budget_is_used_up_when_the_clock_is_over(
    amount: int, start: datetime, hours: list[tuple[int, int]]
) -> None:
    for unit in (Unit.HOURS, Unit.BUSINESS_HOURS):
        clock = Running(limit=Limit(amount=amount, unit=unit), start=start, pauses=pauses(start, hours))
        assert used(clock, over(clock, DUTCH).at, DUTCH) == timedelta(hours=amount)


def test_another_target_keeps_what_was_used() -> None:
    paused = (Pause(start=at(4), end=at(11)),)
    ten = Limit(amount=10, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE)
    figures = {used(Running(limit=limit, start=at(2), pauses=paused), at(12), DUTCH) for limit in (ten, TWENTY)}
    assert figures == {timedelta(3)}
