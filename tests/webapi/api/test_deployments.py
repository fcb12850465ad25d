"""The gate over HTTP: what is taken, what is refused, and that a refusal stores nothing."""

from __future__ import annotations

import pytest

from tests.webapi import diagrams
from tests.webapi.callers import Caller

XXE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<bpmn:process id="p" name="&secret;" isExecutable="true"><bpmn:startEvent id="s"/></bpmn:process></bpmn:definitions>"""


def deploy(caller: Caller, query: str = "", **files: bytes) -> object:
    return caller.call("POST", f"/v2/deployments{query}", **diagrams.upload(**files))


def test_a_diagram_and_its_form_come_in_together(admin: Caller) -> None:
    diagram = diagrams.process("order", diagrams.user_task(form="mark"))
    answer = deploy(admin, order_bpmn=diagram, mark_form=diagrams.form("mark"))
    assert answer.status_code == 200, answer.text
    kinds = {name: part[name] for part in answer.json["deployments"] for name in part}
    assert kinds["processDefinition"]["processDefinitionId"] == "order"
    assert kinds["processDefinition"]["processDefinitionVersion"] == 1
    assert kinds["form"]["formId"] == "mark"
    assert isinstance(answer.json["deploymentKey"], str)


def test_the_same_content_keeps_its_version_and_another_gets_the_next(admin: Caller) -> None:
    first, second = diagrams.process("order"), diagrams.process("order", diagrams.user_task())
    versions = [
        deploy(admin, order_bpmn=content).json["deployments"][0]["processDefinition"]["processDefinitionVersion"]
        for content in (first, first, second)
    ]
    assert versions == [1, 1, 2]


def test_process_tests_that_are_sent_along_are_run(admin: Caller) -> None:
    wrong = b"scenarios:\n  - name: a\n    expect: {state: active}\n"
    for query in ("?dryRun=true", ""):
        answer = deploy(admin, query, order_bpmn=diagrams.process("order"), tests_yaml=wrong)
        assert answer.status_code == 200, answer.text
        (finding,) = answer.json["findings"]
        told = {name: finding[name] for name in ("severity", "rule", "file", "line")}
        assert told == {"severity": "warning", "rule": "scenario-state", "file": "tests.yaml", "line": 3}
    broken = deploy(admin, order_bpmn=diagrams.process("order"), tests_yaml=b"scenarios: 5")
    assert broken.status_code == 422
    assert broken.json["findings"][0]["rule"] == "tests-value"


def test_a_dry_run_stores_nothing(admin: Caller) -> None:
    assert deploy(admin, "?dryRun=true", order_bpmn=diagrams.process("order")).status_code == 200
    assert admin.found("process-definitions") == []


@pytest.mark.parametrize(
    "content",
    [
        b"<bpmn:definitions",
        b"not xml at all",
        b"",
        XXE,
        diagrams.process("order", '<bpmn:whatever id="{id}">{flows}</bpmn:whatever>'),
        diagrams.process("order", diagrams.user_task(form="nobody-has-this")),
        diagrams.process(
            "order",
            '<bpmn:businessRuleTask id="{id}"><bpmn:extensionElements><zeebe:calledDecision decisionId="none"'
            ' resultVariable="x"/></bpmn:extensionElements>{flows}</bpmn:businessRuleTask>',
        ),
    ],
    ids=["broken", "no xml", "empty", "external entity", "unknown element", "missing form", "missing table"],
)
def test_what_cannot_run_is_refused_with_findings(admin: Caller, content: bytes) -> None:
    answer = deploy(admin, good_bpmn=diagrams.process("good"), order_bpmn=content)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["code"] == "deployment-refused"
    finding = answer.json["findings"][0]
    assert finding["file"] == "order.bpmn"
    assert finding["message"]
    assert "root:" not in answer.text
    assert admin.found("process-definitions") == []


def test_nothing_to_deploy_is_malformed(admin: Caller) -> None:
    answer = admin.call("POST", "/v2/deployments", data={}, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_json_is_no_deployment(admin: Caller) -> None:
    assert admin.post("/v2/deployments", {"resources": []}).status_code == 415


def test_definitions_are_found_and_read(admin: Caller) -> None:
    diagram = diagrams.process("order", diagrams.user_task())
    deploy(admin, order_bpmn=diagram)
    deploy(admin, bill_bpmn=diagrams.process("bill"))
    found = admin.found("process-definitions", processDefinitionId={"$like": "ord*"})
    assert [one["processDefinitionId"] for one in found] == ["order"]
    key = found[0]["processDefinitionKey"]
    assert admin.get(f"/v2/process-definitions/{key}").json == found[0]
    assert admin.get(f"/v2/process-definitions/{key}/xml").data == diagram
    admin.post("/v2/process-instances", {"processDefinitionKey": key})
    counts = admin.post(f"/v2/process-definitions/{key}/statistics/element-instances").json["items"]
    assert {row["elementId"]: row["active"] for row in counts}["step-1"] == 1


def test_an_unknown_definition_is_not_found(admin: Caller) -> None:
    for path in ("", "/xml"):
        assert admin.get(f"/v2/process-definitions/123{path}").status_code == 404
