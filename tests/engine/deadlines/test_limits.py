"""Limits by published examples, and calendars that are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.deadlines import Ends, Limit, Unit, calendar_from, calendar_functions, due
from engine.errors import ConfigurationInvalid, Refused

OFFICE = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
DUTCH = calendar_from({"zone": "Europe/Amsterdam", "hours": OFFICE, "holidays": {"country": "NL"}})
ENGLISH = calendar_from(
    {"zone": "Europe/London", "hours": OFFICE, "holidays": {"country": "GB", "region": "ENG"}}, name="england"
)


def test_twenty_business_days_skip_weekends_and_easter() -> None:
    received = datetime(2026, 3, 23, 10, tzinfo=UTC)
    result = due(Limit(amount=20, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE), received, DUTCH)
    assert result.at == datetime(2026, 4, 22, 15, tzinfo=UTC)
    closed = next(step for step in result.steps if step.rule == "closed-days")
    assert closed.values["weekend"] == 8
    assert [holiday["name"] for holiday in closed.values["holidays"]] == ["Good Friday", "Easter Monday"]  # type: ignore[index, union-attr, call-overload]


def test_eight_weeks_end_with_the_last_day_in_local_time() -> None:
    result = due(Limit(amount=8, unit=Unit.WEEKS), datetime(2026, 3, 2, 9, tzinfo=UTC), ENGLISH)
    assert ENGLISH.local(result.at) == ENGLISH.local(datetime(2026, 4, 27, 22, 59, 59, tzinfo=UTC))


def test_close_of_the_third_business_day_after_receipt() -> None:
    limit = Limit(amount=3, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE)
    assert due(limit, datetime(2026, 4, 2, 12, tzinfo=UTC), ENGLISH).at == datetime(2026, 4, 9, 16, tzinfo=UTC)


def test_a_month_from_the_31st_ends_on_the_last_day() -> None:
    result = due(Limit(amount=1, unit=Unit.MONTHS), datetime(2027, 1, 31, 12, tzinfo=UTC), DUTCH)
    assert DUTCH.local(result.at).date() == date(2027, 2, 28)


def test_a_last_day_that_is_not_worked_rolls_forward_and_says_why() -> None:
    limit = Limit(amount=6, unit=Unit.WEEKS, roll_forward=True)
    result = due(limit, datetime(2026, 3, 16, 12, tzinfo=UTC), DUTCH)
    assert DUTCH.local(result.at).date() == date(2026, 4, 28)
    assert {"rule": "rolled-forward", "from": "2026-04-27", "to": "2026-04-28", "because": "King's Day"} in (
        result.derivation()
    )


def test_the_first_day_may_count() -> None:
    counted = Limit(amount=1, unit=Unit.CALENDAR_DAYS, count_first_day=True)
    assert DUTCH.local(due(counted, datetime(2026, 3, 2, 12, tzinfo=UTC), DUTCH).at).date() == date(2026, 3, 2)


def test_business_hours_pass_over_night_and_weekend() -> None:
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)  # an hour before closing
    assert due(Limit(amount=4, unit=Unit.BUSINESS_HOURS), friday, DUTCH).at == datetime(2026, 3, 9, 11, tzinfo=UTC)


def test_an_own_day_overrides_the_holiday_and_the_week() -> None:
    calendar = calendar_from(
        {
            "zone": "Europe/Amsterdam",
            "hours": OFFICE,
            "holidays": {"country": "NL"},
            "days": [
                {"date": date(2026, 4, 6), "name": "We work", "hours": ["10:00-12:00"]},
                {"date": date(2026, 4, 7), "name": "Moving house"},
            ],
        }
    )
    assert calendar.is_working_day(date(2026, 4, 6))
    assert calendar.closed_because(date(2026, 4, 7)) == "Moving house"
    assert calendar.closed_because(date(2026, 4, 11)) == "saturday"


@pytest.mark.parametrize(
    "data",
    [
        {"zone": "Europe/Atlantis", "hours": OFFICE},
        {"zone": "UTC", "hours": {}},
        {"zone": "UTC", "hours": {"funday": ["09:00-17:00"]}},
        {"zone": "UTC", "hours": {"monday": ["17:00-09:00"]}},
        {"zone": "UTC", "hours": {"monday": ["09:00-13:00", "12:00-17:00"]}},
        {"zone": "UTC", "hours": {"monday": ["nine to five"]}},
        {"zone": "UTC", "hours": {"monday": "09:00-17:00"}},
        {"zone": "UTC", "hours": OFFICE, "holidays": {"country": "Narnia"}},
        {"zone": "UTC", "hours": OFFICE, "days": [{"name": "when?"}]},
        {"zone": "UTC", "hours": OFFICE, "hollidays": {}},
        {"zone": "UTC"},
    ],
)
def test_a_calendar_that_cannot_be_understood_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ConfigurationInvalid):
        calendar_from(data)


def test_counting_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Refused):
        DUTCH.add_working_days(date(2199, 1, 1), 10_000)


def test_expressions_get_null_for_what_makes_no_sense() -> None:
    add, between = (function.call for function in calendar_functions(DUTCH))
    assert add(date(2026, 4, 3), Decimal(1)) == date(2026, 4, 7)
    assert add(DUTCH.local(datetime(2026, 3, 27, 9, tzinfo=UTC)), Decimal(1)) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert between(date(2026, 4, 3), date(2026, 4, 7)) == Decimal(1)
    assert add(date(2026, 4, 3), Decimal("1.5")) is None
    assert add("2026-04-03", Decimal(1)) is None
    assert add(date(2026, 4, 3), Decimal("1e30")) is None
