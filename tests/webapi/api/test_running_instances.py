"""From a fault to its cure over HTTP, clocks during a suspension, and hundreds of instances that migrate in batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.conftest import MONDAY
from tests.webapi.callers import Caller
from tests.webapi.diagrams import user_task

Deploy = Callable[..., None]
SCRIPT = (
    '<bpmn:scriptTask id="{id}"><bpmn:extensionElements><zeebe:script expression="=count(for i in 1..rate return i)"'
    ' resultVariable="result"/></bpmn:extensionElements>{flows}</bpmn:scriptTask>'
)
HOURS = timedelta(hours=1)
MANY = 300


def wait(form: str, text: str) -> str:
    """A timer event that waits by itself."""
    return (
        '<bpmn:intermediateCatchEvent id="{id}">{flows}<bpmn:timerEventDefinition>'
        f'<bpmn:{form} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{form}>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def start(caller: Caller, **variables: object) -> str:
    answer = caller.post("/v2/process-instances", {"processDefinitionId": "order", "variables": variables})
    key: str = answer.json["processInstanceKey"]
    return key


def at(caller: Caller, key: str) -> list[str]:
    found = caller.found("element-instances", processInstanceKey=key, state="ACTIVE")
    return sorted(one["elementId"] for one in found)


def test_a_fault_is_mended_and_tried_again(admin: Caller, deployed: Deploy) -> None:
    deployed("order", SCRIPT, user_task())
    key = start(admin, rate=10**9)
    (incident,) = admin.found("incidents", processInstanceKey=key, state="ACTIVE")
    assert (incident["errorType"], incident["elementId"]) == ("EXTRACT_VALUE_ERROR", "step-1")
    again = f"/v2/incidents/{incident['incidentKey']}/resolution"
    assert admin.post(again).status_code == 204
    (second,) = admin.found("incidents", processInstanceKey=key, state="ACTIVE")
    assert second["incidentKey"] != incident["incidentKey"]
    assert admin.put(f"/v2/element-instances/{key}/variables", {"variables": {"rate": 3}}).status_code == 204
    assert admin.post(f"/v2/incidents/{second['incidentKey']}/resolution").status_code == 204
    assert admin.found("incidents", processInstanceKey=key, state="ACTIVE") == []
    assert at(admin, key) == ["step-2"]
    assert admin.found("variables", processInstanceKey=key, name="result")[0]["value"] == "3"
    assert admin.post(again).status_code == 409


@pytest.mark.parametrize(
    ("form", "text", "clocks", "after"),
    [
        ("timeDuration", "PT2H", "RUN", 0),
        ("timeDuration", "PT2H", "STAND", 1),
        ("timeDate", "2026-03-02T11:00:00Z", "STAND", 0),
    ],
)
def test_clocks_run_or_stand_while_an_instance_rests(  # noqa: PLR0917 - one case a line
    admin: Caller, deployed: Deploy, engine: Engine, form: str, text: str, clocks: str, after: int
) -> None:
    """Due after two hours; suspended from the first to the fourth hour: what stands is due one hour later."""
    deployed("order", wait(form, text), user_task())
    assert datetime.fromisoformat("2026-03-02T11:00:00+00:00") == MONDAY + 2 * HOURS
    key = start(admin)
    engine.set_clock(SYSTEM, MONDAY + 1 * HOURS)
    assert admin.post(f"/v2/process-instances/{key}/suspension", {"clocks": clocks}).status_code == 204
    engine.set_clock(SYSTEM, MONDAY + 4 * HOURS)
    assert at(admin, key) == ["step-1"]
    assert admin.post(f"/v2/process-instances/{key}/resumption").status_code == 204
    engine.set_clock(SYSTEM, MONDAY + 4 * HOURS + timedelta(minutes=1))
    assert at(admin, key) == (["step-1"] if after else ["step-2"])
    engine.set_clock(SYSTEM, MONDAY + (4 + after) * HOURS + timedelta(minutes=1))
    assert at(admin, key) == ["step-2"]


def test_back_to_an_earlier_step_to_the_end_and_once_more(admin: Caller, deployed: Deploy) -> None:
    deployed("order", SCRIPT, user_task())
    key = start(admin, rate=2)
    assert admin.post(f"/v2/process-instances/{key}/reset", {"elementId": "step-2"}).status_code == 204
    visits = admin.found("element-instances", processInstanceKey=key, elementId="step-2")
    assert [one["state"] for one in visits] == ["TERMINATED", "ACTIVE"]
    assert admin.post(f"/v2/process-instances/{key}/cancellation").status_code == 204
    assert admin.get(f"/v2/process-instances/{key}").json["state"] == "TERMINATED"
    again = admin.post(f"/v2/process-instances/{key}/restart", {"variables": {"rate": 5}}).json
    assert (again["variables"]["result"], at(admin, again["processInstanceKey"])) == (5, ["step-2"])


def test_some_hundred_migrate_in_batches_and_their_deadlines_keep_their_time(
    admin: Caller, deployed: Deploy, engine: Engine
) -> None:
    deployed("order", wait("timeDuration", "PT2H"), user_task("front-office"))
    keys = [start(admin) for _ in range(MANY)]
    engine.set_clock(SYSTEM, MONDAY + 1 * HOURS)
    deployed("order", wait("timeDuration", "PT9H"), user_task("reviewers"))
    (old, new) = sorted(admin.found("process-definitions", processDefinitionId="order"), key=lambda one: one["version"])
    states: list[str] = []
    body: dict[str, Any] = {
        "filter": {"processDefinitionKey": old["processDefinitionKey"]},
        "migrationPlan": {"targetProcessDefinitionKey": new["processDefinitionKey"], "mappingInstructions": []},
    }
    after = None
    while after or not states:
        page = admin.post("/v2/process-instances/migration", {**body, "page": {"limit": 100, "after": after}}).json
        states += [one["state"] for one in page["items"]]
        after = page["page"]["endCursor"]
    assert states == ["MIGRATED"] * MANY
    engine.set_clock(SYSTEM, MONDAY + 2 * HOURS)
    found = admin.post("/v2/user-tasks/search", {"filter": {"candidateGroup": "reviewers"}, "page": {"limit": 1000}})
    assert {one["processInstanceKey"] for one in found.json["items"]} == set(keys)
