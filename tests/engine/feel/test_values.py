"""Values on their way in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import (
    Date,
    DateTime,
    DaysTime,
    FeelValueRefused,
    YearsMonths,
    add_duration,
    compile_expression,
    to_feel,
    to_json,
    to_python,
    to_text,
)
from engine.feel.calendar import civil, day_number
from engine.feel.literals import parse_temporal
from tests.engine.feel.feeling import feel, now

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(-1e15, 1e15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class Recorded(Mapping[str, object]):
    """A mapping that remembers what was asked of it."""

    def __init__(self, **entries: object) -> None:
        self.entries, self.read = entries, list[str]()

    def __getitem__(self, key: str) -> object:
        self.read.append(key)
        return self.entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


@given(JSON)
def test_json_comes_back_as_it_went_in(value: object) -> None:
    assert to_json(to_feel(value)) == value


@given(st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/New_York")])))
def test_moments_come_back_as_the_same_instant(moment: datetime) -> None:
    if 2 < moment.year < 9998:
        assert to_python(to_feel(moment)) == moment.astimezone(UTC)


@given(st.dates() | st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)) | st.times())
def test_dates_times_and_durations_come_back(value: date | timedelta | time) -> None:
    found = to_feel(value)
    assert to_python(found) == value
    assert parse_temporal(to_text(found)) == found


@given(st.integers(-(10**11), 10**11))
def test_calendar_counts_every_day(number: int) -> None:
    assert day_number(*civil(number)) == number


@given(st.integers(-(10**9), 10**9))
def test_months_survive_as_text(months: int) -> None:
    assert parse_temporal(str(YearsMonths(months))) == YearsMonths(months)


def test_only_what_is_read_is_loaded() -> None:
    deadlines = Recorded(final_response=datetime(2026, 1, 2, tzinfo=UTC), level_1=None)
    complaint = Recorded(severity="high", deadlines=deadlines)
    expression = compile_expression('complaint.deadlines.final_response + @"P1D"')
    outcome = expression.evaluate(Recorded(complaint=complaint, other=object()), now=now)
    assert to_python(outcome.value) == datetime(2026, 1, 3, tzinfo=UTC)
    assert (complaint.read, deadlines.read) == (["deadlines"], ["final_response"])


def test_what_has_no_counterpart_is_refused() -> None:
    with pytest.raises(FeelValueRefused, match="object has no counterpart"):
        feel("x", {"x": object()})
    with pytest.raises(FeelValueRefused):
        feel("x.y", {"x": {"y": b"bytes"}})


def test_numbers_are_decimals() -> None:
    assert to_feel(0.1) == Decimal("0.1")
    assert to_feel(True) is True
    assert to_feel(float("nan")) is None
    assert to_json(Decimal("1.0")) == 1
    assert to_json(Decimal("1.5")) == 1.5


def test_json_of_dates_is_iso_text() -> None:
    value = feel('{d: date("2026-01-31"), p: @"P1D", m: @"2026-01-31T10:00:00Z"}')
    assert to_json(value) == {"d": "2026-01-31", "p": "P1D", "m": "2026-01-31T10:00:00Z"}


def test_durations_move_python_moments() -> None:
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert add_duration(moment, YearsMonths(1)) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert add_duration(moment, DaysTime(86_400 * 10**9)) == datetime(2026, 2, 1, 12, tzinfo=UTC)
    with pytest.raises(FeelValueRefused):
        add_duration(moment, YearsMonths(12 * 10_000))


def test_years_beyond_python() -> None:
    value = feel('date("12026-01-01") + @"P1D"')
    assert value == Date(12026, 1, 2)
    with pytest.raises(FeelValueRefused):
        to_python(value)
    assert isinstance(feel('date and time("-0044-03-15T12:00:00")'), DateTime)
