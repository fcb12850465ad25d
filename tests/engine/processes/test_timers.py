from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock, SystemClock
from engine.errors import Conflict, Forbidden
from engine.processes import StartInstance
from engine.settings import Settings
from engine.store.process_instance import ElementInstance
from engine.store.record import AuditEntry
from engine.types import SYSTEM, Actor, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import END, START, diagram, flows, reminded, user_task

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]


def cycle(timer: str, *, cancel: str = "false") -> str:
    return (
        f'<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="{cancel}"><bpmn:timerEventDefinition>'
        f'<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{timer}</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def test_a_timer_fires_when_it_is_due_and_once(
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock
) -> None:
    key = start(reminded(), deadline="PT1H")
    assert engine.timers.fire_due() == 0
    assert engine.timers.next_due() == MONDAY + timedelta(hours=1)
    clock.pin(MONDAY + timedelta(hours=1))
    assert (engine.timers.fire_due(), engine.timers.fire_due()) == (1, 0)
    assert open_tasks(key) == ["work", "remind"]


def test_the_end_of_the_task_ends_its_timer(
    engine: Engine, start: Begin, complete: Callable[..., None], clock: SettableClock
) -> None:
    key = start(reminded(), deadline="PT1H")
    complete(key, "work")
    assert engine.timers.next_due() is None


def test_with_several_sweepers_each_timer_fires_once(engine: Engine, clock: SettableClock) -> None:
    engine.deployments.deploy(SYSTEM, [reminded()])
    for _ in range(20):
        engine.instances.start(SYSTEM, StartInstance(process_id="reminded", variables={"deadline": "PT1H"}))
    clock.pin(MONDAY + timedelta(hours=2))
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: engine.timers.fire_due(), range(3))) == 20
    with engine.units() as uow:
        reminders = select(func.count()).where(ElementInstance.element_id == "remind")
        fired = select(func.count()).where(AuditEntry.action == "timer.fired")
        assert (uow.session.scalar(reminders), uow.session.scalar(fired)) == (20, 20)


def test_a_tick_is_bounded(engine: Engine, clock: SettableClock) -> None:
    engine.deployments.deploy(SYSTEM, [reminded()])
    for _ in range(3):
        engine.instances.start(SYSTEM, StartInstance(process_id="reminded", variables={"deadline": "PT1H"}))
    clock.pin(MONDAY + timedelta(hours=2))
    assert [engine.timers.fire_due(2), engine.timers.fire_due(2)] == [2, 1]


def test_a_cycle_is_armed_again(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    content = START + user_task("work") + cycle("R/PT1H") + user_task("remind") + END
    key = start(diagram("nagging", content + flows("start", "work", "end") + flows("late", "remind", "end")))
    engine.set_clock(SYSTEM, MONDAY + timedelta(hours=3, minutes=30))
    assert open_tasks(key) == ["work", "remind", "remind", "remind"]
    assert engine.timers.next_due() == MONDAY + timedelta(hours=4)
    assert engine.timers.search(SYSTEM, SearchRequest()).total_items == 1


def test_setting_the_clock_fires_each_timer_at_its_own_time(engine: Engine, start: Begin) -> None:
    for hours in (3, 1, 2):
        start(reminded(), deadline=f"PT{hours}H")
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    with engine.units() as uow:
        of_reminders = select(ElementInstance.started_at).where(ElementInstance.element_id == "remind")
        instants = list(uow.session.scalars(of_reminders.order_by(ElementInstance.key)))
    assert instants == [MONDAY + timedelta(hours=hours) for hours in (1, 2, 3)]
    assert engine.clock.now() == MONDAY + timedelta(days=1)


def test_other_processes_follow_the_clock(engine: Engine, settings: Settings) -> None:
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    other = make_engine(settings, engine.units.session_factory, SettableClock())
    other.clocks.follow()
    assert other.clock.now() == MONDAY + timedelta(days=1)
    engine.reset_clock(SYSTEM)
    other.clocks.follow()
    assert other.clock.now() > MONDAY + timedelta(days=1)


def test_a_clock_that_cannot_be_set_is_left_alone(engine: Engine, settings: Settings) -> None:
    real = make_engine(settings, engine.units.session_factory, SystemClock())
    with pytest.raises(Conflict):
        real.set_clock(SYSTEM, MONDAY)
    with pytest.raises(Forbidden):
        engine.set_clock(Actor(username="stranger"), MONDAY)


def test_a_timer_that_fails_becomes_an_incident_and_stops_nobody(
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = start(reminded(), deadline="PT1H"), start(reminded(), deadline="PT2H")
    clock.pin(MONDAY + timedelta(hours=3))
    move = engine.advance.move

    def fail(uow, opened, step):  # type: ignore[no-untyped-def]  # stands in for a method
        if opened.key == bad:
            raise RuntimeError("disk full")
        move(uow, opened, step)

    monkeypatch.setattr(engine.advance, "move", fail)
    engine.timers.fire_due()
    assert (open_tasks(bad), open_tasks(good)) == (["work"], ["work", "remind"])
    (incident,) = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items
    assert (incident.error_type, incident.element_id, incident.process_instance_key) == ("TIMER_FAILED", "late", bad)
    assert engine.timers.fire_due() == 0
    monkeypatch.undo()
    engine.incidents.resolve(SYSTEM, incident.incident_key)
    engine.timers.fire_due()
    assert open_tasks(bad) == ["work", "remind"]
