"""Files that a deployment refuses, and what it says about them."""

from __future__ import annotations

import pytest

from engine.dmn import load_model
from engine.errors import DeploymentRefused
from tests.engine.dmn.modelling import decision, definitions, literal, now, table

ENTITY = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BILLION = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def refused(content: bytes) -> DeploymentRefused:
    with pytest.raises(DeploymentRefused) as caught:
        load_model("bad.dmn", content)
    assert all(finding.file == "bad.dmn" for finding in caught.value.findings)
    return caught.value


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "dmn-xml"),
        (b"<definitions", "dmn-xml"),
        (b"\x00\x01", "dmn-xml"),
        (b"<definitions/>", "dmn-namespace"),
        (b'<bpmn xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn-namespace"),
        (ENTITY + definitions(decision("d", literal("&x;").replace("&amp;", "&"))), "dmn-doctype"),
        (BILLION + definitions(decision("d", literal("&c;").replace("&amp;", "&"))), "dmn-doctype"),
        (b" " * 5_000_001, "dmn-size"),
        (definitions(decision("d", literal("1 +"))), "feel-syntax"),
        (definitions(decision("d", literal("uper case(x)"))), "feel-unknown-function"),
        (definitions(decision("d", literal("upper case()"))), "feel-arguments"),
        (definitions(decision("d", "")), "dmn-no-logic"),
        (definitions(decision("d", literal("1")), decision("d", literal("1"))), "dmn-id-twice"),
        (definitions(decision("d", literal("x"), "nobody")), "dmn-requirement"),
        (definitions(decision("d", literal("d"), "d")), "dmn-cycle"),
        (definitions(decision("d", table('hitPolicy="BEST"', [(["-"], ["1"])]))), "dmn-hit-policy"),
        (definitions(decision("d", table('hitPolicy="PRIORITY"', [(["-"], ["1"])]))), "dmn-no-priorities"),
        (definitions(decision("d", table("", [(["-", "-"], ["1"])]))), "dmn-rule"),
        (definitions(decision("d", table("", [(["< <"], ["1"])]))), "feel-syntax"),
        (definitions('<decision id="d">' + literal("1") + "</decision>"), "dmn-name"),
        (definitions('<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>'), "dmn-type-cycle"),
        (
            definitions(
                '<import name="l" namespace="urn:l" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
            ),
            "dmn-import",
        ),
        (
            definitions(
                decision("d", '<literalExpression expressionLanguage="Python"><text>1</text></literalExpression>')
            ),
            "dmn-language",
        ),
        (definitions(decision("d", "<list>" * 70 + "</list>" * 70)), "dmn-depth"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_finding(content: bytes, rule: str) -> None:
    assert rule in [finding.rule for finding in refused(content).findings]


def test_all_mistakes_are_told_at_once() -> None:
    rules = [(["< <"], ["1 +"]), (["-"], ["2"])]
    error = refused(definitions(decision("a", literal("1 +")), decision("b", table("", rules))))
    mistakes = [finding for finding in error.findings if finding.severity == "error"]
    assert [(finding.element_id, finding.rule) for finding in mistakes] == [
        ("a", "feel-syntax"),
        ("r1", "feel-syntax"),
        ("r1", "feel-syntax"),
    ]
    assert mistakes[0].column == 4


def test_a_lenient_load_keeps_the_rest() -> None:
    content = definitions(decision("a", literal("1 +")), decision("b", literal("2")))
    model = load_model("bad.dmn", content, strict=False)
    assert model.evaluate("b", {}, now=now).value == 2
    assert model.evaluate("a", {}, now=now).diagnostics[0].code == "feel-syntax"
    assert [finding.rule for finding in model.findings] == ["feel-syntax"]
