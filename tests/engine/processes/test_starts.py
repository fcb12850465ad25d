"""What starts instances: timers, messages, signals and conditions, and what a new version changes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.errors import Conflict, DeploymentRefused, NotFound
from engine.processes import Resource
from engine.store.deployment import ProcessDefinition
from engine.store.message import MessageCorrelation
from engine.store.process_instance import ProcessInstance
from engine.store.record import AuditEntry
from engine.store.start import MessageStart
from engine.types import SYSTEM, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task

HOUR = timedelta(hours=1)
LONG = 3_600_000
MESSAGE = '<bpmn:message id="m" name="order"/>'
SIGNAL = '<bpmn:signal id="s" name="fire"/>'
ON_MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
ON_SIGNAL = '<bpmn:signalEventDefinition signalRef="s"/>'


def timer(text: str, form: str = "timeCycle") -> str:
    said = f'<bpmn:{form} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{form}>'
    return f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>"


def condition(text: str) -> str:
    said = f'<bpmn:condition xsi:type="bpmn:tFormalExpression">{text}</bpmn:condition>'
    return f"<bpmn:conditionalEventDefinition>{said}</bpmn:conditionalEventDefinition>"


def begun_by(trigger: str, process_id: str = "begun", *, task: str = "work", extra: str = "") -> Resource:
    begin = f'<bpmn:startEvent id="begin">{trigger}</bpmn:startEvent>'
    return diagram(process_id, begin + user_task(task) + END + flows("begin", task, "end"), extra=extra)


def deploy(engine: Engine, *resources: Resource) -> None:
    engine.deployments.deploy(SYSTEM, resources)


def instances(engine: Engine, state: str | None = None) -> list[tuple[str, int, datetime]]:
    with engine.units() as uow:
        rows = select(ProcessInstance.process_id, ProcessInstance.version, ProcessInstance.started_at)
        if state is not None:
            rows = rows.where(ProcessInstance.state == state)
        return [tuple(row) for row in uow.session.execute(rows.order_by(ProcessInstance.key))]


def dues(engine: Engine) -> list[datetime]:
    return [view.due_date for view in engine.timers.search(SYSTEM, SearchRequest()).items]


# -- timers


@pytest.mark.parametrize(
    ("form", "text", "hours"),
    [
        ("timeCycle", "R3/PT10H", [10, 20, 30]),
        ("timeCycle", "R/2026-03-02T12:00:00Z/PT24H", [3, 27, 51]),
        ("timeCycle", "R/PT24H/2026-03-04T09:00:00Z", [24, 48]),
        ("timeCycle", "0 0 9 * * MON-FRI", [24, 48]),
        ("timeCycle", "=&quot;R2/PT&quot;+string(2+3)+&quot;H&quot;", [5, 10]),
        ("timeDate", "2026-03-02T10:00:00+01:00", [0]),
        ("timeDate", "=now()+duration(&quot;PT2H&quot;)", [2]),
    ],
)
def test_a_timer_starts_instances(engine: Engine, form: str, text: str, hours: list[int]) -> None:
    deploy(engine, begun_by(timer(text, form)))
    engine.set_clock(SYSTEM, MONDAY + timedelta(hours=52))
    assert [at - MONDAY for _, _, at in instances(engine)] == [n * HOUR for n in hours]


def test_a_cycle_that_began_before_it_was_deployed_does_not_catch_up(engine: Engine) -> None:
    deploy(engine, begun_by(timer("R4/2026-03-02T06:30:00Z/PT1H")))
    assert (engine.timers.fire_due(), dues(engine)) == (0, [MONDAY + HOUR / 2])


def test_several_sweeps_start_one_instance_for_each_turn(engine: Engine, clock: SettableClock) -> None:
    deploy(engine, *(begun_by(timer("R/PT1H"), f"p{n}") for n in range(8)))
    clock.pin(MONDAY + HOUR)
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: engine.timers.fire_due(), range(3))) == 8
    assert sorted(name for name, _, _ in instances(engine)) == [f"p{n}" for n in range(8)]
    assert dues(engine) == [MONDAY + 2 * HOUR] * 8


def test_after_downtime_one_instance_starts_and_the_missed_turns_are_on_record(
    engine: Engine, clock: SettableClock
) -> None:
    deploy(engine, begun_by(timer("R/PT1H")))
    clock.pin(MONDAY + 7 * HOUR + HOUR / 2)
    assert (engine.timers.fire_due(), engine.timers.fire_due()) == (1, 0)
    assert (len(instances(engine)), dues(engine)) == (1, [MONDAY + 8 * HOUR])
    with engine.units() as uow:
        (details,) = uow.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "timer.fired"))
    assert details["missed"] == 6


def test_what_fails_to_start_is_rolled_back_and_becomes_an_incident(
    engine: Engine, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(engine, begun_by(timer("R/PT1H"), "bad"), begun_by(timer("R/PT1H"), "good"))
    clock.pin(MONDAY + HOUR)
    move = engine.advance.move

    def fail(uow, opened, step):  # type: ignore[no-untyped-def]  # stands in for a method
        move(uow, opened, step)
        if opened.process_id == "bad":
            raise RuntimeError("disk full")

    monkeypatch.setattr(engine.advance, "move", fail)
    engine.timers.fire_due()
    assert [name for name, _, _ in instances(engine)] == ["good"]
    (incident,) = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items
    assert (incident.error_type, incident.process_definition_id, incident.process_instance_key) == (
        "TIMER_FAILED",
        "bad",
        None,
    )
    assert engine.timers.fire_due() == 0
    monkeypatch.undo()
    engine.incidents.resolve(SYSTEM, incident.incident_key)
    engine.timers.fire_due()
    assert sorted(name for name, _, _ in instances(engine)) == ["bad", "good"]
    assert dues(engine) == [MONDAY + 2 * HOUR] * 2


# -- versions


def test_the_same_version_again_does_not_restart_its_schedule(engine: Engine, clock: SettableClock) -> None:
    for minutes in (0, 30):
        clock.pin(MONDAY + timedelta(minutes=minutes))
        deploy(engine, begun_by(timer("R/PT1H")))
    assert dues(engine) == [MONDAY + HOUR]


def test_a_new_version_takes_over_and_keeps_a_schedule_that_it_does_not_change(
    engine: Engine, clock: SettableClock
) -> None:
    deploy(engine, begun_by(timer("R3/PT1H")))
    clock.pin(MONDAY + HOUR)
    engine.timers.fire_due()
    clock.pin(MONDAY + HOUR * 1.5)
    deploy(engine, begun_by(timer("R3/PT1H"), task="check"))
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    begun = [("begun", 1, MONDAY + HOUR), ("begun", 2, MONDAY + 2 * HOUR), ("begun", 2, MONDAY + 3 * HOUR)]
    assert instances(engine) == begun
    deploy(engine, begun_by(timer("R3/PT1H"), task="done"))
    assert dues(engine) == []


def test_a_new_version_with_another_schedule_begins_it(engine: Engine, clock: SettableClock) -> None:
    deploy(engine, begun_by(timer("R/PT1H")))
    clock.pin(MONDAY + HOUR / 2)
    deploy(engine, begun_by(timer("R/PT2H")))
    assert dues(engine) == [MONDAY + HOUR / 2 + 2 * HOUR]
    deploy(engine, begun_by("", task="work"))
    assert dues(engine) == []


def test_a_new_version_ends_the_start_events_of_the_old_one(engine: Engine) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    deploy(engine, begun_by(ON_SIGNAL, extra=SIGNAL))
    assert engine.messages.publish(SYSTEM, name="order").process_instance_keys == ()
    engine.signals.broadcast(SYSTEM, "fire")
    assert [version for _, version, _ in instances(engine)] == [2]


def test_what_an_older_release_has_deployed_is_armed_by_the_sweep(engine: Engine) -> None:
    deploy(engine, begun_by(timer("R/PT1H")))
    deploy(engine, begun_by(timer("R/PT1H"), task="check"))
    with engine.units() as uow:  # as if it had known no start events
        unarmed = update(ProcessDefinition).where(ProcessDefinition.version == 2).values(armed_at=None)
        uow.session.execute(unarmed)
    assert (engine.starts.arm_missing(), engine.starts.arm_missing()) == (1, 0)
    assert dues(engine) == [MONDAY + HOUR]


def test_a_timer_that_gives_no_time_is_refused(engine: Engine) -> None:
    text = "=if now() &lt; date and time(&quot;2026-02-01T00:00:00Z&quot;) then &quot;R/PT1H&quot; else null"
    with pytest.raises(DeploymentRefused) as refused:
        deploy(engine, begun_by(timer(text)))
    assert [(finding.rule, finding.element_id) for finding in refused.value.findings] == [("timer-value", "begin")]


# -- messages


def publish(engine: Engine, key: str = "", ttl: int = 0, **variables: str) -> tuple[int, ...]:
    sent = engine.messages.publish(
        SYSTEM, name="order", correlation_key=key, time_to_live=ttl, variables=dict(variables)
    )
    return sent.process_instance_keys


def test_a_message_starts_one_instance_for_a_key_at_a_time(engine: Engine) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    (first,) = publish(engine, "C-1", text="hello")
    assert engine.instances.search_variables(SYSTEM, SearchRequest()).items[0].name == "text"
    assert publish(engine, "C-1") == ()
    assert len(publish(engine, "C-2")) == 1
    assert len(publish(engine)) == len(publish(engine)) == 1
    engine.instances.cancel(SYSTEM, first)
    assert len(publish(engine, "C-1")) == 1


def test_kept_messages_start_one_instance_after_the_other(engine: Engine) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    assert len(publish(engine, "C-1", LONG)) == 1
    assert (publish(engine, "C-1", LONG), publish(engine, "C-1", LONG)) == ((), ())
    for running in (1, 1, 1, 0):
        active = [i for i in engine.instances.search(SYSTEM, SearchRequest()).items if i.state == "ACTIVE"]
        assert len(active) == running
        if active:
            engine.instances.cancel(SYSTEM, active[0].process_instance_key)
    assert len(instances(engine)) == 3
    with engine.units() as uow:
        assert uow.session.scalar(select(func.count()).select_from(MessageStart)) == 0
        assert uow.session.scalar(select(func.count()).select_from(MessageCorrelation)) == 3


def test_instances_that_end_at_once_take_all_kept_messages(engine: Engine) -> None:
    begin = f'<bpmn:startEvent id="begin">{ON_MESSAGE}</bpmn:startEvent>'
    for _ in range(30):
        publish(engine, "C-1", LONG)
    deploy(engine, diagram("quick", begin + END + flows("begin", "end"), extra=MESSAGE))
    assert engine.messages.match_kept(1) == 1
    assert len(instances(engine, "COMPLETED")) == 30


def test_the_end_of_a_message_is_the_end_of_its_waiting(engine: Engine, clock: SettableClock) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    (first,) = publish(engine, "C-1", LONG)
    publish(engine, "C-1", LONG)
    clock.pin(MONDAY + 2 * HOUR)
    engine.instances.cancel(SYSTEM, first)
    assert len(instances(engine)) == 1


def test_the_same_message_is_kept_once_and_starts_once(engine: Engine) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    sent = {"name": "order", "message_id": "one", "time_to_live": LONG}
    engine.messages.publish(SYSTEM, **sent)
    with pytest.raises(Conflict):
        engine.messages.publish(SYSTEM, **sent)
    assert (engine.messages.match_kept(), len(instances(engine))) == (0, 1)


def test_publications_at_the_same_moment_start_one_instance_of_each_process(engine: Engine) -> None:
    deploy(engine, *(begun_by(ON_MESSAGE, name, extra=MESSAGE) for name in ("a", "b")))
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: publish(engine, "C-1", LONG), range(8)))
    assert sum(len(keys) for keys in started) == 2
    engine.messages.match_kept()
    assert sorted(name for name, _, _ in instances(engine)) == ["a", "b"]


def test_a_message_reaches_an_instance_or_starts_one_but_not_both_of_one_process(engine: Engine) -> None:
    begin = f'<bpmn:startEvent id="begin">{ON_MESSAGE}</bpmn:startEvent>'
    inside = (
        '<bpmn:message id="m" name="order"><bpmn:extensionElements>'
        '<zeebe:subscription correlationKey="=&quot;C-1&quot;"/></bpmn:extensionElements></bpmn:message>'
    )
    catch = f'<bpmn:intermediateCatchEvent id="again">{ON_MESSAGE}</bpmn:intermediateCatchEvent>'
    content = begin + catch + user_task("work") + END + flows("begin", "again", "work", "end")
    deploy(engine, diagram("both", content, extra=inside), begun_by(ON_MESSAGE, "other", extra=MESSAGE))
    first, _ = publish(engine, "C-1")
    assert publish(engine, "C-1") == (first,)


def test_correlating_finds_a_process_to_start_or_nobody(engine: Engine) -> None:
    deploy(engine, begun_by(ON_MESSAGE, extra=MESSAGE))
    sent = engine.messages.correlate(SYSTEM, name="order", correlation_key="C-1")
    assert sent.process_instance_key is not None
    with pytest.raises(NotFound):
        engine.messages.correlate(SYSTEM, name="order", correlation_key="C-1")


# -- signals and conditions


def test_a_signal_starts_an_instance_of_each_process_once(engine: Engine) -> None:
    deploy(engine, *(begun_by(ON_SIGNAL, name, extra=SIGNAL) for name in ("a", "b")))
    engine.signals.broadcast(SYSTEM, "fire", {"why": "test"})
    engine.signals.broadcast(SYSTEM, "water")
    assert [name for name, _, _ in instances(engine)] == ["a", "b"]
    assert len(engine.instances.search_variables(SYSTEM, SearchRequest()).items) == 2


def test_a_signal_that_an_instance_throws_starts_others(engine: Engine, start) -> None:  # type: ignore[no-untyped-def]
    deploy(engine, begun_by(ON_SIGNAL, "hearer", extra=SIGNAL))
    throw = f'<bpmn:intermediateThrowEvent id="cry">{ON_SIGNAL}</bpmn:intermediateThrowEvent>'
    start(diagram("crier", START + throw + END + flows("start", "cry", "end"), extra=SIGNAL))
    for job in engine.jobs.search(SYSTEM, SearchRequest()).items:
        engine.signals.deliver(job.job_key)
    assert [name for name, _, _ in instances(engine)] == ["crier", "hearer"]


def test_conditions_are_looked_at_over_given_variables(engine: Engine) -> None:
    deploy(engine, begun_by(condition("=amount &gt; 10"), "large"), begun_by(condition("=amount &gt; 100"), "huge"))
    assert engine.starts.evaluate(SYSTEM, {}).process_instances == ()
    ((definition, instance),) = engine.starts.evaluate(SYSTEM, {"amount": 50}).process_instances
    assert engine.instances.get(SYSTEM, instance).process_definition_key == definition
    assert len(engine.starts.evaluate(SYSTEM, {"amount": 500}).process_instances) == 2
    assert len(engine.starts.evaluate(SYSTEM, {"amount": 500}, definition).process_instances) == 1
    with pytest.raises(NotFound):
        engine.starts.evaluate(SYSTEM, {}, 1)
    again = [engine.starts.evaluate(SYSTEM, {"amount": 50}, idempotency="once") for _ in range(2)]
    assert (again[0], len(instances(engine))) == (again[1], 5)


def test_several_start_events_of_one_process_start_it_each_by_itself(engine: Engine) -> None:
    begin = (
        f'<bpmn:startEvent id="start"/><bpmn:startEvent id="late">{timer("R1/PT1H")}{ON_SIGNAL}</bpmn:startEvent>'
        f'<bpmn:startEvent id="asked">{ON_MESSAGE}</bpmn:startEvent>'
    )
    join = '<bpmn:exclusiveGateway id="join"/>'
    ways = flows("start", "join") + flows("late", "join") + flows("asked", "join") + flows("join", "work", "end")
    deploy(engine, diagram("many", begin + join + user_task("work") + END + ways, extra=MESSAGE + SIGNAL))
    publish(engine)
    engine.signals.broadcast(SYSTEM, "fire")
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    assert len(instances(engine)) == 3
    elements = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"type": "START_EVENT"})).items
    assert sorted(element.element_id for element in elements) == ["asked", "late", "late"]
