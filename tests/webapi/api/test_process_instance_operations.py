"""Operations on process instances over HTTP, in the shapes of Camunda 8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import service_task, user_task

Deploy = Callable[..., None]


def start(caller: Caller, **more: object) -> str:
    answer = caller.post("/v2/process-instances", {"processDefinitionId": "order", **more})
    key: str = answer.json["processInstanceKey"]
    return key


def latest(caller: Caller) -> str:
    found = caller.found("process-definitions", processDefinitionId="order")
    key: str = max(found, key=lambda one: one["version"])["processDefinitionKey"]
    return key


def tasks(caller: Caller, key: str) -> list[str]:
    return [task["elementId"] for task in caller.found("user-tasks", processInstanceKey=key, state="CREATED")]


def plan(target: str, **mapping: str) -> dict[str, Any]:
    instructions = [{"sourceElementId": old, "targetElementId": new} for old, new in mapping.items()]
    return {"targetProcessDefinitionKey": target, "mappingInstructions": instructions}


def test_one_instance_migrates_after_a_dry_run(admin: Caller, deployed: Deploy) -> None:
    deployed("order", service_task("pack"), user_task())
    (old,) = admin.found("process-definitions", processDefinitionId="order")
    admin.post("/v2/process-instances", {"processDefinitionId": "order"})
    key = admin.found("process-instances", processDefinitionKey=old["processDefinitionKey"])[0]["processInstanceKey"]
    admin.post(
        f"/v2/process-instances/{key}/modification",
        {"moveInstructions": [{"sourceElementId": "step-1", "targetElementId": "step-2"}]},
    )
    deployed("order", user_task())
    target = latest(admin)
    refused = admin.post(f"/v2/process-instances/{key}/migration?dryRun=true", plan(target))
    assert (refused.status_code, refused.json["code"]) == (422, "migration-refused")
    assert [(f["rule"], f["elementId"]) for f in refused.json["findings"]] == [("element-missing", "step-2")]
    body = plan(target, **{"step-2": "step-1"})
    looked = admin.post(f"/v2/process-instances/{key}/migration?dryRun=true", body)
    assert (looked.json["state"], [c["kind"] for c in looked.json["changes"]]) == ("POSSIBLE", ["MOVES"])
    assert tasks(admin, key) == ["step-2"]
    assert admin.post(f"/v2/process-instances/{key}/migration", body).status_code == 204
    assert tasks(admin, key) == ["step-1"]


def test_many_migrate_and_each_says_how_it_went(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    old, keys = latest(admin), [start(admin) for _ in range(3)]
    deployed("order", user_task(), service_task("pack"))
    body = {"filter": {"processDefinitionKey": old}, "migrationPlan": plan(latest(admin)), "page": {"limit": 2}}
    looked = admin.post("/v2/process-instances/migration?dryRun=true", body)
    assert looked.status_code == 200, looked.text
    assert [item["state"] for item in looked.json["items"]] == ["POSSIBLE", "POSSIBLE"]
    assert looked.json["page"]["totalItems"] == 3
    body["page"] = {"limit": 100}
    done = admin.post("/v2/process-instances/migration", body).json["items"]
    assert {item["processInstanceKey"]: item["state"] for item in done} == dict.fromkeys(keys, "MIGRATED")
    assert admin.found("process-instances", processDefinitionKey=old) == []


def test_a_modification_as_clients_write_it(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    key = start(admin)
    visit = admin.found("element-instances", processInstanceKey=key, elementId="step-1")[0]["elementInstanceKey"]
    body = {
        "activateInstructions": [
            {
                "elementId": "step-1",
                "ancestorElementInstanceKey": "-1",
                "variableInstructions": [{"variables": {"x": 1}, "scopeId": ""}],
            }
        ],
        "terminateInstructions": [{"elementInstanceKey": visit}],
    }
    assert admin.post(f"/v2/process-instances/{key}/modification", body).status_code == 204
    states = [v["state"] for v in admin.found("element-instances", processInstanceKey=key, elementId="step-1")]
    assert sorted(states) == ["ACTIVE", "TERMINATED"]
    assert admin.found("variables", processInstanceKey=key, name="x")[0]["value"] == "1"
    again = admin.post(f"/v2/process-instances/{key}/modification", body)
    assert (again.status_code, tasks(admin, key)) == (404, ["step-1"])


def test_suspension_reset_and_restart(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    key = start(admin, businessId="case-1")
    at = f"/v2/process-instances/{key}"
    assert admin.post(f"{at}/suspension", {"clocks": "STAND"}).status_code == 204
    assert admin.found("process-instances", state="SUSPENDED")[0]["processInstanceKey"] == key
    assert admin.post(f"{at}/suspension").status_code == 409
    assert admin.post(f"{at}/resumption").status_code == 204
    assert admin.post(f"{at}/reset", {"elementId": "step-1"}).status_code == 204
    assert admin.post(f"{at}/restart", {}).status_code == 409
    assert admin.post(f"{at}/cancellation").status_code == 204
    again = admin.post(f"{at}/restart", {"variables": {"x": 1}})
    assert (again.json["businessId"], again.json["variables"]) == ("case-1", {"x": 1})
    assert tasks(admin, again.json["processInstanceKey"]) == ["step-1"]


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("modification", {"terminateInstructions": [{}]}),
        ("modification", {}),
        ("modification", {"moveInstructions": [{"targetElementId": "step-1"}]}),
        ("migration", {"mappingInstructions": []}),
        ("suspension", {"clocks": "MELT"}),
        ("reset", {}),
    ],
)
def test_what_cannot_be_read_is_refused(admin: Caller, deployed: Deploy, call: str, body: object) -> None:
    deployed("order", user_task())
    answer = admin.post(f"/v2/process-instances/{start(admin)}/{call}", body)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_a_batch_without_a_filter_is_refused(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    answer = admin.post("/v2/process-instances/migration", {"filter": {}, "migrationPlan": plan(latest(admin))})
    assert answer.status_code == 400
