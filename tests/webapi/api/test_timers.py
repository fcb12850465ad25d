"""Timers and conditional starts over HTTP: what is armed is found, moved and cancelled, by those who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.bootstrap import Engine
from engine.processes import Resource
from engine.types import SYSTEM, SearchRequest
from tests.conftest import MONDAY
from tests.engine.processes.diagrams import END, START, diagram, flows, reminded, user_task
from tests.webapi.callers import Caller

People = Callable[..., Caller]
TOMORROW = "2026-03-03T09:00:00Z"


def deploy(engine: Engine, *resources: Resource) -> None:
    engine.deployments.deploy(SYSTEM, resources)


def begins(trigger: str, process_id: str) -> Resource:
    start = f'<bpmn:startEvent id="begin">{trigger}</bpmn:startEvent>'
    return diagram(process_id, start + user_task("work") + END + flows("begin", "work", "end"))


def timed(text: str, process_id: str) -> Resource:
    said = f'<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{text}</bpmn:timeCycle>'
    return begins(f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>", process_id)


@pytest.fixture
def timer(admin: Caller, engine: Engine) -> str:
    """Path of the timer of a reminder in an hour."""
    deploy(engine, reminded())
    admin.post("/v2/process-instances", {"processDefinitionId": "reminded", "variables": {"deadline": "PT1H"}})
    (found,) = admin.found("timers", processDefinitionId="reminded")
    return f"/v2/timers/{found['timerKey']}"


def test_timers_are_found_by_what_they_belong_to(admin: Caller, engine: Engine, timer: str) -> None:
    deploy(engine, timed("R3/PT5H", "begun"))
    (start,) = admin.found("timers", processInstanceKey={"$exists": False})
    assert (start["elementId"], start["dueDate"], start["repetitionsLeft"]) == ("begin", "2026-03-02T14:00:00Z", 2)
    (late,) = admin.found("timers", dueDate={"$lt": "2026-03-02T12:00:00Z"})
    assert admin.get(timer).json == late
    assert (late["elementId"], late["processInstanceKey"] is None) == ("late", False)


def test_a_timer_is_moved_once_by_who_has_seen_it(admin: Caller, engine: Engine, timer: str) -> None:
    etag = {"If-Match": admin.get(timer).headers["ETag"]}
    assert admin.patch(timer, {"dueDate": TOMORROW}, headers=etag).status_code == 204
    assert admin.patch(timer, {"dueDate": TOMORROW}, headers=etag).status_code == 409
    assert admin.get(timer).json["dueDate"] == TOMORROW
    engine.set_clock(SYSTEM, MONDAY + timedelta(hours=2))
    assert admin.get(timer).status_code == 200
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    assert admin.get(timer).status_code == 404
    (entry,) = engine.audit.search(SYSTEM, SearchRequest(filter={"action": "timer.moved"})).items
    assert (entry.actor_id, entry.details["from"]) == ("root", "2026-03-02T10:00:00+00:00")


def test_a_timer_is_fired_now_by_moving_it_to_now(admin: Caller, engine: Engine, timer: str) -> None:
    assert admin.patch(timer, {"dueDate": "2026-03-02T09:00:00+00:00"}).status_code == 204
    assert engine.timers.fire_due() == 1
    assert {task["elementId"] for task in admin.found("user-tasks")} == {"work", "remind"}


def test_a_timer_is_cancelled(admin: Caller, engine: Engine, timer: str) -> None:
    assert (admin.delete(timer).status_code, admin.delete(timer).status_code) == (204, 404)
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=1))
    assert [task["elementId"] for task in admin.found("user-tasks")] == ["work"]


def test_the_timer_of_a_start_event_is_moved_and_cancelled(admin: Caller, engine: Engine) -> None:
    deploy(engine, timed("R/PT5H", "begun"))
    (found,) = admin.found("timers")
    path = f"/v2/timers/{found['timerKey']}"
    assert admin.patch(path, {"dueDate": "2026-03-02T10:00:00Z"}).status_code == 204
    engine.set_clock(SYSTEM, MONDAY + timedelta(hours=2))
    assert admin.get(path).json["dueDate"] == "2026-03-02T19:00:00Z"
    assert admin.delete(path).status_code == 204
    engine.set_clock(SYSTEM, MONDAY + timedelta(days=2))
    assert len(admin.found("process-instances")) == 1


def test_a_token_is_not_left_waiting_for_ever(admin: Caller, engine: Engine) -> None:
    said = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration>'
    wait = (
        f'<bpmn:intermediateCatchEvent id="rest"><bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>"
    )
    deploy(engine, diagram("resting", START + wait + END + flows("start", "rest", "end")))
    admin.post("/v2/process-instances", {"processDefinitionId": "resting"})
    (found,) = admin.found("timers")
    assert admin.delete(f"/v2/timers/{found['timerKey']}").status_code == 422
    assert admin.found("timers") == [found]


def test_timers_of_a_suspended_instance_rest(admin: Caller, engine: Engine, timer: str) -> None:
    key = admin.get(timer).json["processInstanceKey"]
    engine.suspensions.suspend(SYSTEM, int(key))
    assert admin.patch(timer, {"dueDate": TOMORROW}).status_code == 404


def test_only_operators_change_timers(somebody: People, timer: str) -> None:
    ann = somebody("ann", "front-office")
    assert [ann.patch(timer, {"dueDate": TOMORROW}).status_code, ann.delete(timer).status_code] == [403, 403]


@pytest.mark.parametrize("body", [{}, {"dueDate": None}, {"dueDate": "2026-03-03T09:00:00"}, {"dueDate": "soon"}])
def test_a_due_date_has_to_be_an_instant(admin: Caller, timer: str, body: dict[str, object]) -> None:
    assert admin.patch(timer, body).status_code == 400


def test_conditions_start_instances(admin: Caller, somebody: People, engine: Engine) -> None:
    said = '<bpmn:condition xsi:type="bpmn:tFormalExpression">=amount &gt; 10</bpmn:condition>'
    deploy(engine, begins(f"<bpmn:conditionalEventDefinition>{said}</bpmn:conditionalEventDefinition>", "large"))
    path, body = "/v2/conditionals/evaluation", {"variables": {"amount": 11}}
    answer = admin.post(path, body).json
    (instance,) = admin.found("process-instances")
    assert answer["processInstances"] == [
        {name: instance[name] for name in ("processDefinitionKey", "processInstanceKey")}
    ]
    assert admin.post(path, {"variables": {"amount": 1}}).json["processInstances"] == []
    assert admin.post(path, {**body, "processDefinitionKey": "1"}).status_code == 404
    assert admin.post(path, {}).status_code == 400
    assert somebody("ann", "reviewers").post(path, body).status_code == 403


@pytest.mark.parametrize("timestamp", ["soon", "2026-03-03T09:00:00", 1e30, -1, None, {}])
def test_a_clock_is_not_pinned_to_what_is_no_instant(admin: Caller, timestamp: object) -> None:
    assert admin.put("/v2/clock", {"timestamp": timestamp}).status_code == 400
