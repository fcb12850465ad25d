"""Jobs over HTTP: activation with a wait, completion, failure, errors, incidents and their resolution."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import service_task


def activate(caller: Caller, **more: object) -> list[dict[str, Any]]:
    body = {"type": "pack", "worker": "w-1", "timeout": 60_000, "maxJobsToActivate": 5, **more}
    answer = caller.post("/v2/jobs/activation", body)
    assert answer.status_code == 200, answer.text
    jobs: list[dict[str, Any]] = answer.json["jobs"]
    return jobs


@pytest.fixture
def started(admin: Caller, deployed: Callable[..., None]) -> str:
    """Key of an instance that waits for the job `pack`."""
    deployed("order", service_task("pack"))
    body = {"processDefinitionId": "order", "variables": {"size": 3, "other": 4}}
    key: str = admin.post("/v2/process-instances", body).json["processInstanceKey"]
    return key


def test_a_worker_takes_a_job_and_completes_it(admin: Caller, started: str) -> None:
    (job,) = activate(admin, fetchVariable=["size"])
    assert (job["processInstanceKey"], job["variables"], job["customHeaders"]) == (
        started,
        {"size": 3},
        {"paper": "A4"},
    )
    assert (job["worker"], job["retries"], job["kind"]) == ("w-1", 3, "BPMN_ELEMENT")
    assert job["deadline"] == 1_772_442_060_000  # 09:01 on the day of the test's clock
    assert activate(admin) == []
    path = f"/v2/jobs/{job['jobKey']}/completion"
    assert [admin.post(path, {"variables": {"packed": True}}).status_code for _ in range(2)] == [204, 409]
    assert admin.get(f"/v2/process-instances/{started}").json["state"] == "COMPLETED"


def test_a_worker_waits_for_the_first_job(admin: Caller, deployed: Callable[..., None]) -> None:
    deployed("order", service_task("pack"))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(activate, admin, requestTimeout=20_000)
        admin.post("/v2/process-instances", {"processDefinitionId": "order"})
        assert len(waiting.result()) == 1


def test_a_wait_for_nothing_ends(admin: Caller) -> None:
    assert activate(admin, requestTimeout=10) == []


def test_without_retries_left_there_is_an_incident(admin: Caller, started: str) -> None:
    (job,) = activate(admin)
    path = f"/v2/jobs/{job['jobKey']}"
    assert admin.post(f"{path}/failure", {"retries": 0, "errorMessage": "no paper"}).status_code == 204
    assert admin.found("jobs")[0]["errorMessage"] == "no paper"
    (incident,) = admin.found("incidents", state="ACTIVE", processInstanceKey=started)
    assert (incident["errorType"], incident["elementId"], incident["jobKey"]) == (
        "JOB_NO_RETRIES",
        "step-1",
        job["jobKey"],
    )
    assert admin.found("process-instances", hasIncident=True)[0]["processInstanceKey"] == started
    assert admin.patch(path, {"changeset": {"retries": 2}}).status_code == 204
    resolution = f"/v2/incidents/{incident['incidentKey']}/resolution"
    assert [admin.post(resolution).status_code for _ in range(2)] == [204, 409]
    (again,) = activate(admin)
    assert admin.post(f"/v2/jobs/{again['jobKey']}/completion").status_code == 204


def test_a_failed_job_comes_back_after_its_pause(admin: Caller, started: str) -> None:
    (job,) = activate(admin)
    admin.post(f"/v2/jobs/{job['jobKey']}/failure", {"retries": 2, "retryBackOff": 60_000})
    assert activate(admin) == []
    admin.put("/v2/clock", {"timestamp": "2026-03-02T09:01:00Z"})
    assert [job["retries"] for job in activate(admin)] == [2]


def test_an_error_that_nobody_catches_is_an_incident(admin: Caller, started: str) -> None:
    (job,) = activate(admin)
    answer = admin.post(f"/v2/jobs/{job['jobKey']}/error", {"errorCode": "broken", "errorMessage": "in two"})
    assert answer.status_code == 204
    assert admin.found("incidents", processInstanceKey=started)[0]["errorType"] == "UNHANDLED_ERROR_EVENT"


@pytest.mark.parametrize(
    ("action", "body"),
    [("completion", {}), ("failure", {"retries": 1}), ("error", {"errorCode": "x"})],
)
def test_a_job_that_is_not_there_is_not_found(admin: Caller, action: str, body: object) -> None:
    assert admin.post(f"/v2/jobs/12345/{action}", body).status_code == 404


def test_who_is_no_worker_takes_no_job(somebody: Callable[..., Caller], started: str) -> None:
    body = {"type": "pack", "worker": "w", "timeout": 1, "maxJobsToActivate": 1}
    assert somebody("ann", "front-office").post("/v2/jobs/activation", body).status_code == 403
    assert somebody("robot", "integrators").post("/v2/jobs/activation", body).status_code == 200
