"""What has happened, as Camunda 8 answers it: elements, variables, flows, counts, incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import service_task, user_task

Deploy = Callable[..., None]
SCRIPT = (
    '<bpmn:scriptTask id="{id}"><bpmn:extensionElements><zeebe:script expression="=count(for i in 1..rate return i)"'
    ' resultVariable="result"/></bpmn:extensionElements>{flows}</bpmn:scriptTask>'
)


@pytest.fixture
def stuck(admin: Caller, deployed: Deploy) -> str:
    """An instance that waits at a user task, completes it, and is stuck in a script; gives its key."""
    deployed("order", user_task(), SCRIPT, service_task("pack"))
    body = {"processDefinitionId": "order", "variables": {"colour": "red", "sizes": [1, 2], "rate": 10**9}}
    key: str = admin.post("/v2/process-instances", body).json["processInstanceKey"]
    (task,) = admin.found("user-tasks", processInstanceKey=key)
    at = f"/v2/user-tasks/{task['userTaskKey']}"
    assert admin.post(f"{at}/assignment", {"assignee": "root"}).status_code == 204
    assert admin.post(f"{at}/completion", {}).status_code == 204
    return key


def keys(found: list[dict[str, Any]], name: str) -> list[str]:
    return [one[name] for one in found]


def test_elements_have_start_end_outcome_and_incident(admin: Caller, stuck: str) -> None:
    found = {one["elementId"]: one for one in admin.found("element-instances", processInstanceKey=stuck)}
    assert {name: one["state"] for name, one in found.items()} == {
        "start": "COMPLETED",
        "step-1": "COMPLETED",
        "step-2": "ACTIVE",
    }
    assert found["step-1"]["startDate"] <= found["step-1"]["endDate"]
    assert (found["step-2"]["endDate"], found["step-2"]["hasIncident"]) == (None, True)
    assert keys(admin.found("element-instances", hasIncident=True), "elementId") == ["step-2"]
    incident = found["step-2"]["incidentKey"]
    assert keys(admin.found("element-instances", incidentKey=incident), "elementId") == ["step-2"]
    one = admin.get(f"/v2/element-instances/{found['step-2']['elementInstanceKey']}").json
    assert one == found["step-2"]
    assert admin.get(f"/v2/incidents/{incident}").json["elementId"] == "step-2"


def test_flows_counts_and_callers(admin: Caller, stuck: str) -> None:
    at = f"/v2/process-instances/{stuck}"
    flows = admin.get(f"{at}/sequence-flows").json["items"]
    assert [(one["elementId"], one["sequenceFlowId"]) for one in flows] == [
        ("flow-0", f"{stuck}_flow-0"),
        ("flow-1", f"{stuck}_flow-1"),
    ]
    counts = admin.get(f"{at}/statistics/element-instances").json["items"]
    assert {one.pop("elementId"): one for one in counts} == {
        "start": {"active": 0, "completed": 1, "canceled": 0, "incidents": 0},
        "step-1": {"active": 0, "completed": 1, "canceled": 0, "incidents": 0},
        "step-2": {"active": 1, "completed": 0, "canceled": 0, "incidents": 1},
    }
    (caller,) = admin.get(f"{at}/call-hierarchy").json
    assert (caller["processInstanceKey"], caller["processDefinitionName"]) == (stuck, "order")


def test_counts_of_a_version_are_narrowed_by_a_filter(admin: Caller, stuck: str) -> None:
    admin.post("/v2/process-instances", {"processDefinitionId": "order"})
    (version,) = admin.found("process-definitions", processDefinitionId="order")
    at = f"/v2/process-definitions/{version['processDefinitionKey']}/statistics/element-instances"

    def active(**wanted: Any) -> dict[str, int]:
        items = admin.post(at, {"filter": wanted}).json["items"]
        return {one["elementId"]: one["active"] for one in items if one["active"]}

    assert active() == {"step-1": 1, "step-2": 1}
    assert active(hasIncident=True) == active(processInstanceKey=stuck) == {"step-2": 1}
    assert active(**{"$or": [{"variables": [{"name": "colour", "value": '"red"'}]}]}) == {"step-2": 1}
    assert active(state="COMPLETED") == {}


def test_incidents_of_one_instance(admin: Caller, stuck: str) -> None:
    (found,) = admin.post(f"/v2/process-instances/{stuck}/incidents/search", {}).json["items"]
    assert (found["elementId"], found["state"]) == ("step-2", "ACTIVE")
    none = admin.post(f"/v2/process-instances/{stuck}/incidents/search", {"filter": {"state": "RESOLVED"}})
    assert none.json["items"] == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('"red"', ["colour"]),
        ({"$eq": "[1,2]"}, ["sizes"]),
        ({"$neq": '"red"'}, ["rate", "sizes"]),
        ({"$in": ['"red"', '"blue"']}, ["colour"]),
        ({"$like": '"r*'}, ["colour"]),
        ({"$exists": True}, ["colour", "rate", "sizes"]),
    ],
)
def test_variables_are_found_by_value(admin: Caller, stuck: str, value: object, found: list[str]) -> None:
    wanted = admin.found("variables", processInstanceKey=stuck, value=value)
    assert sorted(keys(wanted, "name")) == found
    assert admin.get(f"/v2/variables/{wanted[0]['variableKey']}").json == wanted[0]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"variables": [{"name": "colour", "value": '"red"'}, {"name": "sizes", "value": "[1, 2]"}]}, 1),
        ({"variables": [{"name": "colour", "value": '"blue"'}]}, 0),
        ({"elementId": "step-2", "elementInstanceState": "ACTIVE", "hasElementInstanceIncident": True}, 1),
        ({"elementId": "step-1", "elementInstanceState": "ACTIVE"}, 0),
        ({"elementId": "step-1", "hasElementInstanceIncident": True}, 0),
        ({"errorMessage": {"$like": "*rate*"}}, 1),
        ({"errorMessage": "something else"}, 0),
        ({"hasRetriesLeft": True}, 0),
        ({"processDefinitionName": "order", "parentProcessInstanceKey": {"$exists": False}}, 1),
        ({"parentProcessInstanceKey": "1"}, 0),
        ({"$or": [{"state": "COMPLETED"}, {"elementId": "step-2"}], "hasIncident": True}, 1),
        ({"$or": [{"state": "COMPLETED"}, {"elementId": "step-3"}]}, 0),
    ],
)
@pytest.mark.usefixtures("stuck")
def test_instances_are_found_by_what_is_in_them(admin: Caller, wanted: dict[str, Any], count: int) -> None:
    assert len(admin.found("process-instances", **wanted)) == count


@pytest.mark.parametrize(
    ("things", "fields"),
    [
        ("process-instances", ["processDefinitionName", "processDefinitionVersionTag", "hasIncident", "endDate"]),
        ("element-instances", ["processDefinitionKey", "incidentKey", "endDate", "type"]),
        ("variables", ["value", "name", "scopeKey"]),
        ("incidents", ["errorMessage", "jobKey", "elementInstanceKey", "processDefinitionKey"]),
    ],
)
@pytest.mark.usefixtures("stuck")
def test_pages_follow_every_order(admin: Caller, things: str, fields: list[str]) -> None:
    admin.post("/v2/process-instances", {"processDefinitionId": "order", "variables": {"colour": "blue"}})
    name = {"variables": "variableKey", "incidents": "incidentKey"}.get(things, f"{things[:-10]}InstanceKey")
    whole = sorted(keys(admin.found(things), name))
    for field in fields:
        for order in ("ASC", "DESC"):
            seen, after = [], None
            while len(seen) <= len(whole):
                body = {"sort": [{"field": field, "order": order}], "page": {"limit": 1, "after": after}}
                answer = admin.post(f"/v2/{things}/search", body)
                assert answer.status_code == 200, answer.text
                page = answer.json
                if not page["items"]:
                    break
                seen += keys(page["items"], name)
                after = page["page"]["endCursor"]
            assert sorted(seen) == whole, (field, order)


@pytest.mark.parametrize(
    "path",
    [
        "process-instances/1/sequence-flows",
        "process-instances/1/call-hierarchy",
        "process-instances/1/statistics/element-instances",
        "element-instances/1",
        "variables/1",
        "incidents/1",
    ],
)
def test_what_is_not_there_is_not_found(admin: Caller, path: str) -> None:
    assert admin.get(f"/v2/{path}").status_code == 404
