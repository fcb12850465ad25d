"""Models: requirements, knowledge, services, imports, types, and the trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from engine.dmn import load_model
from engine.errors import NotFound
from engine.feel import FeelLimitExceeded, to_json
from tests.engine.dmn.modelling import decide, decision, definitions, literal, model, now, table

INPUT = '<inputData id="x-input" name="x"><variable name="x" typeRef="number"/></inputData>'
REQUIRES_X = '<informationRequirement><requiredInput href="#x-input"/></informationRequirement>'
FACTORIAL = (
    '<businessKnowledgeModel id="f" name="my fact"><variable name="my fact"/><encapsulatedLogic>'
    '<formalParameter name="n" typeRef="number"/>' + literal("if n < 2 then 1 else n * my fact(n - 1)")
) + "</encapsulatedLogic></businessKnowledgeModel>"


def test_required_decisions_are_evaluated_first() -> None:
    found = model(decision("b", literal("a + 1"), "a"), decision("a", literal("x * 2"))).evaluate(
        "b", {"x": 4}, now=now
    )
    assert to_json(found.value) == 9
    assert [each.decision_id for each in found.evaluated] == ["a", "b"]


def test_a_decision_is_found_by_id_or_name() -> None:
    loaded = model('<decision id="d1" name="Best  offer"><variable name="o"/>' + literal("1") + "</decision>")
    assert {identity: info.name for identity, info in loaded.decisions.items()} == {"d1": "Best offer"}
    assert loaded.evaluate("Best offer", {}, now=now).value == loaded.evaluate("d1", {}, now=now).value
    with pytest.raises(NotFound):
        loaded.evaluate("nobody", {}, now=now)


def test_input_data_are_typed() -> None:
    loaded = model(
        INPUT, '<decision id="d" name="d"><variable name="d"/>' + REQUIRES_X + literal("x + 1") + "</decision>"
    )
    assert to_json(loaded.evaluate("d", {"x": 1}, now=now).value) == 2
    assert to_json(loaded.evaluate("d", {"x": [1]}, now=now).value) == 2
    wrong = loaded.evaluate("d", {"x": "one"}, now=now)
    assert wrong.value is None
    assert wrong.diagnostics[0].code == "type-mismatch"
    assert loaded.evaluate("d", {}, now=now).diagnostics[0].code == "unknown-name"


def test_variables_are_seen_unless_the_model_declares_them() -> None:
    loaded = model(INPUT, decision("d", literal("[x, y]")))
    assert to_json(loaded.evaluate("d", {"x": 1, "y": 2}, now=now).value) == [None, 2]


def test_knowledge_may_call_itself() -> None:
    requires = '<knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>'
    caller = f'<decision id="d" name="d"><variable name="d"/>{requires}{literal("my fact(5)")}</decision>'
    assert to_json(model(FACTORIAL, caller).evaluate("d", {}, now=now).value) == 120
    assert to_json(model(FACTORIAL).evaluate("my fact", {"n": 4}, now=now).value) == 24


def test_imports() -> None:
    library = load_model("lib.dmn", definitions(FACTORIAL, namespace="urn:lib"))
    requires = '<knowledgeRequirement><requiredKnowledge href="urn:lib#f"/></knowledgeRequirement>'
    loaded = model(
        '<import name="the lib" namespace="urn:lib" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        f'<decision id="d" name="d"><variable name="d"/>{requires}{literal("the lib.my fact(5)")}</decision>',
        imports={"urn:lib": library},
    )
    assert to_json(loaded.evaluate("d", {}, now=now).value) == 120


def test_services() -> None:
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#b"/>'
        '<encapsulatedDecision href="#a"/><inputData href="#x-input"/></decisionService>'
    )
    a = f'<decision id="a" name="a"><variable name="a"/>{REQUIRES_X}{literal("x * 2")}</decision>'
    loaded = model(INPUT, a, decision("b", literal("a + 1"), "a"), service)
    assert to_json(loaded.evaluate("s", {"x": 4}, now=now).value) == 9
    assert loaded.evaluate("s", {}, now=now).diagnostics[0].code == "unknown-name"


def test_item_definitions() -> None:
    colours = '<typeRef>string</typeRef><allowedValues><text>"red", "blue"</text></allowedValues>'
    children = '<itemComponent name="children" isCollection="true"><typeRef>tTree</typeRef></itemComponent>'
    types = (
        f'<itemDefinition name="tColour">{colours}</itemDefinition>'
        '<itemDefinition name="tColours" isCollection="true"><typeRef>tColour</typeRef></itemDefinition>'
        '<itemDefinition name="tTree"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
        f"{children}</itemDefinition>"
    )

    def typed(kind: str, text: str) -> object:
        logic = f'<decision id="d" name="d"><variable name="d" typeRef="{kind}"/>{literal(text)}</decision>'
        return to_json(model(types, logic).evaluate("d", {}, now=now).value)

    assert typed("tColour", '"red"') == "red"
    assert typed("tColour", '"green"') is None
    assert typed("tColours", '["red", "blue"]') == ["red", "blue"]
    assert typed("tColours", '"red"') == ["red"]
    assert typed("tTree", '{name: "a", children: [{name: "b", children: []}]}') is not None
    assert typed("tTree", '{name: "a", children: [{name: 1, children: []}]}') is None


def test_boxed_context_and_invocation() -> None:
    logic = (
        '<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>'
        + literal("n + x")
        + '</functionDefinition></contextEntry><contextEntry><variable name="y"/><invocation>'
        + literal("f")
        + '<binding><parameter name="n"/>'
        + literal("10")
        + "</binding></invocation></contextEntry><contextEntry>"
        + literal("y * 2")
        + "</contextEntry></context>"
    )
    assert to_json(decide(logic, x=5).value) == 30


def test_boxed_relation_list_and_iterators() -> None:
    relation = '<relation><column name="a"/><row>' + literal("1") + "</row><row>" + literal("2") + "</row></relation>"
    kept = f"<filter><in>{relation}</in><match>{literal('a > 1')}</match></filter>"
    assert to_json(decide(kept).value) == [{"a": 2}]
    doubled = f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in><return>{literal("i * 2")}</return></for>'
    assert to_json(decide(doubled).value) == [2, 4]
    some_fail = f"<in>{literal('[1, 2]')}</in><satisfies>{literal('i > 1')}</satisfies>"
    assert decide(f'<every iteratorVariable="i">{some_fail}</every>').value is False
    chosen = (
        f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    )
    assert to_json(decide(f"<list>{chosen}{literal('x')}</list>", x="b").value) == [1, "b"]


def test_trace() -> None:
    rules = [(["> 1"], ['"high"']), (["-"], ['"low"'])]
    found = decide(table('hitPolicy="FIRST"', rules), x=5).to_json()
    assert found["output"] == "high"
    assert found["evaluatedDecisions"] == [
        {
            "decisionDefinitionId": "d",
            "decisionDefinitionName": "d",
            "decisionDefinitionType": "decisionTable",
            "output": "high",
            "evaluatedInputs": [{"inputId": None, "inputName": "x", "inputValue": 5}],
            "matchedRules": [
                {
                    "ruleId": "r1",
                    "ruleIndex": 1,
                    "evaluatedOutputs": [{"outputId": None, "outputName": "out", "outputValue": "high"}],
                }
            ],
        }
    ]


class Case(Mapping[str, object]):
    """A case of which only the severity may be read."""

    def __getitem__(self, key: str) -> object:
        if key != "severity":
            raise AssertionError(key)
        return "high"

    def __iter__(self) -> Iterator[str]:
        return iter(("severity", "secret"))

    def __len__(self) -> int:
        return 2


def test_trace_tells_only_what_was_read() -> None:
    found = decide(literal("{case: complaint, severity: complaint.severity}"), complaint=Case())
    assert found.to_json()["output"] == {"case": {"severity": "high"}, "severity": "high"}


def test_a_model_is_bounded() -> None:
    with pytest.raises(FeelLimitExceeded):
        decide(literal("count(for i in 1..100000, j in 1..100000 return 1)"))


def test_diagnostics_name_the_decision() -> None:
    found = model(decision("b", literal("a"), "a"), decision("a", literal("1 / 0"))).evaluate("b", {}, now=now)
    assert [(note.code, note.element_id) for note in found.diagnostics] == [("division-by-zero", "a")]
