"""Safe repeats: the same key and request answer the first result, another request under the key is refused."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from tests.webapi.diagrams import PAID, message_catch, process, upload, user_task
from webapi.runtime import library_resources

KEY = {"Idempotency-Key": "call-17"}
FILING = {"description": "The kettle leaks.", "complainant": {"name": "Ada Example"}}


@pytest.fixture
def case(engine: Engine, admin: Caller) -> str:
    """The address of a complaint."""
    engine.deployments.deploy(SYSTEM, library_resources())
    return f"/v2/complaints/{admin.post('/v2/complaints', FILING).json['reference']}"


def twice(caller: Caller, path: str, body: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Post `body` twice and `other` once under one key; the one answer of both."""
    first, again = (caller.post(path, body, headers=KEY) for _ in range(2))
    assert first.status_code in {200, 201}, first.text
    assert (first.status_code, first.json) == (again.status_code, again.json)
    refused = caller.post(path, other, headers=KEY)
    assert (refused.status_code, refused.json["code"]) == (409, "idempotency-mismatch")
    told: dict[str, Any] = first.json
    return told


def test_a_message_to_the_complainant(admin: Caller, case: str) -> None:
    told = twice(admin, f"{case}/messages", {"text": "We rang you."}, {"text": "We wrote to you."})
    written = [item for item in admin.get(f"{case}/messages").json["items"] if item["kind"] == "message"]
    assert [item["messageKey"] for item in written] == [told["messageKey"]]


def test_an_attachment(admin: Caller, case: str) -> None:
    body = {"name": "a.txt", "content": b64encode(b"what we found").decode()}
    told = twice(admin, f"{case}/attachments", body, {**body, "name": "b.txt"})
    assert [file["attachmentKey"] for file in admin.get(f"{case}/attachments").json["items"]] == [told["attachmentKey"]]


def test_a_published_message(admin: Caller) -> None:
    body = {"name": "paid", "correlationKey": "1", "timeToLive": 60_000}
    twice(admin, "/v2/messages/publication", body, {**body, "correlationKey": "2"})
    assert len(admin.found("audit-logs", action="message.published")) == 1


def test_a_correlated_message(admin: Caller, deployed: Callable[..., None]) -> None:
    deployed("order", message_catch(), before=PAID)
    start = {"processDefinitionId": "order", "variables": {"order": "1"}}
    instance = admin.post("/v2/process-instances", start).json["processInstanceKey"]
    body = {"name": "paid", "correlationKey": "1"}
    told = twice(admin, "/v2/messages/correlation", body, {**body, "variables": {"x": 1}})
    assert told["processInstanceKey"] == instance


def test_a_signal(admin: Caller) -> None:
    twice(admin, "/v2/signals/broadcast", {"signalName": "stop"}, {"signalName": "go"})
    assert len(admin.found("audit-logs", action="signal.broadcast")) == 1


def test_a_deployment(admin: Caller) -> None:
    order, other = process("order", user_task()), process("other", user_task())
    answers = [
        admin.call("POST", "/v2/deployments", headers=KEY, **upload(order_bpmn=content))
        for content in (order, order, other)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[0].json == answers[1].json
    assert answers[0].json["deployments"][0]["processDefinition"]["processDefinitionId"] == "order"


def test_what_failed_may_be_tried_again_under_its_key(admin: Caller, case: str) -> None:
    assert admin.post(f"{case}/messages", {"text": " "}, headers=KEY).status_code == 422
    assert admin.post(f"{case}/messages", {"text": "We rang you."}, headers=KEY).status_code == 201


def test_variables_are_written_only_over_what_was_seen(admin: Caller, deployed: Callable[..., None]) -> None:
    deployed("order", user_task())
    key = admin.post("/v2/process-instances", {"processDefinitionId": "order"}).json["processInstanceKey"]
    etag = admin.get(f"/v2/process-instances/{key}").headers["ETag"]
    path, body = f"/v2/element-instances/{key}/variables", {"variables": {"x": 1}}
    assert admin.call("PUT", path, json=body, headers={"If-Match": etag}).status_code == 204
    stale = admin.call("PUT", path, json={"variables": {"x": 2}}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json["code"]) == (409, "stale-version")
    assert admin.found("variables", name="x")[0]["value"] == "1"


def test_a_task_is_claimed_released_and_completed_only_as_it_was_seen(
    admin: Caller, deployed: Callable[..., None]
) -> None:
    deployed("order", user_task())
    admin.post("/v2/process-instances", {"processDefinitionId": "order"})
    task = f"/v2/user-tasks/{admin.found('user-tasks')[0]['userTaskKey']}"
    old = {"If-Match": admin.get(task).headers["ETag"]}
    assert admin.post(f"{task}/assignment", {"assignee": "root"}, headers=old).status_code == 204
    for path, method in (
        (f"{task}/assignment", "POST"),
        (f"{task}/assignee", "DELETE"),
        (f"{task}/completion", "POST"),
    ):
        body = {"json": {"assignee": "root"}} if path.endswith("assignment") else {}
        answer = admin.call(method, path, headers=old, **body)
        assert (answer.status_code, answer.json["code"]) == (409, "stale-version"), path
    now = {"If-Match": admin.get(task).headers["ETag"]}
    assert admin.call("POST", f"{task}/completion", headers=now).status_code == 204
