"""Walks the application: every route says who may call it, is limited, and stands in the contract."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from webapi import openapi
from webapi.access import declared
from webapi.api.contract import contract_of
from webapi.limits import limiter

STATIC = {"static"}


@pytest.fixture
def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in STATIC]


def test_every_route_declares_who_may_call_it(app: Flask, rules: list[Rule]) -> None:
    assert [rule.rule for rule in rules if declared(app.view_functions[rule.endpoint]) is None] == []


def test_what_is_public_is_listed_here(app: Flask, rules: list[Rule]) -> None:
    public = {rule.rule for rule in rules if declared(app.view_functions[rule.endpoint]).public}
    api = {path for path in public if path.startswith(("/v2", "/health", "/metrics"))}
    assert api == {"/v2/status", "/v2/openapi.json", "/v2/docs", "/health/live", "/health/ready", "/metrics"}


def test_every_api_route_stands_in_the_contract(app: Flask, rules: list[Rule]) -> None:
    paths = openapi.document(app)["paths"]
    for rule in rules:
        if not rule.rule.startswith("/v2") or rule.rule == "/v2/docs":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            operation = paths[openapi.path_of(rule)][method.lower()]
            assert operation["summary"], rule
            assert operation["responses"]["default"], rule
            assert ("requestBody" in operation) == (method in {"POST", "PUT", "PATCH"} and takes_a_body(app, rule))


def takes_a_body(app: Flask, rule: Rule) -> bool:
    contract = contract_of(app.view_functions[rule.endpoint])
    return contract is not None and (contract.body is not None or contract.multipart is not None)


def test_only_two_changing_calls_take_no_body(app: Flask, rules: list[Rule]) -> None:
    changing = [r for r in rules if r.rule.startswith("/v2") and (r.methods or set()) & {"POST", "PUT", "PATCH"}]
    assert {r.rule for r in changing if not takes_a_body(app, r)} == {"/v2/clock/reset"}


SAFE_TO_REPEAT = ("/search", "/statistics/element-instances", "/evaluation", "/reset")
"""Ends of the addresses of POSTs that only look, or that end the same when they are repeated."""
OVER_ONCE = (
    "activation", "assignment", "cancellation", "completion", "error", "extension", "failure", "migration",
    "modification", "resolution", "resumption", "suspension",
)  # fmt: skip
"""Ends of the addresses of POSTs that change a thing which is there: a repeat is refused or changes nothing."""


def test_every_call_that_creates_can_be_repeated_safely(app: Flask, rules: list[Rule]) -> None:
    creating = [
        rule
        for rule in rules
        if rule.rule.startswith("/v2")
        and "POST" in (rule.methods or set())
        and not rule.rule.endswith((*SAFE_TO_REPEAT, *OVER_ONCE))
    ]
    assert {rule.rule for rule in creating} >= {"/v2/complaints", "/v2/process-instances", "/v2/deployments"}
    assert [r.rule for r in creating if not contract_of(app.view_functions[r.endpoint]).repeatable] == []


def test_every_route_is_limited(rules: list[Rule]) -> None:
    exempt = limiter._route_exemptions
    assert [rule.endpoint for rule in rules if rule.endpoint in exempt] == []
    assert limiter.limit_manager.default_limits


def test_the_contract_names_every_schema_once(app: Flask) -> None:
    document = openapi.document(app)
    assert document["openapi"].startswith("3.1")
    assert not [name for name in document["components"]["schemas"] if name[-1].isdigit()]


def test_the_contract_is_a_page_too(app: Flask) -> None:
    answer = app.test_client().get("/v2/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "/v2/process-instances" in answer.text
    assert "<script" not in answer.text
