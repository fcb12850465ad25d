"""When timers are due, and what fires how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import timers
from engine.bpmn.timers import Schedule
from tests.engine.bpmn.drawing import draw

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "text", "due"),
    [
        ("timeDate", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00"),
        ("timeDate", "2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00+00:00"),
        ("timeDate", "2026-07-01T10:00:00@Europe/Amsterdam", "2026-07-01T08:00:00+00:00"),
        ("timeDate", "2026-07-01T10:00:00+02:00[Europe/Amsterdam]", "2026-07-01T08:00:00+00:00"),
        ("timeDate", "2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("timeDuration", "P1M", "2026-02-28T12:00:00+00:00"),
        ("timeDuration", "P1Y2W3DT4H5M6.5S", "2027-02-17T16:05:06.500000+00:00"),
        ("timeDuration", "-PT1H", "2026-01-31T11:00:00+00:00"),
        ("timeCycle", "R/P14D", "2026-02-14T12:00:00+00:00"),
        ("timeCycle", "R2/2026-05-01T00:00:00Z/PT1H", "2026-05-01T00:00:00+00:00"),
        ("timeCycle", "R/PT1H/2026-02-01T00:00:00Z", "2026-01-31T13:00:00+00:00"),
    ],
)
def test_first_due(form, text, due):
    assert timers.first(form, text, NOW).due == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("timeDate", "tomorrow"),
        ("timeDate", "2026-13-01"),
        ("timeDate", "2026-03-01T10:00:00@Mars/Olympus"),
        ("timeDuration", "5 days"),
        ("timeDuration", "P"),
        ("timeDuration", "PT"),
        ("timeDuration", "P99999999999D"),
        ("timeDuration", "P9999Y"),
        ("timeCycle", "R0/P1D"),
        ("timeCycle", "R/P0D"),
        ("timeCycle", "R/-P1D"),
        ("timeCycle", "P1D"),
        ("timeCycle", "0 0 9 * * MON"),
    ],
)
def test_what_is_no_time(form, text):
    with pytest.raises(ValueError, match=r"."):
        timers.first(form, text, NOW)


def test_a_cycle_counts_down_and_ends():
    schedule = timers.first("timeCycle", "R3/PT1H", NOW)
    fired = []
    while schedule is not None:
        fired.append(schedule.due - NOW)
        schedule = schedule.after(schedule.due)
    assert fired == [timedelta(hours=n) for n in (1, 2, 3)]


def test_a_cycle_ends_at_its_end():
    schedule = timers.first("timeCycle", "R/PT1H/2026-01-31T14:30:00Z", NOW)
    assert schedule.after(schedule.due).due == NOW + timedelta(hours=2)
    assert schedule.after(schedule.due + timedelta(hours=1)) is None


@given(st.integers(1, 5_000), st.integers(0, 10**4), st.sampled_from(["PT7M", "P1D", "P1M", "PT1H30M"]))
def test_the_next_turn_keeps_the_rhythm_and_lies_ahead(minutes, late, every):
    armed = Schedule(due=NOW + timedelta(minutes=minutes), repetitions_left=-1, every=every)
    fired_at = armed.due + timedelta(minutes=late)
    following = armed.after(fired_at)
    duration = timers.parse_duration(every)
    turns = next(n for n in range(1, 10**6) if duration.after(armed.due, n) == following.due)
    assert following.due > fired_at
    assert turns == 1 or duration.after(armed.due, turns - 1) <= fired_at


def go(host, text, **variables):
    host.deploy(draw(text))
    return host.start(trace=[], **variables)


def test_timer_boundaries_fire_in_order(host):
    case = go(
        host,
        "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:R/PT10S\n"
        "bound d attachedToRef=u @duration:PT35S\nt x\nt y\ns -> u\nb -> x\nd -> y",
    )
    host.advance(hours=1)
    assert (case.trace, case.state, case.open.timers) == (["x", "x", "x", "y"], "COMPLETED", {})


def test_after_a_standstill_a_cycle_fires_once_and_keeps_its_rhythm(host):
    case = go(host, "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:R/PT10S\nt x\ns -> u\nb -> x")
    begin = host.instant
    host.jump(seconds=1234)
    assert case.trace == ["x"]
    assert [timer.due - begin for timer in case.open.timers.values()] == [timedelta(seconds=1240)]


def test_a_single_non_interrupting_timer_is_over_after_firing(host):
    case = go(host, "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @duration:PT5S\nt x\ns -> u\nb -> x")
    host.advance(seconds=60)
    assert (case.trace, case.open.timers, case.tasks) == (["x"], {}, ["u"])


def test_timer_values_come_from_variables_and_from_the_case(host):
    host.names["complaint"] = {"deadlines": {"level_1": datetime(2026, 1, 3, tzinfo=UTC)}}
    case = go(
        host,
        "start s\nuser u\nbound a attachedToRef=u cancelActivity=false @date:=complaint.deadlines.level_1\n"
        'bound b attachedToRef=u cancelActivity=false @cycle:="R/"+rhythm\n'
        "bound c attachedToRef=u @duration:=duration(limit)\nt x\nt y\nt z\ns -> u\na -> x\nb -> y\nc -> z",
        rhythm="P2D",
        limit="P5D",
    )
    host.advance(days=6)
    assert (case.trace, case.state) == (["x", "y", "y", "z"], "COMPLETED")


def test_a_timer_without_a_time_is_an_incident(host):
    case = go(host, "start s\ncatch c @date:=nothing\nt x\ns -> c -> x")
    assert case.incidents == [("c", "EXTRACT_VALUE_ERROR")]
    case.inst.set_variables(case.inst.key, {"nothing": "2026-01-02T00:00:00Z"})
    host.retry(case)
    host.advance(days=2)
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_a_due_date_is_kept_when_variables_change(host):
    case = go(host, "start s\ncatch c @duration:=wait\ns -> c", wait="P1D")
    case.inst.set_variables(case.inst.key, {"wait": "P9D"})
    host.run(case)
    host.advance(days=1)
    assert case.state == "COMPLETED"


def test_timer_start_events_start_instances(host):
    host.deploy(draw("start s @cycle:R3/PT10S\nuser u\ns -> u"))
    host.deploy(draw("start s @date:2026-01-01T00:01:00Z\nuser v\ns -> v", "q"))
    host.advance(seconds=100)
    assert [case.tasks for case in host.cases] == [["u"], ["u"], ["u"], ["v"]]


def test_non_interrupting_timer_event_sub_process(host):
    case = go(host, "start s\nuser u\ns -> u\nesp h {\nstart k isInterrupting=false @cycle:R2/PT10S\nt x\nk -> x\n}")
    host.advance(seconds=100)
    assert case.trace == ["x", "x"]
    host.complete(case, "u")
    assert case.state == "COMPLETED"


def test_a_date_of_the_case_that_moves_takes_its_timers_along(host):
    def deadlines(day):
        return {"deadlines": {"level_1": datetime(2026, 1, day, tzinfo=UTC)}}

    host.names["complaint"] = deadlines(3)
    case = go(
        host,
        "start s\nuser u\nbound a attachedToRef=u cancelActivity=false @date:=complaint.deadlines.level_1\n"
        "bound b attachedToRef=u"
        " @date:=now()+(complaint.deadlines.level_1-complaint.deadlines.level_1)+duration(limit)\n"
        "bound c attachedToRef=u @duration:P9D\nt x\nt y\nt z\ns -> u\na -> x\nb -> y\nc -> z",
        limit="P5D",
    )
    before = {timer.element_id: timer.due for timer in case.open.timers.values()}
    host.names["complaint"], host.instant = deadlines(7), host.instant + timedelta(hours=1)
    case.inst.follow({"other"})
    assert case.inst.take_events() == []
    case.inst.follow({"complaint"})
    host.run(case)
    after = {timer.element_id: timer.due for timer in case.open.timers.values()}
    assert after == {**before, "a": datetime(2026, 1, 7, tzinfo=UTC)}
