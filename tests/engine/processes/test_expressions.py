"""What deployment says about expressions and tables before they run."""

from __future__ import annotations

import pytest

from engine.bootstrap import Engine
from engine.errors import DeploymentRefused, Finding
from engine.processes import Resource, StartInstance
from engine.types import SYSTEM, SearchRequest
from tests.engine.dmn.modelling import decision, definitions, literal, table
from tests.engine.dmn.test_imports import BASE, MIDDLE, TOP
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task

FORM = (
    b'{"type": "default", "id": "f", "components": [{"type": "number", "id": "a", "key": "amount", "label": "Amount"}]}'
)


def script(text: str) -> Resource:
    said = f'<zeebe:script expression="={text}" resultVariable="out"/>'
    task = f'<bpmn:scriptTask id="say"><bpmn:extensionElements>{said}</bpmn:extensionElements></bpmn:scriptTask>'
    nodes = START + user_task("ask", form="f") + task + END
    return diagram("case", nodes + flows("start", "ask", "say", "end"))


def findings(engine: Engine, *resources: Resource) -> list[Finding]:
    try:
        return list(engine.deployments.deploy(SYSTEM, resources, dry_run=True).findings)
    except DeploymentRefused as refused:
        return list(refused.findings)


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("amuont + 1", "feel-unknown-name", "warning"),
        ("uper case(out)", "feel-unknown-function", "error"),
        ("upper case(out, 1)", "feel-arguments", "error"),
        ("complaint.severty", "feel-unknown-member", "error"),
        ("complaint.deadlines.level_9", "feel-unknown-member", "error"),
        ("1 + today()", "feel-types", "warning"),
        ("anything.else + anything", "feel-unset-name", "warning"),
    ],
)
def test_what_is_said_of_an_expression(engine: Engine, text: str, rule: str, severity: str) -> None:
    found = findings(engine, script(text), Resource(name="f.form", content=FORM))
    assert [(f.rule, f.severity, f.element_id) for f in found if f.rule.startswith("feel")] == [(rule, severity, "say")]


@pytest.mark.parametrize("text", ["amount + 1", "complaint.deadlines.level_1", "out", "now()"])
def test_nothing_is_said_of_what_is_known(engine: Engine, text: str) -> None:
    found = findings(engine, script(text), Resource(name="f.form", content=FORM))
    assert [f for f in found if f.rule.startswith("feel")] == []


def test_names_are_not_judged_where_a_form_is_deployed_already(engine: Engine) -> None:
    form = Resource(name="f.form", content=FORM)
    engine.deployments.deploy(SYSTEM, [form])
    said = script("anything + 1")
    assert [f.rule for f in findings(engine, said, form) if f.rule.startswith("feel")] == ["feel-unset-name"]
    assert [f.rule for f in findings(engine, said) if f.rule.startswith("feel")] == []


def test_tables_are_checked(engine: Engine) -> None:
    logic = table("", [(("< 5",), ("1",)), (("< 4",), ("2",))], default="0")
    found = findings(engine, Resource(name="t.dmn", content=definitions(decision("d", logic))))
    assert [(f.rule, f.severity) for f in found if f.rule.startswith("dmn")] == [("dmn-overlap", "error")]


def test_decision_files_import_each_other(engine: Engine) -> None:
    files = {"top.dmn": TOP, "middle.dmn": MIDDLE, "base.dmn": BASE}
    assert findings(engine, Resource(name="top.dmn", content=TOP))[0].rule == "dmn-import"
    engine.deployments.deploy(SYSTEM, [Resource(name=name, content=content) for name, content in files.items()])
    assert engine.deployments.evaluate_decision(SYSTEM, "top", {"extra": 1}).output == 84
    later = TOP.replace(b"m.middle * 2", b"m.middle * 3")
    engine.deployments.deploy(SYSTEM, [Resource(name="top.dmn", content=later)])
    assert engine.deployments.evaluate_decision(SYSTEM, "top", {"extra": 1}).output == 126


def test_a_file_without_decisions_can_be_imported(engine: Engine) -> None:
    types = definitions('<itemDefinition name="t"><typeRef>number</typeRef></itemDefinition>', namespace="urn:types")
    said = '<import name="t" namespace="urn:types" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    user = definitions(said, f'<decision id="d" name="d"><variable name="d" typeRef="t.t"/>{literal("x")}</decision>')
    engine.deployments.deploy(SYSTEM, [Resource(name="types.dmn", content=types)])
    engine.deployments.deploy(SYSTEM, [Resource(name="user.dmn", content=user)])
    assert engine.deployments.evaluate_decision(SYSTEM, "d", {"x": 1}).output == 1
    assert engine.deployments.evaluate_decision(SYSTEM, "d", {"x": "a"}).output is None


def test_an_incident_says_why_a_condition_was_null(engine: Engine) -> None:
    ends = '<bpmn:endEvent id="other"/><bpmn:exclusiveGateway id="which" default="which_end"/>'
    condition = (
        '<bpmn:sequenceFlow id="b" sourceRef="which" targetRef="other">'
        "<bpmn:conditionExpression>=amount &gt; limit</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    content = START + END + ends + condition + flows("start", "which", "end")
    engine.deployments.deploy(SYSTEM, [diagram("case", content)])
    engine.instances.start(SYSTEM, StartInstance(process_id="case", variables={"amount": 1}))
    incident = engine.incidents.search(SYSTEM, SearchRequest()).items[0]
    assert "line 1, column 10: nothing is called limit" in (incident.error_message or "")


def test_an_incident_says_why_a_task_has_no_candidates(engine: Engine) -> None:
    content = START + user_task("work", groups="=teem") + END + flows("start", "work", "end")
    engine.deployments.deploy(SYSTEM, [diagram("case", content)])
    engine.instances.start(SYSTEM, StartInstance(process_id="case"))
    incident = engine.incidents.search(SYSTEM, SearchRequest()).items[0]
    assert "=teem (line 1, column 1: nothing is called teem) gave null" in (incident.error_message or "")
