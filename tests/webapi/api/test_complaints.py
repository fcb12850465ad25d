"""Complaints over HTTP: received once, read, corrected, followed, written to, with files."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import orjson
import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi.runtime import library_resources

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def filing(**more: object) -> dict[str, Any]:
    person = {"name": "Ada Example", "email": "ada@example.org"}
    return {"description": "The kettle leaks.", "channel": "phone", "complainant": person, "language": "en", **more}


@pytest.fixture
def clerk(engine: Engine, somebody: Callable[..., Caller]) -> Caller:
    """Somebody of the front office, with the process library deployed."""
    engine.deployments.deploy(SYSTEM, library_resources())
    return somebody("clerk", "front-office")


def received(caller: Caller, **more: object) -> dict[str, Any]:
    answer = caller.post("/v2/complaints", filing(**more))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_complaint_is_registered_acknowledged_and_on_its_way(clerk: Caller) -> None:
    told = received(clerk, problemDate="2026-02-27", productOrService="kettle", mayDisclose=False)
    assert told["reference"].startswith("C-2026-")
    assert len(told["trackingCode"].replace("-", "")) == 20
    assert told["acknowledgedAt"] == "2026-03-02T09:00:00Z"
    assert told["deadlines"]["final_response"] > told["acknowledgedAt"]
    found = clerk.get(f"/v2/complaints/{told['reference']}").json
    assert (found["description"], found["problemDate"], found["mayDisclose"]) == (
        "The kettle leaks.",
        "2026-02-27",
        False,
    )
    assert found["parties"]["complainant"]["email"] == "ada@example.org"
    assert found["processInstanceKey"] == told["processInstanceKey"]
    assert clerk.found("user-tasks", businessId=told["reference"])[0]["elementId"] == "assess"


def test_a_complaint_that_came_earlier_is_received_then(clerk: Caller) -> None:
    told = received(clerk, receivedOn="2026-02-26", channel="post")
    found = clerk.get(f"/v2/complaints/{told['reference']}").json
    assert found["receivedAt"] == "2026-02-26T11:00:00Z"
    refused = clerk.post("/v2/complaints", filing(receivedOn="2026-03-04"))
    assert (refused.status_code, refused.json["findings"][0]["elementId"]) == (422, "received_on")


def test_no_personal_data_and_no_code_is_in_process_variables(clerk: Caller, admin: Caller) -> None:
    told = received(clerk)
    written = orjson.dumps(admin.found("variables", processInstanceKey=told["processInstanceKey"])).decode()
    for secret in ("Ada", "ada@example.org", "kettle", told["trackingCode"]):
        assert secret not in written


def test_the_same_idempotency_key_files_one_complaint(clerk: Caller) -> None:
    headers = {"Idempotency-Key": "call-17"}
    first, again = (clerk.post("/v2/complaints", filing(), headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert len(clerk.found("complaints")) == 1
    other = clerk.post("/v2/complaints", filing(description="Another one."), headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency-mismatch")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "description"),
        (filing(description=""), "description"),
        (filing(complainant=None), "complainant"),
        (filing(complainant={"email": "no address"}), "complainant.email"),
        (filing(channel="pigeon"), "channel"),
        (filing(problemDate="yesterday"), "problemDate"),
        (filing(attachments=[{"name": "a", "content": "no base64!"}]), "attachments.0.content"),
        (filing(anonymous="yes"), "anonymous"),
        (filing(severity="high"), "severity"),
    ],
)
def test_what_does_not_fit_names_the_field_and_stores_nothing(clerk: Caller, body: object, field: str) -> None:
    answer = clerk.post("/v2/complaints", body)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert answer.json["findings"][0]["elementId"] == field
    assert clerk.found("complaints") == []


def test_a_description_of_ten_megabytes_is_too_large(clerk: Caller) -> None:
    answer = clerk.post("/v2/complaints", filing(description="a" * 10_000_000))
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (413, "application/problem+json", "too-large")
    assert clerk.found("complaints") == []


def test_a_body_beyond_the_limit_is_not_read(clerk: Caller) -> None:
    answer = clerk.call("POST", "/v2/complaints", data=b" " * 12_000_001, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")


def test_an_anonymous_complaint_names_nobody(clerk: Caller) -> None:
    told = received(clerk, complainant=None, anonymous=True)
    found = clerk.get(f"/v2/complaints/{told['reference']}").json
    assert found["anonymous"] is True
    assert not found["parties"].get("complainant")


def test_a_correction_keeps_the_old_value(clerk: Caller) -> None:
    path = f"/v2/complaints/{received(clerk)['reference']}"
    etag = clerk.get(path).headers["ETag"]
    body = {"productOrService": "a kettle", "complainant": {"email": "ada@example.com"}}
    answer = clerk.patch(path, body, headers={"If-Match": etag})
    assert (answer.status_code, answer.json["productOrService"]) == (200, "a kettle")
    assert answer.json["parties"]["complainant"]["email"] == "ada@example.com"
    assert {"productOrService", "product_or_service"} & {change["field"] for change in answer.json["changes"]}
    stale = clerk.patch(path, body, headers={"If-Match": etag})
    assert (stale.status_code, stale.json["code"]) == (409, "stale-version")
    assert clerk.patch(path, {}).status_code == 400


def test_files_come_in_as_parts_and_go_out_as_downloads(clerk: Caller) -> None:
    parts = {"complaint": orjson.dumps(filing()).decode(), "attachments": [(BytesIO(PDF), "bill.pdf")]}
    told = clerk.call("POST", "/v2/complaints", data=parts, content_type="multipart/form-data")
    assert told.status_code == 201, told.text
    path = f"/v2/complaints/{told.json['reference']}/attachments"
    more = clerk.post(path, {"name": "note.txt", "content": b64encode(b"hello").decode()})
    assert (more.status_code, more.json["size"]) == (201, 5)
    names = {one["name"]: one["attachmentKey"] for one in clerk.get(path).json["items"]}
    assert set(names) == {"bill.pdf", "note.txt"}
    content = clerk.get(f"{path}/{names['bill.pdf']}")
    assert (content.data, content.mimetype) == (PDF, "application/pdf")
    assert content.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in content.headers["Content-Security-Policy"]


def test_what_happened_and_what_was_written_is_listed(clerk: Caller) -> None:
    path = f"/v2/complaints/{received(clerk)['reference']}"
    assert clerk.get(f"{path}/timeline").json["items"][0]["event"] == "received"
    assert clerk.get(f"{path}/messages").json["items"][0]["kind"] == "acknowledgement"
    assert clerk.post(f"{path}/messages", {"text": "We call you tomorrow."}).status_code == 201
    assert clerk.get(f"{path}/messages").json["items"][-1]["body"] == "We call you tomorrow."


def test_complaints_are_searched(clerk: Caller) -> None:
    told = received(clerk)
    received(clerk, channel="post")
    assert [c["reference"] for c in clerk.found("complaints", channel="phone")] == [told["reference"]]
    assert len(clerk.found("complaints", receivedAt={"$gte": "2026-03-02T00:00:00Z"}, status={"$neq": "closed"})) == 2


def test_who_may_not_read_complaints_does_not(clerk: Caller, somebody: Callable[..., Caller]) -> None:
    path = f"/v2/complaints/{received(clerk)['reference']}"
    assert somebody("owner", "process-owners").get(path).status_code == 403
    assert clerk.get("/v2/complaints/C-2026-999999").status_code == 404
