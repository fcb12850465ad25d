"""A sweep shares its time: who fails, is slow or has much to do lets others go first. Cycles keep their meaning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.processes import Resource, StartInstance
from engine.processes.sweep import FAILURES_IN_A_ROW, PER_INSTANCE, _Claim, _Tick
from engine.store.process_instance import ElementInstance
from engine.store.record import AuditEntry
from engine.store.timer import Timer
from engine.types import SYSTEM, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import END, START, diagram, flows, reminded, user_task

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]
HOUR = timedelta(hours=1)


@pytest.fixture
def order(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Processes in the order in which their timers are tried; timers of the process `bad` fail."""
    tried: list[str] = []
    move = engine.advance.move

    def watch(uow, opened, step):  # type: ignore[no-untyped-def]  # stands in for a method
        tried.append(opened.process_id)
        if opened.process_id == "bad":
            raise RuntimeError("broken")
        move(uow, opened, step)

    for process_id, count in (("bad", 60), ("good", 5)):
        engine.deployments.deploy(SYSTEM, [reminded(process_id)])
        for _ in range(count):
            engine.instances.start(SYSTEM, StartInstance(process_id=process_id, variables={"deadline": "PT1H"}))
    monkeypatch.setattr(engine.advance, "move", watch)
    return tried


def test_a_process_whose_timers_fail_lets_others_go_first(
    engine: Engine, clock: SettableClock, order: list[str]
) -> None:
    clock.pin(MONDAY + 2 * HOUR)
    engine.timers.fire_due(FAILURES_IN_A_ROW + 5)
    assert order == ["bad"] * FAILURES_IN_A_ROW + ["good"] * 5
    engine.timers.fire_due()
    assert (len(order), engine.timers.fire_due()) == (65, 0)  # then the others, each once
    found = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"}))
    assert (found.total_items, {incident.error_type for incident in found.items}) == (60, {"TIMER_FAILED"})


def test_failing_timers_come_back_less_and_less_often(engine: Engine, clock: SettableClock, order: list[str]) -> None:
    pauses = []
    clock.pin(MONDAY + 2 * HOUR)
    for _ in range(4):
        engine.timers.fire_due()
        due = engine.timers.next_due()
        assert due is not None
        pauses.append(due - clock.now())
        clock.pin(due)
    assert pauses == [timedelta(minutes=n) for n in (1, 2, 4, 8)]


def test_a_process_that_takes_long_lets_others_go_first(
    engine: Engine, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.processes.sweep.SECONDS_IN_A_ROW", 0.0)
    for process_id in ("first", "second"):
        engine.deployments.deploy(SYSTEM, [reminded(process_id)])
        for _ in range(3):
            engine.instances.start(SYSTEM, StartInstance(process_id=process_id, variables={"deadline": "PT1H"}))
    clock.pin(MONDAY + 2 * HOUR)
    assert engine.timers.fire_due() == 6
    with engine.units() as uow:
        fired = select(ElementInstance.process_id).where(ElementInstance.element_id == "remind")
        assert list(uow.session.scalars(fired.order_by(ElementInstance.key))) == ["first", "second"] * 3


def test_an_instance_with_many_due_timers_fires_a_part_at_a_time(
    engine: Engine, start: Begin, clock: SettableClock
) -> None:
    late = (
        '<bpmn:intermediateCatchEvent id="rest"><bpmn:timerEventDefinition>'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    inside = f'<bpmn:startEvent id="in"/>{late}<bpmn:endEvent id="out"/>{flows("in", "rest", "out")}'
    each = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false"><bpmn:extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    content = f'{START}<bpmn:subProcess id="all">{each}{inside}</bpmn:subProcess>{user_task("work")}{END}'
    start(diagram("many", content + flows("start", "all", "work", "end")), items=list(range(PER_INSTANCE + 10)))
    clock.pin(MONDAY + 2 * HOUR)
    with engine.units() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Timer)) == PER_INSTANCE + 10
    assert engine.timers.fire_due(1) == 1
    assert engine.timers.search(SYSTEM, SearchRequest()).total_items == 10
    assert (engine.timers.fire_due(), engine.timers.fire_due()) == (1, 0)


# -- cycles


