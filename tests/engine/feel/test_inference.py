"""What checks say of types before an expression runs is what happens when it runs."""

from __future__ import annotations

from itertools import product

import pytest

from engine.feel import check, check_unary_tests, compile_expression
from tests.engine.feel.feeling import now

OPERANDS = (
    *("2", '"a"', "true", '@"2026-01-31"', '@"10:00:00Z"', '@"2026-01-31T10:00:00Z"', '@"P2D"', '@"P2M"'),
    *("[1]", "{a: 1}", "[1..2]"),
)
SIGNS = ("+", "-", "*", "/", "**", "<", "<=", "=", "!=", ">")
CONFLICTS = {"type-mismatch", "not-comparable"}


@pytest.mark.parametrize("sign", SIGNS)
def test_operators(sign: str) -> None:
    for left, right in product(OPERANDS, OPERANDS):
        text = f"{left} {sign} {right}"
        found = compile_expression(text).evaluate({}, now=now)
        happens = any(diagnostic.code in CONFLICTS for diagnostic in found.diagnostics)
        told = any(finding.rule == "feel-types" for finding in check(text, None))
        durations = "P2D" in text and "P2M" in text and sign in ("=", "!=")  # equal if both are empty
        assert told is happens or durations, text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("upper case(amount)", "the argument string is of type number, wanted is string"),
        ("substring(string: name, start position: name)", "start position is of type string"),
        ("if amount then 1 else 2", "the condition is of type number"),
        ("amount > 1 and count(name)", "and joins booleans"),
        ("-name", "cannot be negated"),
        ("name.year", "a value of type string has no year"),
        ("today().year + name", "number + string has no result"),
        ("for i in 1..3 return i + name", "number + string has no result"),
        ("{a: name, b: a * 2}", "string * number has no result"),
        ("(function(x: number) x + name)(1)", "number + string has no result"),
        ("[amount..name]", "a range from a number to a string has no meaning"),
        ("amount between 1 and name", "a number and a string cannot be compared"),
        ('[1, 2]["a"]', "a filter is a condition or a position, not a string"),
        ("string length(name) > name", "a number and a string cannot be compared"),
    ],
)
def test_conflicts(text: str, message: str) -> None:
    found = check(text, {"amount": "number", "name": "string"})
    assert [(finding.rule, finding.severity) for finding in found] == [("feel-types", "warning")]
    assert message in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "amount + other",
        "[amount][1] + 1",
        "date and time(today(), time(now())) > now()",
        "sum([amount, 2]) / 2",
        'now() - duration("P1D") < now()',
        "{amount: name, b: amount + name}.b",
        "for amount in [name] return amount + name",
        "if amount > 1 then name else amount",
        "min(name, name) + name",
        "[name][item = name]",
        "null = amount",
    ],
)
def test_what_may_have_a_result_is_not_called_wrong(text: str) -> None:
    assert check(text, {"amount": "number", "name": "string", "other": None}) == ()


def test_cells() -> None:
    assert check_unary_tests("> 5, [1..2]", {"?": "number"}) == ()
    assert [found.rule for found in check_unary_tests("> 5", {"?": "string"})] == ["feel-types"]
