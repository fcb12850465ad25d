"""Answers as the types of Camunda 8's npm client want them (9.1): what it requires is there, null only where it may be.

The names are read off `@camunda8/orchestration-cluster-api`. What it calls nullable is there as null; lists and
objects that have nothing in them here are empty, never null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import service_task, user_task

REQUIRED: dict[str, str] = {
    "process-definitions": "processDefinitionId processDefinitionKey resourceName version tenantId hasStartForm state",
    "process-instances": "processInstanceKey processDefinitionId processDefinitionKey processDefinitionVersion state "
    "hasIncident startDate tags tenantId",
    "element-instances": "elementInstanceKey elementId elementName type state hasIncident startDate processInstanceKey "
    "processDefinitionId processDefinitionKey tenantId",
    "variables": "variableKey name value isTruncated scopeKey processInstanceKey tenantId",
    "user-tasks": "userTaskKey elementId elementInstanceKey state candidateGroups candidateUsers priority creationDate "
    "customHeaders processDefinitionId processDefinitionKey processDefinitionVersion processInstanceKey tags tenantId",
    "jobs": "jobKey type state kind listenerEventType worker retries customHeaders hasFailedWithRetriesLeft tenantId",
    "incidents": "incidentKey errorType errorMessage state creationTime elementId processDefinitionId "
    "processInstanceKey tenantId",
    "audit-logs": "auditLogKey entityKey entityType operationType timestamp result category",
}
NULLABLE: dict[str, str] = {
    "process-definitions": "name versionTag",
    "process-instances": "endDate processDefinitionName processDefinitionVersionTag parentProcessInstanceKey "
    "parentElementInstanceKey rootProcessInstanceKey",
    "element-instances": "endDate incidentKey rootProcessInstanceKey",
    "variables": "rootProcessInstanceKey",
    "user-tasks": "name assignee completionDate followUpDate dueDate externalFormReference formKey processName "
    "rootProcessInstanceKey",
    "jobs": "deadline deniedReason endTime errorCode errorMessage isDenied lastUpdateTime rootProcessInstanceKey",
    "incidents": "jobKey rootProcessInstanceKey",
    "audit-logs": "actorId actorType batchOperationKey batchOperationType agentElementId processDefinitionId "
    "processDefinitionKey processInstanceKey rootProcessInstanceKey elementInstanceKey jobKey userTaskKey "
    "decisionRequirementsId decisionRequirementsKey decisionDefinitionId decisionDefinitionKey decisionEvaluationKey "
    "deploymentKey formKey resourceKey relatedEntityKey relatedEntityType entityDescription tenantId",
}


@pytest.fixture
def busy(admin: Caller, deployed: Callable[..., None]) -> Caller:
    """Somebody who may see everything, with something of each kind there."""
    deployed("order", user_task())
    deployed("ship", service_task("ship"))
    for process_id in ("order", "ship"):
        admin.post("/v2/process-instances", {"processDefinitionId": process_id, "variables": {"x": 1}})
    wanted = {"type": "ship", "worker": "w", "timeout": 1_000, "maxJobsToActivate": 1}
    (job,) = admin.post("/v2/jobs/activation", wanted).json["jobs"]
    assert (job["tags"], job["userTask"], job["rootProcessInstanceKey"]) == ([], None, job["processInstanceKey"])
    admin.post(f"/v2/jobs/{job['jobKey']}/failure", {"retries": 0, "errorMessage": "no stock"})
    return admin


@pytest.mark.parametrize("things", REQUIRED)
def test_a_strict_client_finds_what_it_needs(busy: Caller, things: str) -> None:
    answer = busy.post(f"/v2/{things}/search", {}).json
    assert answer["items"]
    assert answer["page"]["hasMoreTotalItems"] is False
    for item in answer["items"]:
        assert [name for name in REQUIRED[things].split() if item.get(name) is None] == []
        assert [name for name in NULLABLE[things].split() if name not in item] == []


def test_a_definition_is_named_by_what_runs_on_it(busy: Caller) -> None:
    (task,) = busy.found("user-tasks")
    definition = busy.get(f"/v2/process-definitions/{task['processDefinitionKey']}").json
    assert (task["processName"], task["processDefinitionVersion"]) == (definition["name"], definition["version"])


def test_an_element_tells_what_holds_it_up(busy: Caller) -> None:
    (incident,) = busy.found("incidents")
    (stuck,) = busy.found("element-instances", elementInstanceKey=incident["elementInstanceKey"])
    assert (stuck["hasIncident"], stuck["incidentKey"]) == (True, incident["incidentKey"])


def test_the_caller_is_told_in_the_clients_words(admin: Caller) -> None:
    found: dict[str, Any] = admin.get("/v2/authentication/me").json
    assert [type(found[name]) for name in ("roles", "tenants", "c8Links", "canLogout")] == [list, list, dict, bool]
    assert found["salesPlanType"] is None
