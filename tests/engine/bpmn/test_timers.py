"""When timers are due, and what fires how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import timers
from engine.bpmn.cron import parse_cron
from engine.bpmn.timers import Schedule
from engine.errors import AlreadyCompleted, Refused
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
        ("timeCycle", "R/2026-03-01T09:00:00@Europe/Berlin/P14D", "2026-03-01T08:00:00+00:00"),
        ("timeCycle", "R/P1D/2026-03-01T09:00:00@America/Argentina/Salta", "2026-02-01T12:00:00+00:00"),
        ("timeCycle", "0 0 9 * * MON-FRI", "2026-02-02T09:00:00+00:00"),
        ("timeCycle", "0 0 9 * * MON-FRI @Europe/Amsterdam", "2026-02-02T08:00:00+00:00"),
        ("timeCycle", "@monthly", "2026-02-01T00:00:00+00:00"),
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
        ("timeCycle", "0 9 * * MON"),
        ("timeCycle", "0 0 9 31 2 *"),
        ("timeCycle", "0 0 9 * * MON@Mars/Olympus"),
        ("timeCycle", "R/2026-01-01T09:00:00@Mars/Olympus/P14D"),
    ],
)
def test_what_is_no_time(form, text):
    with pytest.raises(ValueError, match=r"^(?!Invalid isoformat)."):
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


def turns(text, until, now=NOW):
    schedule, found = timers.first("timeCycle", text, now), []
    while schedule is not None and schedule.due < until:
        found.append(schedule.due)
        schedule = schedule.after(schedule.due)
    return found


def test_a_cycle_in_a_zone_keeps_to_its_clocks():
    berlin = turns("R/2026-03-27T09:00:00@Europe/Berlin/P1D", datetime(2026, 4, 1, tzinfo=UTC))
    assert [due.hour for due in berlin] == [8, 8, 7, 7, 7]  # the clocks change on 29 March
    hours = turns("R/2026-03-29T00:00:00@Europe/Berlin/PT1H", datetime(2026, 3, 29, 4, tzinfo=UTC))
    assert [after - before for before, after in pairwise(hours)] == [timedelta(hours=1)] * 4


def test_a_cycle_of_months_stays_on_its_day():
    found = turns("R/2026-01-31T12:00:00Z/P1M", datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    assert [due.day for due in found] == [31, 28, 31, 30, 31]


def test_a_time_that_the_clocks_leave_out_comes_later_and_one_that_comes_twice_comes_once():
    daily = turns("0 30 2 * * *@Europe/Berlin", datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC))
    assert [due.strftime("%d %H:%M") for due in daily] == ["28 01:30", "29 01:30", "30 00:30"]
    autumn = turns("0 30 2 * * *@Europe/Berlin", datetime(2026, 10, 27, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC))
    assert [due.strftime("%d %H:%M") for due in autumn] == ["24 00:30", "25 00:30", "26 01:30"]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 0 17 LW * *", ["30 Jan", "27 Feb", "31 Mar"]),
        ("0 0 0 L-3 * ?", ["28 Jan", "25 Feb", "28 Mar"]),
        ("0 0 9 ? * MON#2", ["12 Jan", "09 Feb", "09 Mar"]),
        ("0 0 9 * * 5L", ["30 Jan", "27 Feb", "27 Mar"]),
        ("0 0 9 15W * *", ["15 Jan", "16 Feb", "16 Mar"]),
        ("0 0 9 1,15 1-3/2 ?", ["01 Jan", "15 Jan", "01 Mar", "15 Mar"]),
        ("0 0 9 ? * SAT-SUN", ["03 Jan", "04 Jan", "10 Jan"]),
    ],
)
def test_days_of_cron(text, due):
    found = turns(text, datetime(2026, 4, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert [day.strftime("%d %b") for day in found][: len(due)] == due


@given(st.integers(0, 59), st.integers(0, 23), st.integers(0, 6), st.integers(0, 10**7))
def test_cron_laws(minute, hour, day, minutes):
    instant = NOW + timedelta(minutes=minutes)
    found = parse_cron(f"0 {minute} {hour} * * {day}").after(instant)
    assert instant < found <= instant + timedelta(days=7)
    assert (found.second, found.minute, found.hour, found.isoweekday() % 7) == (0, minute, hour, day)


def test_what_was_missed_is_counted_and_used_up():
    hourly = timers.first("timeCycle", "R5/PT1H", NOW)
    late = NOW + timedelta(hours=3, minutes=30)
    assert hourly.missed(late) == 2
    following = hourly.after(late)
    assert (following.due, following.repetitions_left) == (NOW + timedelta(hours=4), 1)
    assert (hourly.missed(NOW + timedelta(days=1)), hourly.after(NOW + timedelta(days=1))) == (4, None)
    weekdays = timers.first("timeCycle", "0 0 9 * * MON-FRI", NOW)  # Monday 2 February
    assert weekdays.missed(NOW + timedelta(days=9)) == 5
    until = timers.first("timeCycle", "R/PT1H/2026-01-31T14:30:00Z", NOW)
    assert until.missed(NOW + timedelta(days=1)) == 1


def test_a_cycle_whose_end_comes_first_never_fires():
    assert timers.first("timeCycle", "R/P7D/2026-02-01T00:00:00Z", NOW) is None


def test_a_turn_that_was_put_elsewhere_does_not_shift_the_others():
    hourly = timers.first("timeCycle", "R/PT1H", NOW)
    for due in (NOW + timedelta(minutes=20), NOW + timedelta(minutes=80)):
        moved = replace(hourly, due=due, turn=hourly.due)
        assert moved.after(due).due == NOW + timedelta(hours=2)


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


def dues(case):
    return {timer.element_id: timer.due for timer in case.open.timers.values()}


def at(day, hour=0):
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def case_due(host, due):
    host.names["complaint"] = {"deadlines": {"final": due}}


def moves(host, case, due):
    case_due(host, due)
    case.inst.follow({"complaint"})
    host.run(case)


CYCLE = '"R3/"+string(complaint.deadlines.final)+"/P1D"'


def test_a_cycle_that_begins_at_a_date_of_the_case_moves_with_it(host):
    case_due(host, at(3))
    case = go(
        host, f"start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:={CYCLE}\nt x\ns -> u\nb -> x"
    )
    moves(host, case, at(5))
    assert dues(case) == {"b": at(5)}
    host.advance(days=4)
    assert (case.trace, dues(case)) == (["x"], {"b": at(6)})
    moves(host, case, at(9))  # it has fired: the two turns that are left wait for the new date
    assert dues(case) == {"b": at(9)}
    moves(host, case, at(4, 12))  # a grid that has begun: what passed on it is not made up for
    assert dues(case) == {"b": at(5, 12)}
    host.advance(days=9)
    assert (case.trace, case.open.timers) == (["x", "x", "x"], {})


def test_a_cycle_that_ends_at_a_date_of_the_case_ends_with_it(host):
    case_due(host, at(4))
    text = '"R/P1D/"+string(complaint.deadlines.final)'
    case = go(
        host,
        f"start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:={text}\nt x\ns -> u\nb -> x",
    )
    host.advance(days=1)
    moves(host, case, at(3))
    assert dues(case) == {"b": at(3)}
    moves(host, case, at(2, 12))
    assert (case.open.timers, case.tasks) == ({}, ["u"])


@pytest.mark.parametrize("place", ["boundary", "event sub-process"])
def test_a_date_that_has_fired_is_armed_again_when_it_moves_ahead(host, place):
    case_due(host, at(3))
    bound = "bound b attachedToRef=u cancelActivity=false @date:=complaint.deadlines.final\nt x\nb -> x"
    inner = "esp h {\nstart b isInterrupting=false @date:=complaint.deadlines.final\nt x\nb -> x\n}"
    case = go(host, f"start s\nuser u\ns -> u\n{bound if place == 'boundary' else inner}")
    host.advance(days=3)
    assert (case.trace, case.open.timers) == (["x"], {})
    moves(host, case, at(4))  # it is the fourth
    moves(host, case, at(2))
    assert case.open.timers == {}
    moves(host, case, at(6))
    assert dues(case) == {"b": at(6)}
    host.advance(days=9)
    assert case.trace == ["x", "x"]
    host.complete(case, "u")
    assert case.state == "COMPLETED"


def test_what_has_fired_keeps_nothing_alive(host):
    case_due(host, at(3))
    case = go(host, "start s\ncatch w @date:=complaint.deadlines.final\nt x\ns -> w -> x")
    host.advance(days=3)
    assert case.state == "COMPLETED"


def test_a_timer_is_put_elsewhere_by_hand_until_the_date_behind_it_moves(host):
    case_due(host, at(3))
    case = go(
        host,
        "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @date:=complaint.deadlines.final\n"
        "bound c attachedToRef=u cancelActivity=false @cycle:R/P1D\nt x\nt y\ns -> u\nb -> x\nc -> y",
    )
    waits = {timer.element_id: (timer.key, timer.index) for timer in case.open.timers.values()}
    case.inst.put_off(*waits["b"], at(8))
    case.inst.put_off(*waits["c"], at(1, 6))
    host.run(case)
    assert dues(case) == {"b": at(8), "c": at(1, 6)}
    moves(host, case, at(3))
    assert dues(case)["b"] == at(8)
    host.advance(hours=7)
    assert (case.trace, dues(case)["c"]) == (["y"], at(3))
    moves(host, case, at(4))
    assert dues(case)["b"] == at(4)


def test_a_timer_is_given_up_by_hand(host):
    case_due(host, at(3))
    case = go(host, "start s\nuser u\nbound b attachedToRef=u @date:=complaint.deadlines.final\nt x\ns -> u\nb -> x")
    (timer,) = case.open.timers.values()
    case.inst.give_up(timer.key, timer.index)
    host.run(case)
    assert (case.open.timers, case.tasks) == ({}, ["u"])
    moves(host, case, at(5))
    assert case.open.timers == {}
    with pytest.raises(AlreadyCompleted):
        case.inst.trigger(timer.key, timer.index)


def test_what_would_wait_for_ever_is_not_given_up(host):
    case = go(host, "start s\ncatch c @duration:P1D\ns -> c")
    (timer,) = case.open.timers.values()
    with pytest.raises(Refused):
        case.inst.give_up(timer.key, timer.index)
    host.advance(days=1)
    assert case.state == "COMPLETED"


def test_a_cycle_on_days_of_the_week_stays_on_them_when_clocks_stood_still(host):
    text = "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:=rhythm\nt x\ns -> u\nb -> x"
    cron, days = go(host, text, rhythm="0 0 9 * * MON-FRI"), go(host, text, rhythm="R/P1D")
    host.instant = at(3, 12)  # a Saturday
    for case in (cron, days):
        case.inst.tell_waits(timedelta(days=2))
        host.run(case)
    assert (dues(cron), dues(days)) == ({"b": at(5, 9)}, {"b": at(4)})
