"""What a caller is told: why something is null, and what is wrong in a text."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, check, check_unary_tests, compile_expression
from tests.engine.feel.feeling import outcome


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("1 +\n  nobody", "unknown-name", 2, 3),
        ('1 + "a"', "type-mismatch", 1, 3),
        ("1 / 0", "division-by-zero", 1, 3),
        ('1 < "a"', "not-comparable", 1, 3),
        ("{a: 1}.b", "unknown-member", 1, 7),
        ("[1][2]", "out-of-range", 1, 4),
        ('date("2026-02-30")', "invalid-value", 1, 1),
        ("upper case(1)", "invalid-argument", 1, 1),
        ("upper case()", "invalid-call", 1, 1),
        ('matches("a", "(")', "invalid-pattern", 1, 1),
        ("1(2)", "invalid-call", 1, 1),
        ("for i in null return i", "invalid-iteration", 1, 1),
        ('"a" and true', "type-mismatch", 1, 1),
        ('function(x) external {java: {class: "java.lang.Math"}}', "external-function", 1, 1),
    ],
)
def test_null_has_a_reason(text: str, code: str, line: int, column: int) -> None:
    found = outcome(text)
    assert found.value is None
    first = found.diagnostics[0]
    assert (first.code, first.line, first.column) == (code, line, column)
    assert first.message


@pytest.mark.parametrize(
    "text", ["1 + 1", "null", "if null then 1 else 2", "[1, 2][item > 5]", "null = 1", "{a: null}.a"]
)
def test_nothing_is_said_about_good_expressions(text: str) -> None:
    assert outcome(text).diagnostics == ()


@pytest.mark.parametrize(
    ("text", "column", "proposal"),
    [
        ("a == 1", 3, "write ="),
        ('"abc', 1, 'close it with "'),
        ("“abc”", 1, 'use straight quotes: "'),
        ("a && b", 3, "write and"),
        ("if a then b", 12, None),
        ("1 +", 4, None),
        ("[1, 2", 6, None),
        ("{a: 1, a: 2}", 8, None),
        ("f(x: 1, 2)", 11, None),
        ("1 2", 3, None),
        ("a.1", 2, None),
        ("", 1, None),
    ],
)
def test_syntax_errors_have_a_place(text: str, column: int, proposal: str | None) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert (caught.value.line, caught.value.proposal) == (1, proposal)
    assert abs(caught.value.column - column) <= 2
    assert caught.value.findings[0].column == caught.value.column


@pytest.mark.parametrize(
    ("text", "rule", "cure"),
    [
        ("amuont > 1", "feel-unknown-name", "did you mean amount?"),
        ("Amount > 1", "feel-unknown-name", "did you mean amount?"),
        ("uper case(name)", "feel-unknown-function", "did you mean upper case?"),
        ("upper case(name, 1)", "feel-arguments", "call it as upper case(string)"),
        ('@"tomorrow"', "feel-literal", None),
        ('1 + "a"', "feel-types", None),
        ("amount >", "feel-syntax", None),
        ("for x in [1] return y", "feel-unknown-name", None),
    ],
)
def test_check_finds(text: str, rule: str, cure: str | None) -> None:
    found = check(text, ["amount", "name"])
    assert [finding.rule for finding in found] == [rule]
    if cure:
        assert found[0].cure == cure


@pytest.mark.parametrize(
    "text",
    [
        "amount > 1 and count([name]) = 1",
        "{a: amount, b: a + 1}.b",
        "for x in [1] return x + count(partial)",
        "(function(x) x + amount)(1)",
        "[{price: 1}][price > amount]",
        "sort([2, 1], function(a, b) a < b)",
    ],
)
def test_check_lets_good_expressions_pass(text: str) -> None:
    assert check(text, ["amount", "name"]) == ()


def test_names_are_not_judged_if_nobody_knows_them() -> None:
    assert check("anything > 1", None) == ()
    assert check_unary_tests("< limit", ["limit"]) == ()
    assert [finding.rule for finding in check_unary_tests("< ", None)] == ["feel-syntax"]


CASE = ["complaint.severity", "complaint.deadlines.level_1", "complaint.deadlines.final_response", "team"]


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        ("complaint.severty = 1", "complaint has no entry severty", "did you mean severity?"),
        ("now() > complaint.deadlines.level_9", "complaint.deadlines has no entry level_9", "did you mean level_1?"),
        ("complaint.deadline.level_1", "complaint has no entry deadline", "did you mean deadlines?"),
    ],
)
def test_check_knows_the_entries_of_a_variable(text: str, message: str, cure: str) -> None:
    assert [(finding.message, finding.cure) for finding in check(text, CASE)] == [(message, cure)]


@pytest.mark.parametrize(
    "text",
    [
        "for complaint in [{a: 1}] return complaint.a",
        "complaint.severity",
        "complaint.deadlines",
        "complaint.severity.anything",
        "team.name",
        "{a: 1}.b",
    ],
)
def test_entries_that_nobody_listed_are_not_judged(text: str) -> None:
    assert check(text, CASE) == ()
