"""The trace of a business rule task, searched and read over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.dmn.modelling import decision, definitions, literal, table
from tests.webapi import diagrams
from tests.webapi.callers import Caller

SIZE = table("", [(("< 5",), ('"small"',)), ((">= 5",), ('"large"',))])
PACKAGES = definitions(decision("size", SIZE), decision("label", literal('"box: " + size'), "size"))
RULES = (
    '<bpmn:businessRuleTask id="{id}"><bpmn:extensionElements>'
    '<zeebe:calledDecision decisionId="label" resultVariable="label"/>'
    "</bpmn:extensionElements>{flows}</bpmn:businessRuleTask>"
)


@pytest.fixture
def packed(admin: Caller) -> Caller:
    """Somebody who sees an instance that has chosen a label for a size of 7."""
    files = diagrams.upload(pack_bpmn=diagrams.process("pack", RULES), label_dmn=PACKAGES)
    assert admin.call("POST", "/v2/deployments", **files).status_code == 200
    started = admin.post("/v2/process-instances", {"processDefinitionId": "pack", "variables": {"x": 7}})
    assert started.status_code == 200
    return admin


def details(caller: Caller, **where: object) -> Any:
    (found,) = caller.found("decision-instances", **where)
    return caller.get(f"/v2/decision-instances/{found['decisionEvaluationInstanceKey']}").json


def test_a_table_tells_what_it_read_and_which_rule_matched(packed: Caller) -> None:
    found = details(packed, decisionDefinitionType="DECISION_TABLE")
    assert (found["state"], found["result"], found["decisionDefinitionId"]) == ("EVALUATED", '"large"', "size")
    assert [(read["inputName"], read["inputValue"]) for read in found["evaluatedInputs"]] == [("x", "7")]
    (rule,) = found["matchedRules"]
    assert (rule["ruleId"], rule["ruleIndex"], rule["evaluatedOutputs"][0]["outputValue"]) == ("r2", 2, '"large"')
    assert found["diagnostics"] == []


def test_each_decision_of_an_evaluation_is_found(packed: Caller) -> None:
    (instance,) = packed.found("process-instances")
    found = packed.found("decision-instances", processInstanceKey=instance["processInstanceKey"])
    assert [one["decisionDefinitionId"] for one in found] == ["size", "label"]
    first, second = found
    assert first["decisionEvaluationKey"] == second["decisionEvaluationKey"]
    assert first["decisionEvaluationInstanceKey"] == f"{first['decisionEvaluationKey']}-1"
    definitions_ = {
        one["decisionDefinitionId"]: one["decisionDefinitionKey"] for one in packed.found("decision-definitions")
    }
    assert {one["decisionDefinitionId"]: one["decisionDefinitionKey"] for one in found} == definitions_
    assert first["rootDecisionDefinitionKey"] == definitions_["label"]
    assert (second["elementId"], second["processDefinitionId"]) == ("step-1", "pack")


def test_pages_go_on_where_they_end(packed: Caller) -> None:
    for x in (1, 2):
        packed.post("/v2/process-instances", {"processDefinitionId": "pack", "variables": {"x": x}})
    seen, after = [], None
    while not seen or after is not None:
        answer = packed.post("/v2/decision-instances/search", {"page": {"limit": 4, "after": after}}).json
        seen += [one["decisionEvaluationInstanceKey"] for one in answer["items"]]
        after = answer["page"]["endCursor"]
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize("key", ["1", "1-1", "x", "99999999999999999999-1", "1-0"])
def test_there_is_no_such_decision(packed: Caller, key: str) -> None:
    assert packed.get(f"/v2/decision-instances/{key}").status_code == 404


def test_reading_needs_permission(packed: Caller, somebody: Callable[..., Caller]) -> None:
    assert somebody("ann").post("/v2/decision-instances/search", {}).status_code == 403


def test_the_latest_versions_are_told_from_the_others(packed: Caller) -> None:
    changed = PACKAGES.replace(b"large", b"huge")
    again = diagrams.upload(pack_bpmn=diagrams.process("pack", RULES, RULES), label_dmn=changed)
    assert packed.call("POST", "/v2/deployments", **again).status_code == 200
    for things in ("process-definitions", "decision-definitions"):
        for latest, versions in ((True, {2}), (False, {1})):
            assert {one["version"] for one in packed.found(things, isLatestVersion=latest)} == versions
    assert len(packed.found("decision-instances", state="EVALUATED")) == 2
    assert packed.found("decision-instances", state="FAILED") == []
