"""Decisions over HTTP: what came out, and how."""

from __future__ import annotations

from typing import Any

from tests.engine.dmn.modelling import decision, definitions, table
from tests.webapi import diagrams
from tests.webapi.callers import Caller

SIZE = definitions(decision("size", table("", [(("< 5",), ('"small"',)), ((">= 5",), ('"large"',))])))


def evaluated(caller: Caller, **variables: object) -> Any:
    caller.call("POST", "/v2/deployments", **diagrams.upload(size_dmn=SIZE))
    body = {"decisionDefinitionId": "size", "variables": variables}
    return caller.post("/v2/decision-definitions/evaluation", body).json


def test_an_evaluation_tells_inputs_and_rules(admin: Caller) -> None:
    found = evaluated(admin, x=7)
    assert (found["output"], found["diagnostics"]) == ('"large"', [])
    (one,) = found["evaluatedDecisions"]
    assert one["evaluatedInputs"][0]["inputValue"] == "7"
    assert (one["matchedRules"][0]["ruleIndex"], one["matchedRules"][0]["ruleId"]) == (2, "r2")


def test_an_evaluation_says_why_it_is_null(admin: Caller) -> None:
    found = evaluated(admin)
    assert found["output"] == "null"
    assert found["diagnostics"][0]["code"] == "unknown-name"
    assert "nothing is called x" in found["diagnostics"][0]["message"]
