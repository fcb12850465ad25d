"""The audit trail over HTTP: found by what was done, by whom and for which case, without a word of the complainant."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from engine.bootstrap import Engine
from engine.records import Action
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi.api.audit_logs import KINDS
from webapi.runtime import library_resources

FILING = {
    "description": "The kettle leaks.",
    "channel": "phone",
    "complainant": {"name": "Ada Example", "email": "ada@example.org"},
}


@pytest.fixture
def filed(engine: Engine, somebody: Callable[..., Caller]) -> dict[str, str]:
    """A complaint that a clerk has entered and assessed at random: what the service told about it."""
    engine.deployments.deploy(SYSTEM, library_resources())
    clerk = somebody("clerk", "front-office")
    told: dict[str, str] = clerk.post("/v2/complaints", FILING).json
    return told


def test_what_was_done_in_a_case_is_found(filed: dict[str, str], admin: Caller) -> None:
    entries = admin.found("audit-logs", businessId=filed["reference"])
    receipt = next(entry for entry in entries if entry["action"] == "complaint.received")
    assert (receipt["actorId"], receipt["actorType"]) == ("clerk", "USER")
    assert (receipt["entityType"], receipt["operationType"]) == ("PROCESS_INSTANCE", "CREATE")
    assert receipt["processInstanceKey"] == filed["processInstanceKey"]
    assert receipt["userTaskKey"] is receipt["jobKey"] is None
    assert admin.get(f"/v2/audit-logs/{receipt['auditLogKey']}").json == receipt


def test_the_words_of_camunda_narrow_a_search(filed: dict[str, str], admin: Caller) -> None:
    task = admin.found("user-tasks", businessId=filed["reference"])[0]["userTaskKey"]
    admin.post(f"/v2/user-tasks/{task}/assignment", {"assignee": "clerk"})
    (entry,) = admin.found("audit-logs", entityType="USER_TASK", operationType={"$in": ["ASSIGN"]})
    assert (entry["action"], entry["userTaskKey"], entry["category"]) == ("task.assigned", task, "USER_TASKS")
    assert admin.found("audit-logs", entityType="USER_TASK", action="complaint.received") == []


def test_the_trail_names_no_complainant_and_tells_nothing_of_the_complaint(
    filed: dict[str, str], admin: Caller
) -> None:
    written = orjson.dumps(admin.found("audit-logs", timestamp={"$gte": "2026-01-01T00:00:00Z"})).decode()
    for secret in ("Ada", "ada@example.org", "kettle", filed["trackingCode"]):
        assert secret not in written


def test_pages_go_on_where_the_last_one_ended(filed: dict[str, str], admin: Caller) -> None:
    seen, after = [], None
    while True:
        page = {"limit": 3, **({"after": after} if after else {})}
        found = admin.post("/v2/audit-logs/search", {"page": page}).json
        seen += [entry["auditLogKey"] for entry in found["items"]]
        after = found["page"]["endCursor"]
        if len(found["items"]) < 3:
            break
    assert len(seen) == len(set(seen)) == found["page"]["totalItems"]


def test_the_trail_is_for_those_who_may_read_it(somebody: Callable[..., Caller]) -> None:
    assert somebody("ann", "front-office").post("/v2/audit-logs/search", {}).status_code == 403
    assert somebody("max", "managers").post("/v2/audit-logs/search", {}).status_code == 200
    assert somebody("eve", "managers").get("/v2/audit-logs/5").status_code == 404


def test_every_action_has_its_words() -> None:
    assert set(KINDS) == {action.value for action in Action}
