"""Modification, going back, starting once more; suspending and resuming."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.bootstrap import Engine
from engine.bpmn import Activate, Modification, Move, Terminate, Variables
from engine.clock import SettableClock
from engine.errors import Conflict, NotFound, Refused
from engine.processes import ActivatedJob, MigrationPlan, Resource, Restart
from engine.types import SYSTEM, Json, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import (
    END,
    START,
    diagram,
    flows,
    one_job,
    one_user_task,
    reminded,
    user_task,
    waiting,
)

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]
Complete = Callable[..., None]
GATES = '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'


def parallel() -> Resource:
    """Two branches, `a` and `b`, then `after`."""
    content = START + GATES + user_task("a") + user_task("b") + user_task("after") + END
    ways = flows("fork", "a", "join") + flows("fork", "b", "join")
    return diagram("case", content + flows("start", "fork") + ways + flows("join", "after", "end"))


def nested() -> Resource:
    """`before`, then a sub-process with `find` and `decide` and a timer on it, then `after`."""
    ends = '<bpmn:startEvent id="begin"/><bpmn:endEvent id="finish"/>'
    sub = f'<bpmn:subProcess id="resolve">{ends}{user_task("find")}{user_task("decide")}' + flows(
        "begin", "find", "decide", "finish"
    )
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="resolve" cancelActivity="false"><bpmn:timerEventDefinition>'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:boundaryEvent>"
    )
    content = START + user_task("before") + sub + "</bpmn:subProcess>" + timer + user_task("after") + END
    return diagram("case", content + flows("start", "before", "resolve", "after", "end") + flows("late", "end"))


def modify(engine: Engine, key: int, **what: object) -> None:
    engine.modifications.modify(SYSTEM, key, Modification(**what))  # type: ignore[arg-type]


def move(source: str, target: str, **values: Json) -> Move:
    return Move(source=Terminate(element_id=source), target_element_id=target, variables=[Variables(values=values)])


def state(engine: Engine, key: int) -> str:
    return engine.instances.get(SYSTEM, key).state


def visits(engine: Engine, key: int, element_id: str) -> list[str]:
    wanted = SearchRequest(filter={"process_instance_key": key, "element_id": element_id})
    return [visit.state for visit in engine.instances.search_elements(SYSTEM, wanted).items]


def test_a_token_moves_with_variables(engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete) -> None:
    key = start(waiting(), reference="r")
    modify(engine, key, move=[move("before", "after", colour="red")])
    assert open_tasks(key) == ["after"]
    assert visits(engine, key, "before") == ["TERMINATED"]
    found = engine.instances.search_variables(SYSTEM, SearchRequest(filter={"name": "colour"})).items
    assert [(v.value, v.scope_key) for v in found] == [("red", key)]
    complete(key, "after")
    assert state(engine, key) == "COMPLETED"


def test_parallel_branches_are_changed_one_by_one(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(parallel())
    modify(engine, key, terminate=[Terminate(element_id="b")], activate=[Activate(element_id="a")])
    assert open_tasks(key) == ["a", "a"]
    modify(engine, key, activate=[Activate(element_id="join")], terminate=[Terminate(element_id="a")])
    assert open_tasks(key) == ["after"]
    complete(key, "after")
    assert state(engine, key) == "COMPLETED"


def test_a_scope_is_opened_around_what_is_activated(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(nested())
    modify(engine, key, move=[move("before", "decide")])
    assert (open_tasks(key), visits(engine, key, "resolve"), visits(engine, key, "begin")) == (
        ["decide"],
        ["ACTIVE"],
        [],
    )
    assert engine.timers.next_due() == MONDAY + timedelta(hours=1)
    modify(engine, key, activate=[Activate(element_id="find")])
    assert len(visits(engine, key, "resolve")) == 1
    modify(engine, key, terminate=[Terminate(element_id="find")])
    complete(key, "decide")
    assert open_tasks(key) == ["after"]


def test_local_variables_stay_local(engine: Engine, start: Begin) -> None:
    key = start(nested())
    local = Variables(values={"x": 1}, scope_id="resolve")
    modify(engine, key, activate=[Activate(element_id="find", variables=[local])])
    found = engine.instances.search_variables(SYSTEM, SearchRequest(filter={"name": "x"})).items
    resolve = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"element_id": "resolve"})).items[0]
    assert [v.scope_key for v in found] == [resolve.element_instance_key]


def test_an_emptied_scope_and_an_emptied_instance_are_terminated(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(nested())
    complete(key, "before")
    modify(engine, key, activate=[Activate(element_id="after")], terminate=[Terminate(element_id="find")])
    assert (open_tasks(key), visits(engine, key, "resolve")) == (["after"], ["TERMINATED"])
    modify(engine, key, terminate=[Terminate(element_id="after")])
    assert state(engine, key) == "TERMINATED"


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"activate": [Activate(element_id="nowhere")]}, NotFound),
        ({"activate": [Activate(element_id="start")]}, Refused),
        ({"activate": [Activate(element_id="late")]}, Refused),
        ({"activate": [Activate(element_id="find", ancestor_key=1)]}, NotFound),
        ({"terminate": [Terminate(element_id="after")]}, NotFound),
        ({"move": [move("after", "before")], "activate": [Activate(element_id="find")]}, NotFound),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    engine: Engine, start: Begin, open_tasks: Tasks, what: dict[str, object], error: type[Exception]
) -> None:
    key = start(nested())
    before = engine.instances.get(SYSTEM, key)
    with pytest.raises(error):
        modify(engine, key, **what)
    assert (engine.instances.get(SYSTEM, key), open_tasks(key)) == (before, ["before"])


def test_one_of_several_scopes_has_to_be_named(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    key = start(nested())
    modify(engine, key, activate=[Activate(element_id="resolve"), Activate(element_id="resolve")])
    with pytest.raises(Conflict):
        modify(engine, key, activate=[Activate(element_id="decide")])
    found = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"element_id": "resolve"})).items
    one = Activate(element_id="decide", ancestor_key=found[0].element_instance_key)
    modify(engine, key, activate=[one])
    assert open_tasks(key).count("decide") == 1


def test_back_to_an_earlier_task(engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete) -> None:
    key = start(nested())
    with pytest.raises(Conflict):
        engine.modifications.reset(SYSTEM, key, "find")
    complete(key, "before")
    complete(key, "find")
    engine.modifications.reset(SYSTEM, key, "find")
    assert (open_tasks(key), visits(engine, key, "resolve")) == (["find"], ["ACTIVE"])
    engine.modifications.reset(SYSTEM, key, "before")
    assert (open_tasks(key), visits(engine, key, "resolve")) == (["before"], ["TERMINATED"])
    assert engine.timers.next_due() is None


def test_an_ended_instance_starts_once_more(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(nested(), "c-1", colour="red")
    with pytest.raises(Conflict):
        engine.modifications.restart(SYSTEM, key)
    engine.instances.cancel(SYSTEM, key)
    again = engine.modifications.restart(SYSTEM, key)
    assert (again.business_id, again.variables, open_tasks(again.process_instance_key)) == (
        "c-1",
        {"colour": "red"},
        ["before"],
    )
    later = engine.modifications.restart(SYSTEM, key, Restart(element_ids=["after", "decide"], variables={"size": 2}))
    assert (later.variables, open_tasks(later.process_instance_key)) == (
        {"colour": "red", "size": 2},
        ["after", "decide"],
    )
    assert state(engine, key) == "TERMINATED"


def test_while_suspended_nothing_moves_and_nothing_is_lost(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete, clock: SettableClock
) -> None:
    key = start(reminded(), deadline="PT1H")
    engine.suspensions.suspend(SYSTEM, key)
    assert state(engine, key) == "SUSPENDED"
    clock.pin(MONDAY + timedelta(hours=2))
    assert engine.timers.fire_due() == 0
    with pytest.raises(Conflict, match="suspended"):
        complete(key, "work")
    with pytest.raises(Conflict):
        engine.suspensions.suspend(SYSTEM, key)
    engine.suspensions.resume(SYSTEM, key)
    assert engine.timers.fire_due() == 1
    assert open_tasks(key) == ["work", "remind"]
    with pytest.raises(Conflict):
        engine.suspensions.resume(SYSTEM, key)


def test_clocks_may_stand_meanwhile(engine: Engine, start: Begin, clock: SettableClock, open_tasks: Tasks) -> None:
    key = start(reminded(), deadline="PT1H")
    clock.pin(MONDAY + timedelta(minutes=30))
    engine.suspensions.suspend(SYSTEM, key, clocks="STAND")
    clock.pin(MONDAY + timedelta(days=3))
    engine.suspensions.resume(SYSTEM, key)
    assert engine.timers.fire_due() == 0
    assert engine.timers.next_due() == MONDAY + timedelta(days=3, minutes=30)
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=4))
    assert open_tasks(key) == ["work", "remind"]


def test_a_message_that_is_kept_reaches_it_after_resuming(
    engine: Engine, start: Begin, complete: Complete, open_tasks: Tasks
) -> None:
    key = start(waiting(), reference="r-1")
    complete(key, "before")
    engine.suspensions.suspend(SYSTEM, key)
    with pytest.raises(NotFound):
        engine.messages.correlate(SYSTEM, name="answer", correlation_key="r-1")
    engine.messages.publish(SYSTEM, name="answer", correlation_key="r-1", time_to_live=60_000)
    assert open_tasks(key) == []
    engine.suspensions.resume(SYSTEM, key)
    assert open_tasks(key) == ["after"]


def test_jobs_are_not_handed_out_meanwhile(engine: Engine, start: Begin) -> None:
    key = start(one_job())

    def ask() -> tuple[ActivatedJob, ...]:
        return engine.jobs.activate(SYSTEM, type="paint", worker="w", timeout=60, max_jobs=1)

    engine.suspensions.suspend(SYSTEM, key)
    assert ask() == ()
    engine.suspensions.resume(SYSTEM, key)
    (job,) = ask()
    engine.jobs.complete(SYSTEM, job.job_key)
    assert state(engine, key) == "COMPLETED"


def test_a_suspended_instance_may_be_changed_and_stays_suspended(
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock
) -> None:
    key = start(one_user_task())
    engine.suspensions.suspend(SYSTEM, key)
    deployed = engine.deployments.deploy(SYSTEM, [_late()]).deployments[0]
    plan = MigrationPlan(process_definition_key=deployed.process_definition_key)  # type: ignore[union-attr]
    engine.migrations.migrate(SYSTEM, key, plan)
    modify(engine, key, move=[move("work", "work")])
    assert (state(engine, key), engine.timers.next_due()) == ("SUSPENDED", None)
    engine.suspensions.resume(SYSTEM, key)
    assert engine.timers.next_due() == MONDAY + timedelta(hours=1)


def test_a_suspended_instance_may_be_cancelled(engine: Engine, start: Begin) -> None:
    key = start(one_job())
    engine.suspensions.suspend(SYSTEM, key)
    engine.instances.cancel(SYSTEM, key)
    assert state(engine, key) == "TERMINATED"
    assert [job.state for job in engine.jobs.search(SYSTEM, SearchRequest()).items] == ["CANCELED"]


def _late() -> Resource:
    return Resource(name="case.bpmn", content=reminded("case", "PT1H").content)
