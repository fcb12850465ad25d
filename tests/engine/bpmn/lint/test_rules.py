"""Each rule finds the diagram that breaks it, and not the one that was mended."""

from __future__ import annotations

import pytest

from engine.bpmn import inspect_diagram
from engine.bpmn.lint import RULES, TEXT, soundness
from tests.engine.bpmn.drawing import draw
from tests.engine.bpmn.lint.examples import EXAMPLES, MADE_WRONG

ALL = {rule.id: rule for rule in (*RULES, *TEXT, *soundness.RULES)}


def rules(xml):
    return {finding.rule: finding for finding in inspect_diagram("example.bpmn", xml).findings}


def _pair(rule):
    lines, old, new, top = EXAMPLES[rule]
    first = draw(lines, extra=top)
    second = draw(lines.replace(old, new), extra=top.replace(old, new))
    if second == first:  # what is changed is not said in the drawing
        second = first.replace(old.encode(), new.encode())
    return (second, first) if rule in MADE_WRONG else (first, second)


def test_every_rule_has_an_example():
    assert set(EXAMPLES) == set(ALL)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_finds_what_breaks_it_and_no_more(rule):
    broken, mended = _pair(rule)
    assert broken != mended
    found = rules(broken)
    assert rule in found
    assert (found[rule].severity, found[rule].cure) == (ALL[rule].severity, ALL[rule].cure)
    assert rule not in rules(mended)


def test_all_findings_of_a_file_are_told_at_once():
    lines = "start s\nuser u\nuser lost\nand j\ns -> u\nu -> j : =1 +\nend e\nj -> e\nlost -> e"
    assert {"lonely-condition", "idle-gateway", "not-entered", "feel-syntax"} <= set(rules(draw(lines)))


def test_findings_name_file_line_element_and_cure():
    (finding,) = inspect_diagram("example.bpmn", draw("start s\nxor x\nend e\ns -> x -> e")).findings
    assert (finding.file, finding.line, finding.element_id) == ("example.bpmn", 1, "x")
    assert finding.cure
