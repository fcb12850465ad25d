"""Migration to another version, on the whole engine: what goes along, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.errors import Conflict, Forbidden, MigrationRefused
from engine.processes import InstanceMigration, MigrationPlan, Resource, StartInstance
from engine.records import NewPerson
from engine.tasks.views import TaskChanges, UserTaskView
from engine.types import SYSTEM, Actor, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import (
    END,
    START,
    diagram,
    flows,
    one_job,
    one_user_task,
    service_task,
    user_task,
    waiting,
)

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]
Complete = Callable[..., None]
AND = '<bpmn:parallelGateway id="{}"/>'


def timer(
    event_id: str, duration: str, *, attached: str = "work", cancel: str = "false", form: str = "timeDuration"
) -> str:
    return (
        f'<bpmn:boundaryEvent id="{event_id}" attachedToRef="{attached}" cancelActivity="{cancel}">'
        f'<bpmn:timerEventDefinition><bpmn:{form} xsi:type="bpmn:tFormalExpression">{duration}</bpmn:{form}>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def late(duration: str, *, event_id: str = "late", then: str = "remind") -> Resource:
    """User task `work` and a timer on it that leads to another user task."""
    content = START + user_task("work") + timer(event_id, duration) + user_task(then) + END
    return diagram("case", content + flows("start", "work", "end") + flows(event_id, then, "end"))


def inside(content: str, *ids: str, sub_id: str = "resolve") -> str:
    ends = '<bpmn:startEvent id="begin"/><bpmn:endEvent id="finish"/>'
    return f'<bpmn:subProcess id="{sub_id}">{ends}{content}{flows("begin", *ids, "finish")}</bpmn:subProcess>'


def deploy(engine: Engine, *resources: Resource) -> int:
    return engine.deployments.deploy(SYSTEM, resources).deployments[0].process_definition_key  # type: ignore[union-attr]


def go(engine: Engine, key: int, resource: Resource, *, dry_run: bool = False, **mapping: str) -> InstanceMigration:
    plan = MigrationPlan(process_definition_key=deploy(engine, resource), mapping=mapping)
    return engine.migrations.migrate(SYSTEM, key, plan, dry_run=dry_run)


def refused(engine: Engine, key: int, resource: Resource, **mapping: str) -> list[str]:
    """The rules that refuse it; the instance is as it was."""
    before = engine.instances.get(SYSTEM, key)
    with pytest.raises(MigrationRefused) as caught:
        go(engine, key, resource, **mapping)
    assert engine.instances.get(SYSTEM, key) == before
    return [finding.rule for finding in caught.value.findings]


def test_nodes_added_behind_the_token_run(engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete) -> None:
    key = start(one_user_task(), colour="red")
    content = START + user_task("work") + user_task("check") + END
    told = go(engine, key, diagram("case", content + flows("start", "work", "check", "end")))
    assert [(change.kind, change.target_element_id) for change in told.changes] == [("STAYS", "work")]
    assert engine.instances.get(SYSTEM, key).process_definition_version == 2
    complete(key, "work")
    assert open_tasks(key) == ["check"]
    complete(key, "check")
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"


def test_a_timer_added_to_the_current_task_begins_now(
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock
) -> None:
    key = start(one_user_task())
    clock.pin(MONDAY + timedelta(hours=5))
    told = go(engine, key, late("PT1H"))
    assert {(c.kind, c.target_element_id, c.due) for c in told.changes} == {
        ("STAYS", "work", None),
        ("WAIT_ADDED", "late", MONDAY + timedelta(hours=6)),
    }
    clock.pin(MONDAY + timedelta(hours=6))
    assert engine.timers.fire_due() == 1
    assert open_tasks(key) == ["work", "remind"]


def test_a_timer_keeps_its_time_also_under_another_name(
    engine: Engine, start: Begin, open_tasks: Tasks, clock: SettableClock
) -> None:
    key = start(late("PT1H"))
    before = engine.timers.search(SYSTEM, SearchRequest()).items[0]
    clock.pin(MONDAY + timedelta(minutes=30))
    go(engine, key, late("PT9H"))
    told = go(engine, key, late("PT9H", event_id="tardy", then="urge"), late="tardy")
    assert [(c.kind, c.due) for c in told.changes if c.source_element_id == "late"] == [("WAIT_KEPT", before.due_date)]
    after = engine.timers.search(SYSTEM, SearchRequest()).items[0]
    assert (after.timer_key, after.due_date, after.element_id) == (before.timer_key, before.due_date, "tardy")
    clock.pin(before.due_date)
    assert engine.timers.fire_due() == 1
    assert open_tasks(key) == ["work", "urge"]


def test_a_timer_that_has_fired_does_not_come_back(engine: Engine, start: Begin, clock: SettableClock) -> None:
    key = start(late("PT1H"))
    clock.pin(MONDAY + timedelta(hours=2))
    engine.timers.fire_due()
    go(engine, key, late("PT9H", then="urge"), remind="urge")
    assert engine.timers.next_due() is None


def test_a_timer_that_is_gone_waits_no_more(engine: Engine, start: Begin) -> None:
    key = start(late("PT1H"))
    told = go(engine, key, one_user_task())
    assert ("WAIT_REMOVED", "late") in [(c.kind, c.source_element_id) for c in told.changes]
    assert engine.timers.next_due() is None


def test_a_removed_element_is_refused_unless_it_is_mapped(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(one_user_task())
    renamed = diagram("case", START + user_task("decide") + END + flows("start", "decide", "end"))
    assert refused(engine, key, renamed) == ["element-missing"]
    assert open_tasks(key) == ["work"]
    told = go(engine, key, renamed, work="decide")
    assert [(c.kind, c.source_element_id, c.target_element_id) for c in told.changes] == [("MOVES", "work", "decide")]
    assert open_tasks(key) == ["decide"]
    complete(key, "decide")
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"


def test_what_cannot_stand_there_is_refused_with_all_reasons(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    manual = diagram("case", START + '<bpmn:manualTask id="work"/>' + END + flows("start", "work", "end"))
    assert refused(engine, key, manual) == ["type-changed"]
    deeper = diagram("case", START + inside(user_task("work"), "work") + END + flows("start", "resolve", "end"))
    assert refused(engine, key, deeper) == ["scope-changed"]
    assert refused(engine, key, deeper, nowhere="work", work="nothing") == [
        "unknown-source",
        "unknown-target",
        "element-missing",
    ]


def test_a_wait_that_cannot_begin_leaves_the_instance_alone(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    key = start(one_user_task())
    assert refused(engine, key, late("=missing")) == ["wait-fails"]
    assert (open_tasks(key), engine.timers.next_due()) == (["work"], None)


def test_a_dry_run_tells_the_same_and_changes_nothing(engine: Engine, start: Begin, complete: Complete) -> None:
    key = start(one_user_task())
    before = engine.instances.get(SYSTEM, key)
    told = go(engine, key, late("PT1H"), dry_run=True)
    assert told.state == "POSSIBLE"
    assert {(c.kind, c.target_element_id) for c in told.changes} == {("STAYS", "work"), ("WAIT_ADDED", "late")}
    assert (engine.instances.get(SYSTEM, key), engine.timers.next_due()) == (before, None)
    complete(key, "work")
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"


def tasked(groups: str, form: str, priority: int = 50) -> Resource:
    priority_of = f'<zeebe:priorityDefinition priority="{priority}"/></bpmn:extensionElements>'
    task = user_task("work", groups=groups, form=form).replace("</bpmn:extensionElements>", priority_of)
    return diagram("case", START + task + END + flows("start", "work", "end"))


@pytest.fixture
def with_forms(engine: Engine) -> None:
    forms = [b'{"id": "%s", "type": "default", "components": [{"type": "text"}]}' % name for name in (b"old", b"new")]
    engine.deployments.deploy(SYSTEM, [Resource(name=f"{i}.form", content=form) for i, form in enumerate(forms)])


def the_task(engine: Engine) -> UserTaskView:
    return engine.tasks.search(SYSTEM, SearchRequest()).items[0]


@pytest.mark.usefixtures("with_forms")
def test_an_open_task_takes_form_groups_and_priority_of_the_new_version(engine: Engine, start: Begin) -> None:
    key = start(tasked("case-handlers", "old"))
    told = go(engine, key, tasked("managers, reviewers", "new", 80), dry_run=True)
    groups = ["managers", "reviewers"]
    (renewed,) = [change for change in told.changes if change.kind == "RENEWED"]
    assert renewed.renewed == {"form_id": "new", "candidate_groups": groups, "priority": 80}
    assert the_task(engine).form_id == "old"
    assert go(engine, key, tasked("managers, reviewers", "new", 80)).changes == told.changes
    task = the_task(engine)
    assert (task.form_id, list(task.candidate_groups), task.priority) == ("new", groups, 80)


@pytest.mark.usefixtures("with_forms")
def test_what_was_set_by_hand_stays(engine: Engine, start: Begin) -> None:
    key = start(tasked("case-handlers", "old"))
    by_hand = TaskChanges(
        given=frozenset({"candidate_groups", "priority"}), candidate_groups=("front-office",), priority=7
    )
    engine.tasks.update(SYSTEM, the_task(engine).user_task_key, by_hand)
    go(engine, key, tasked("managers", "new", 80))
    task = the_task(engine)
    assert (task.form_id, list(task.candidate_groups), task.priority) == ("new", ["front-office"], 7)


@pytest.mark.usefixtures("with_forms")
def test_who_has_a_task_keeps_it(engine: Engine, start: Begin) -> None:
    engine.people.create(SYSTEM, NewPerson(username="anna", name="Anna", groups=("case-handlers",)))
    key = start(tasked("case-handlers", "old"))
    engine.tasks.assign(SYSTEM, the_task(engine).user_task_key, "anna")
    go(engine, key, tasked("managers", "new"))
    task = the_task(engine)
    assert (task.assignee, list(task.candidate_groups), task.form_id) == ("anna", ["case-handlers"], "new")


def test_a_group_whose_definition_is_the_same_is_not_worked_out_anew(engine: Engine, start: Begin) -> None:
    key = start(
        diagram("case", START + user_task("work", groups="=team") + END + flows("start", "work", "end")), team="a"
    )
    engine.instances.set_variables(SYSTEM, key, {"team": "b"})
    content = START + user_task("work", groups="=team") + user_task("more") + END
    told = go(engine, key, diagram("case", content + flows("start", "work", "more", "end")))
    assert [change.kind for change in told.changes] == ["STAYS"]
    assert list(the_task(engine).candidate_groups) == ["a"]


def test_a_task_that_the_new_version_cannot_assign_is_refused(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    unknown = diagram("case", START + user_task("work", groups="=nobody") + END + flows("start", "work", "end"))
    assert refused(engine, key, unknown) == ["task-fails"]


def test_an_open_job_takes_the_new_type(engine: Engine, start: Begin) -> None:
    key = start(one_job("case"))
    told = go(
        engine, key, diagram("case", START + service_task("work", "varnish") + END + flows("start", "work", "end"))
    )
    assert [change.renewed for change in told.changes if change.kind == "RENEWED"] == [{"job_type": "varnish"}]
    activation = {"worker": "w", "timeout": 1_000, "max_jobs": 1}
    assert engine.jobs.activate(SYSTEM, type="paint", **activation) == ()
    (job,) = engine.jobs.activate(SYSTEM, type="varnish", **activation)
    engine.jobs.complete(SYSTEM, job.job_key)
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"


def test_a_job_is_not_left_to_an_operation_that_nobody_would_call(engine: Engine, start: Begin) -> None:
    key = start(one_job("case"))
    ours = diagram("case", START + service_task("work", "close-complaint") + END + flows("start", "work", "end"))
    assert refused(engine, key, ours) == ["done-at-once"]


def test_sub_processes_go_along_with_what_is_inside(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(diagram("case", START + inside(user_task("find"), "find") + END + flows("start", "resolve", "end")))
    esp = (
        '<bpmn:subProcess id="stop" triggeredByEvent="true"><bpmn:startEvent id="timeout"><bpmn:timerEventDefinition>'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT2H</bpmn:timeDuration></bpmn:timerEventDefinition>'
        f"</bpmn:startEvent>{user_task('hurry')}"
        f'<bpmn:endEvent id="given-up"/>{flows("timeout", "hurry", "given-up")}</bpmn:subProcess>'
    )
    sub = inside(user_task("search") + user_task("report") + esp, "search", "report", sub_id="solve")
    told = go(
        engine,
        key,
        diagram("case", START + sub + END + flows("start", "solve", "end")),
        resolve="solve",
        find="search",
    )
    assert ("WAIT_ADDED", "timeout") in [(c.kind, c.target_element_id) for c in told.changes]
    complete(key, "search")
    assert open_tasks(key) == ["report"]
    engine.set_clock(SYSTEM, MONDAY + timedelta(hours=3))
    assert open_tasks(key) == ["hurry"]


def call(process_id: str) -> str:
    return (
        '<bpmn:callActivity id="call"><bpmn:extensionElements>'
        f'<zeebe:calledElement processId="{process_id}"/></bpmn:extensionElements></bpmn:callActivity>'
    )


def test_a_called_process_stays_on_its_version_unless_asked(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    deploy(engine, one_user_task("part"))
    key = start(diagram("case", START + call("part") + END + flows("start", "call", "end")))
    part = user_task("work") + user_task("more")
    deploy(engine, diagram("part", START + part + END + flows("start", "work", "more", "end")))
    longer = diagram("case", START + call("part") + user_task("last") + END + flows("start", "call", "last", "end"))
    assert go(engine, key, longer, dry_run=True).changes
    target = go(engine, key, longer)
    assert target.state == "MIGRATED"
    plan = MigrationPlan(process_definition_key=deploy(engine, longer), called_processes=True)
    assert engine.migrations.migrate(SYSTEM, key, plan).state == "MIGRATED"
    complete(key, "work")
    assert open_tasks(key) == ["more"]
    complete(key, "more")
    assert open_tasks(key) == ["last"]


def test_parallel_branches_and_a_waiting_join(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    def forked(*more: str) -> Resource:
        ids = ("a", "b", *more)
        content = START + AND.format("fork") + AND.format("join") + END + "".join(map(user_task, ids))
        ways = "".join(flows("fork", one, "join") for one in ids)
        return diagram("case", content + flows("start", "fork") + ways + flows("join", "end"))

    key = start(forked())
    complete(key, "a")
    gone = START + AND.format("fork") + AND.format("join") + END + user_task("b") + user_task("c")
    ways = flows("fork", "b", "join") + flows("fork", "c", "join")
    lost = diagram("case", gone + flows("start", "fork") + ways + flows("join", "end"))
    assert refused(engine, key, lost) == ["flow-missing"]
    go(engine, key, lost, a_join="c_join")
    complete(key, "b")
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"


def test_a_message_is_still_awaited(engine: Engine, start: Begin, complete: Complete, open_tasks: Tasks) -> None:
    key = start(waiting(), reference="r-1")
    complete(key, "before")
    changed = waiting()
    content = changed.content.decode().replace('name="After"', 'name="Afterwards"').encode()
    go(engine, key, Resource(name=changed.name, content=content))
    engine.messages.correlate(SYSTEM, name="answer", correlation_key="r-1")
    assert open_tasks(key) == ["after"]


def test_many_go_and_each_that_cannot_says_why(engine: Engine, complete: Complete, open_tasks: Tasks) -> None:
    content = START + user_task("work") + user_task("check") + END + flows("start", "work", "check", "end")
    old = deploy(engine, diagram("case", content))
    keys = [engine.instances.start(SYSTEM, StartInstance(process_id="case")).process_instance_key for _ in range(12)]
    for key in keys[::4]:
        complete(key, "work")
    plan = MigrationPlan(process_definition_key=deploy(engine, late("PT1H")))
    wanted = SearchRequest(filter={"process_definition_key": old}, limit=100)
    looked = engine.migrations.migrate_all(SYSTEM, wanted, plan, dry_run=True)
    assert [item.state for item in looked.items].count("POSSIBLE") == 9
    assert engine.instances.search(SYSTEM, wanted).total_items == 12
    done = engine.migrations.migrate_all(SYSTEM, wanted, plan)
    stuck = {item.process_instance_key: [f.rule for f in item.findings] for item in done.items if item.findings}
    assert stuck == {key: ["element-missing"] for key in keys[::4]}
    assert engine.instances.search(SYSTEM, wanted).total_items == 3
    assert open_tasks(keys[0]) == ["check"]
    assert engine.timers.search(SYSTEM, SearchRequest()).total_items == 9


def test_it_needs_the_permission_and_a_running_instance(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    plan = MigrationPlan(process_definition_key=deploy(engine, late("PT1H")))
    same = MigrationPlan(process_definition_key=engine.instances.get(SYSTEM, key).process_definition_key)
    with pytest.raises(MigrationRefused):
        engine.migrations.migrate(SYSTEM, key, same)
    nobody = Actor(username="nobody", groups=frozenset(), permissions=frozenset())
    with pytest.raises(Forbidden):
        engine.migrations.migrate(nobody, key, plan)
    engine.instances.cancel(SYSTEM, key)
    with pytest.raises(Conflict):
        engine.migrations.migrate(SYSTEM, key, plan)