def nagging(cycle: str, process_id: str = "nagging", *, inside: bool = False) -> Resource:
    """A user task with a reminder that repeats: at its boundary, or in an event sub-process."""
    said = (
        f'<bpmn:timerEventDefinition><bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{cycle}</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition>"
    )
    body = START + user_task("work") + END + flows("start", "work", "end")
    if inside:
        begin = f'<bpmn:startEvent id="late" isInterrupting="false">{said}</bpmn:startEvent>'
        handler = begin + user_task("remind") + '<bpmn:endEvent id="over"/>' + flows("late", "remind", "over")
        return diagram(
            process_id, f'{body}<bpmn:subProcess id="nag" triggeredByEvent="true">{handler}</bpmn:subProcess>'
        )
    late = f'<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false">{said}</bpmn:boundaryEvent>'
    return diagram(process_id, body + late + user_task("remind") + flows("late", "remind", "end"))


def nagging_start() -> Resource:
    """A process that starts each hour."""
    said = '<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R/PT1H</bpmn:timeCycle>'
    begin = (
        f'<bpmn:startEvent id="begin"><bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition></bpmn:startEvent>'
    )
    return diagram("hourly", begin + user_task("work") + END + flows("begin", "work", "end"))


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("cycle", "late", "missed", "following"),
    [
        ("R/PT1H", 5.5, 4, 6),
        ("R9/PT1H", 5.5, 4, 6),
        ("R/2026-03-02T10:30:00Z/PT2H", 6, 2, 7.5),
        ("0 0 * * * *", 5.5, 4, 6),
        ("R/PT1H", 1, 0, 2),
    ],
)
def test_after_downtime_a_cycle_fires_once_and_says_what_was_missed(  # one case, told by its parts
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock, *, cycle: str, late: float, missed: int,
    following: float, inside: bool,
) -> None:  # fmt: skip
    key = start(nagging(cycle, inside=inside))
    clock.pin(MONDAY + late * HOUR)
    assert (engine.timers.fire_due(), engine.timers.fire_due()) == (1, 0)
    assert open_tasks(key) == ["work", "remind"]
    assert engine.timers.next_due() == MONDAY + following * HOUR
    with engine.units() as uow:
        (details,) = uow.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "timer.fired"))
    assert details.get("missed", 0) == missed


@pytest.mark.parametrize(
    ("clocks", "cycle", "dues"),
    [
        ("RUN", "R/PT10H", [10]),
        ("STAND", "R/PT10H", [34]),
        ("STAND", "0 0 9 * * *", [48]),
        ("STAND", "R/2026-03-02T15:00:00Z/PT24H", [30]),
        ("RUN", "0 0 9 * * *", [24]),
    ],
)
def test_cycles_of_a_suspended_instance(  # one case, told by its parts
    engine: Engine, start: Begin, clock: SettableClock, *, clocks: str, cycle: str, dues: list[int]
) -> None:
    key = start(nagging(cycle))
    clock.pin(MONDAY + HOUR)
    engine.suspensions.suspend(SYSTEM, key, clocks=clocks)  # type: ignore[arg-type]  # one of the two words
    engine.set_clock(SYSTEM, MONDAY + 25 * HOUR)
    engine.suspensions.resume(SYSTEM, key)
    found = engine.timers.search(SYSTEM, SearchRequest()).items
    assert [(timer.due_date - MONDAY) / HOUR for timer in found] == dues


def test_definitions_are_replaced_while_instances_wait(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    key = start(nagging("R/PT1H"))
    engine.deployments.deploy(SYSTEM, [nagging("R/PT5H")])
    engine.set_clock(SYSTEM, MONDAY + 2 * HOUR)
    assert open_tasks(key) == ["work", "remind", "remind"]


def test_a_lost_race_for_a_start_timer_starts_nothing(engine: Engine, clock: SettableClock) -> None:
    engine.deployments.deploy(SYSTEM, [nagging_start()])
    clock.pin(MONDAY + HOUR)
    with engine.units() as holding:  # as a second sweep that is about it
        engine.timers._sweep._fire_in(holding, _Claim(), _Tick())
        assert engine.timers.fire_due() == 0
    assert engine.timers.fire_due() == 0
    assert engine.instances.search(SYSTEM, SearchRequest()).total_items == 1


def test_a_sweep_that_dies_leaves_its_timers(engine: Engine, clock: SettableClock) -> None:
    engine.deployments.deploy(SYSTEM, [nagging_start()])
    clock.pin(MONDAY + HOUR)
    with engine.units() as dying:
        engine.timers._sweep._fire_in(dying, _Claim(), _Tick())
        dying.abandon()
    assert engine.timers.fire_due() == 1
    assert engine.instances.search(SYSTEM, SearchRequest()).total_items == 1
