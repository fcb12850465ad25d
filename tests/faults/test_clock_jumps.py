"""Wall clocks that jump: forward, back, over daylight saving, over a week of sleep. Nothing is lost, nothing early."""

from __future__ import annotations

import datetime as real
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import delete, text

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock, SystemClock
from engine.processes import ActivatedJob, StartInstance, enqueue
from engine.settings import Settings
from engine.store.record import AuditEntry
from engine.store.timer import Timer
from engine.types import SYSTEM
from engine.worker import Worker
from engine.worker import worker as working
from engine.worker.jobs import JobRunner
from tests.engine.processes.diagrams import END, START, diagram, flows
from tests.faults.crowd import due_later

PATIENCE = 60.0
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
BRUSSELS = ZoneInfo("Europe/Brussels")
"""Clocks go forward on 29 March 2026 and back on 25 October 2026."""


class Wall(real.datetime):
    """The machine's clock, put forward or back by `shift`."""

    shift = timedelta(0)

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> real.datetime:
        """What the clock on the wall shows."""
        return real.datetime.now(tz) + cls.shift


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Wall]]:
    """The clock that both the engine and the scheduler look at."""
    monkeypatch.setattr("engine.clock.datetime", Wall)
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Wall)
    monkeypatch.setattr(working, "POLL", timedelta(seconds=0.3))
    yield Wall
    Wall.shift = timedelta(0)


def fired(engine: Engine) -> list[tuple[int, real.datetime, real.datetime]]:
    """Instance, due and fired, of every timer that has fired."""
    with engine.units() as uow:
        return [tuple(row) for row in uow.session.execute(text(_FIRED))]


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if holds():
            return
        pause.wait(0.05)
    pytest.fail("it did not happen")


def test_a_clock_set_back_stops_no_sweep_and_fires_nothing_early(
    engine: Engine, settings: Settings, database_url: str, wall: type[Wall]
) -> None:
    now = make_engine(settings, engine.units.session_factory, SystemClock())
    with Worker(now, database_url):
        first = due_later(now, 3, lambda _: timedelta(seconds=0.5))
        until(lambda: len(fired(now)) == 3)
        wall.shift = -HOUR  # the scheduler's next turn is an hour away by this clock
        second = due_later(now, 3, lambda _: timedelta(seconds=8))  # beyond what a notice is followed for
        wall.shift = -HOUR + timedelta(seconds=9)
        until(lambda: len(fired(now)) == 6)
    told = fired(now)
    assert sorted(key for key, _, _ in told) == sorted(first + second)
    assert all(at >= due for _, due, at in told)


def test_a_machine_that_slept_for_a_week_fires_each_once_and_does_each_job_once(
    engine: Engine, settings: Settings, database_url: str, wall: type[Wall]
) -> None:
    now = make_engine(settings, engine.units.session_factory, SystemClock())
    keys = due_later(now, 10, lambda number: number * timedelta(days=1) + HOUR)
    with now.units() as uow:
        enqueue(uow, "nobody-does-this", {})
    with Worker(now, database_url):
        until(lambda: now.timers.next_due() is not None)
        wall.shift = WEEK
        until(lambda: len(fired(now)) == 7)
        assert now.timers.fire_due() == 0
    told = fired(now)
    assert sorted(key for key, _, _ in told) == sorted(keys[:7])
    assert all(at >= due for _, due, at in told)


def test_a_lock_that_ran_out_in_the_sleep_is_not_worked_on(engine: Engine, clock: SettableClock) -> None:
    with engine.units() as uow:
        keys = [enqueue(uow, "paint", {}) for _ in range(3)]
    done: list[int] = []

    def sleepy(job: ActivatedJob) -> None:
        done.append(job.job_key)
        clock.pin(clock.now() + WEEK)  # the lid was closed

    runner = JobRunner(replace(engine, handlers={"paint": sleepy}), 1)
    assert runner.work() == 1
    assert done == keys[:1]
    again = engine.jobs.activate(SYSTEM, type="paint", worker="next", timeout=60.0, max_jobs=10)
    assert [job.job_key for job in again] == keys[1:]


STEPS = st.lists(st.integers(-3 * 24 * 60, 7 * 24 * 60), min_size=1, max_size=12)
DAYS = st.sampled_from([real.datetime(2026, 3, 28, 12, tzinfo=UTC), real.datetime(2026, 10, 24, 12, tzinfo=UTC)])


@budget(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begin=DAYS, steps=STEPS)
def test_whatever_way_the_clock_jumps_each_fires_once_and_never_early(
    engine: Engine, clock: SettableClock, begin: real.datetime, steps: list[int]
) -> None:
    with engine.units() as uow:
        for table in (Timer, AuditEntry):
            uow.session.execute(delete(table))
    clock.pin(begin)
    keys = due_later(engine, 6, lambda number: timedelta(hours=9 * number))
    for step in steps:
        clock.pin(clock.now() + timedelta(minutes=step))
        now = clock.now()
        engine.timers.fire_due()
        assert all(due <= at <= max(at, now) for _, due, at in fired(engine))
    clock.pin(begin + WEEK)
    engine.timers.fire_due()
    assert sorted(key for key, _, _ in fired(engine)) == sorted(keys)
    assert all(at >= due for _, due, at in fired(engine))


@pytest.mark.parametrize(("day", "offset"), [((2026, 3, 29), 2), ((2026, 10, 25), 1)])
def test_nine_in_the_morning_is_nine_in_the_morning_after_the_change(
    engine: Engine, clock: SettableClock, day: tuple[int, int, int], offset: int
) -> None:
    local = real.datetime(*day, 9, 0, tzinfo=BRUSSELS)
    clock.pin(local.astimezone(UTC) - timedelta(hours=20))
    timer = (
        '<bpmn:intermediateCatchEvent id="morning"><bpmn:timerEventDefinition>'
        '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">=at</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    resource = diagram("mornings", START + timer + END + flows("start", "morning", "end"))
    engine.deployments.deploy(SYSTEM, [resource])
    at = f"{local:%Y-%m-%dT%H:%M:%S}@Europe/Brussels"
    engine.instances.start(SYSTEM, StartInstance(process_id="mornings", variables={"at": at}))
    due = local.astimezone(UTC)
    assert due.hour == 9 - offset
    clock.pin(due - timedelta(seconds=1))
    assert engine.timers.fire_due() == 0
    clock.pin(due)
    assert engine.timers.fire_due() == 1


_FIRED = """
    SELECT instance_key, (details ->> 'due')::timestamptz, at FROM audit_entry WHERE action = 'timer.fired' ORDER BY key
"""
