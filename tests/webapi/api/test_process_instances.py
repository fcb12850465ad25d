"""Process instances over HTTP: start, safe repeats, waiting, searching, cancelling, variables."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import PAID, message_catch, service_task, user_task
from webapi import json_provider

Deploy = Callable[..., None]


def start(caller: Caller, process_id: str = "order", **more: object) -> dict[str, str]:
    answer = caller.post("/v2/process-instances", {"processDefinitionId": process_id, **more})
    assert answer.status_code == 200, answer.text
    started: dict[str, str] = answer.json
    return started


def test_an_instance_starts_and_is_found(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    started = start(admin, variables={"amount": 12.5}, businessId="case-1")
    found = admin.get(f"/v2/process-instances/{started['processInstanceKey']}")
    assert (found.json["state"], found.json["businessId"], found.json["hasIncident"]) == ("ACTIVE", "case-1", False)
    assert found.headers["ETag"]
    assert admin.found("process-instances", businessId="case-1") == [found.json]
    assert admin.found("variables", name="amount")[0]["value"] == "12.5"


def test_the_answer_waits_for_the_end(admin: Caller, deployed: Deploy) -> None:
    deployed("order")
    started = start(admin, variables={"a": 1, "b": 2}, awaitCompletion=True, fetchVariables=["b"])
    assert started["variables"] == {"b": 2}


def test_waiting_for_the_end_has_an_end(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    body = {"processDefinitionId": "order", "awaitCompletion": True, "requestTimeout": 50}
    answer = admin.post("/v2/process-instances", body)
    assert (answer.status_code, answer.json["code"]) == (504, "timed-out")
    assert len(admin.found("process-instances", state="ACTIVE")) == 1


def test_the_wait_is_woken_when_a_job_ends_the_instance(admin: Caller, deployed: Deploy) -> None:
    deployed("order", service_task("pack"))
    body = {"type": "pack", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": 20_000}
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(start, admin, awaitCompletion=True, requestTimeout=20_000)
        job = admin.post("/v2/jobs/activation", body).json["jobs"][0]
        assert admin.post(f"/v2/jobs/{job['jobKey']}/completion", {"variables": {"done": True}}).status_code == 204
        assert waiting.result()["variables"] == {"done": True}


def test_the_same_idempotency_key_starts_one_instance(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    body = {"processDefinitionId": "order", "variables": {"x": 1}}
    headers = {"Idempotency-Key": "k1"}
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: admin.post("/v2/process-instances", body, headers=headers), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["processInstanceKey"] for answer in answers}) == 1
    assert len(admin.found("process-instances")) == 1
    other = admin.post("/v2/process-instances", {**body, "variables": {"x": 2}}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency-mismatch")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"processDefinitionId": "order", "processDefinitionKey": "1"}, None),
        ({"processDefinitionId": 5}, "processDefinitionId"),
        ({"processDefinitionId": "order", "variables": []}, "variables"),
        ({"processDefinitionId": "order", "variabels": {}}, "variabels"),
        ({"processDefinitionId": "order", "requestTimeout": 10**9}, "requestTimeout"),
        ({"processDefinitionKey": "12x"}, "processDefinitionKey"),
    ],
)
def test_a_body_that_does_not_fit_names_the_field(admin: Caller, body: object, field: str | None) -> None:
    answer = admin.post("/v2/process-instances", body)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert answer.json["findings"][0].get("elementId") == field


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b'"text"', b'{"processDefinitionId": "\\ud800"}', b"\xff\xfe", b"NaN", b""]
)
def test_what_is_no_json_object_is_malformed(admin: Caller, raw: bytes) -> None:
    answer = admin.call("POST", "/v2/process-instances", data=raw, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


@pytest.mark.parametrize("raw", [b'{"variables": {"a": ["\\u0000"]}}', b'{"variables": {"a\\u0000b": 1}}'])
def test_a_null_character_is_refused_wherever_it_stands(admin: Caller, raw: bytes) -> None:
    answer = admin.call("POST", "/v2/process-instances", data=raw, content_type="application/json")
    assert answer.status_code == 400
    assert "null character" in answer.json["detail"]


def test_a_backslash_before_u0000_is_only_text() -> None:
    assert json_provider.read(rb'{"a": "\\u0000"}') == {"a": "\\u0000"}


def test_an_unknown_process_is_not_found(admin: Caller) -> None:
    answer = admin.post("/v2/process-instances", {"processDefinitionId": "nobody-drew-this"})
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_a_cancelled_instance_cannot_be_cancelled_again(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    path = f"/v2/process-instances/{start(admin)['processInstanceKey']}/cancellation"
    assert [admin.post(path).status_code for _ in range(2)] == [204, 409]
    assert admin.found("process-instances")[0]["state"] == "TERMINATED"
    assert admin.found("user-tasks")[0]["state"] == "CANCELED"


def test_variables_are_set_where_they_are_visible(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    started = start(admin, variables={"a": 1})
    at = admin.found("element-instances", elementId="step-1")[0]["elementInstanceKey"]
    path = f"/v2/element-instances/{at}/variables"
    assert admin.put(path, {"variables": {"a": 2}}).status_code == 204
    assert admin.put(path, {"variables": {"own": "x"}, "local": True}).status_code == 204
    found = {v["name"]: (v["value"], v["scopeKey"]) for v in admin.found("variables")}
    assert found == {"a": ("2", started["processInstanceKey"]), "own": ('"x"', at)}


def test_a_search_goes_on_behind_its_cursor(admin: Caller, deployed: Deploy) -> None:
    deployed("order", user_task())
    keys = [start(admin)["processInstanceKey"] for _ in range(5)]
    seen: list[str] = []
    after = None
    while True:
        body = {"sort": [{"field": "processInstanceKey"}], "page": {"limit": 2, "after": after}}
        answer = admin.post("/v2/process-instances/search", body).json
        seen += [one["processInstanceKey"] for one in answer["items"]]
        after = answer["page"]["endCursor"]
        if not answer["items"]:
            break
        assert answer["page"]["totalItems"] == 5
    assert seen == keys


def test_a_message_moves_who_waits_for_it(admin: Caller, deployed: Deploy) -> None:
    deployed("order", message_catch(), before=PAID)
    first, second = (start(admin, variables={"order": order}) for order in ("o-1", "o-2"))
    body = {"name": "paid", "correlationKey": "o-2", "variables": {"sum": 3}}
    answer = admin.post("/v2/messages/correlation", body)
    assert answer.json["processInstanceKey"] == second["processInstanceKey"]
    states = {i["processInstanceKey"]: i["state"] for i in admin.found("process-instances")}
    assert states == {first["processInstanceKey"]: "ACTIVE", second["processInstanceKey"]: "COMPLETED"}
    assert admin.post("/v2/messages/correlation", body).status_code == 404


def test_a_published_message_waits_for_its_receiver(admin: Caller, deployed: Deploy) -> None:
    deployed("order", message_catch(), before=PAID)
    body = {"name": "paid", "correlationKey": "o-1", "timeToLive": 3_600_000, "messageId": "m-1"}
    assert admin.post("/v2/messages/publication", body).json["messageKey"]
    assert admin.post("/v2/messages/publication", body).status_code == 409
    start(admin, variables={"order": "o-1"})
    assert admin.found("process-instances")[0]["state"] == "COMPLETED"
