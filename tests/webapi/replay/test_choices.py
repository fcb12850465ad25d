from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapi.cli.replay.answers import Turn, wishes
from webapi.cli.replay.calendar import days_for, is_working_day, receipt_times, steps
from webapi.cli.replay.choices import dice, receipt, script, staff_delay
from webapi.cli.replay.reader import Row

ROW = Row(line=1, identity="7", text="I paid {$1,234.50} too much.", response="Closed with monetary relief")


@given(st.text(min_size=1), st.integers(0, 99))
def test_a_script_depends_on_row_and_seed_alone(identity: str, seed: int) -> None:
    row = replace(ROW, identity=identity)
    assert script(row, seed) == script(replace(row), seed)
    assert receipt(row, script(row, seed)) == receipt(replace(row), script(row, seed))


def test_another_seed_tells_other_stories() -> None:
    rows = [replace(ROW, identity=str(number)) for number in range(50)]
    assert [script(row, 1) for row in rows] != [script(row, 2) for row in rows]


def test_a_thousand_scripts_hold_every_kind_of_story() -> None:
    scripts = [script(replace(ROW, identity=str(number), response=None), 1) for number in range(1000)]
    assert {s.outcome for s in scripts} == {"upheld", "partly-upheld", "rejected"}
    assert (
        {s.first_reaction for s in scripts} == {s.second_reaction for s in scripts} == {"accepted", "refused", "silent"}
    )
    rare = Counter(name for s in scripts for name in ("anonymous", "in_scope", "answers_questions") if getattr(s, name))
    assert all(0 < rare[name] < 1000 for name in rare)
    assert 0 < sum(s.withdraws_after is not None for s in scripts) < 200
    assert 0 < sum(s.slowness > 2 for s in scripts) < 200


def test_money_that_was_paid_back_is_what_the_complaint_speaks_of() -> None:
    amounts = {script(replace(ROW, identity=str(number)), 1).amount for number in range(40)}
    assert amounts == {1234.5}


def test_an_anonymous_complaint_names_nobody() -> None:
    acts = next(s for n in range(500) if (s := script(replace(ROW, identity=str(n)), 1)).anonymous)
    body = receipt(ROW, acts)
    assert body["anonymous"] is True
    assert "complainant" not in body


def test_nobody_gives_a_rejected_complaint_a_remedy() -> None:
    acts = replace(script(ROW, 1), outcome="rejected")
    assert not {"remedy", "remedyAmount"} & set(wishes("decide", Turn(row=ROW, script=acts, rng=dice(1))))


def test_an_element_that_nobody_knows_has_no_wishes() -> None:
    assert wishes("something-new", Turn(row=ROW, script=script(ROW, 1), rng=dice(1))) == {}
    assert staff_delay("something-new", script(ROW, 1), dice(1)) >= timedelta()


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))  # noqa: DTZ001 - the zone is added
def test_the_clock_only_goes_forward_and_never_skips_a_day(naive: datetime) -> None:
    after = naive.replace(tzinfo=UTC)
    instants = [after, *islice(steps(after), 30)]
    gaps = [later - earlier for earlier, later in pairwise(instants)]
    assert all(timedelta() < gap <= timedelta(days=1) for gap in gaps)


@pytest.mark.parametrize(("count", "days"), [(1, 1), (12, 2), (250, 25), (2500, 60)])
def test_receipts_are_spread_over_the_days(count: int, days: int) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    times = receipt_times(start, count, days_for(count))
    assert days_for(count) == days
    assert times[0] == start
    assert times == sorted(times)
    assert times[-1] < start + timedelta(days=days)


def test_staff_rest_on_saturday_and_sunday() -> None:
    week = [datetime(2026, 3, 2 + day, 9, tzinfo=UTC) for day in range(7)]
    assert [is_working_day(day) for day in week] == [True] * 5 + [False] * 2
