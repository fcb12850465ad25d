"""Names with spaces and operators, and what an expression says it reads."""

from __future__ import annotations

import pytest

from engine.feel import compile_expression
from tests.engine.feel.feeling import feel, shown


@pytest.mark.parametrize(
    ("text", "context", "want"),
    [
        ("follow-up", {"follow-up": 1}, "1"),
        ("a-b", {"a": 3, "b": 1}, "2"),
        ("a-b", {"a": 3, "b": 1, "a-b": 7}, "7"),
        ("a - b", {"a": 3, "b": 1, "a-b": 7}, "2"),
        ("days in weekend + 1", {"days in weekend": 2}, "3"),
        ("Monthly Salary * 2", {"Monthly Salary": 10}, "20"),
        ("first name", {"first": 1, "first name": "Ann"}, "Ann"),
        ("for first name in [1] return first name + 1", {}, "[2]"),
        ("order.line items[price > 2].price", {"order": {"line items": [{"price": 1}, {"price": 3}]}}, "[3]"),
        ("(function(unit price) unit price * 2)(4)", {}, "8"),
        ("(function(unit price) unit price * 2)(unit price: 4)", {}, "8"),
        ("count", {"count": 3}, "3"),
        ("count([1, 2]) + count", {"count": 3}, "5"),
    ],
)
def test_longest_name_in_scope_wins(text: str, context: dict[str, object], want: str) -> None:
    assert shown(text, context) == want


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", {"a", "b"}),
        ("for x in xs return x + y", {"xs", "y"}),
        ("some x in xs, y in x.ys satisfies y > limit", {"xs", "limit"}),
        ("{a: 1, b: a + c}", {"c"}),
        ("function(x) x + y", {"y"}),
        ("xs[item.price > limit]", {"xs", "limit"}),
        ("x in (< y)", {"x", "y"}),
        ("count(xs)", {"xs"}),
        ('complaint.deadlines.final_response > @"2026-01-01T00:00:00Z"', {"complaint"}),
    ],
)
def test_free_names(text: str, names: set[str]) -> None:
    assert compile_expression(text).names == names


def test_entries_of_items_hide_names_around_the_filter() -> None:
    context = {"xs": [{"a": 1}, {"b": 9}], "a": 1, "b": 2}
    assert feel("count(xs[a = 1])", context) == 2
    assert feel("count(xs[b = 9])", context) == 1


def test_same_text_is_compiled_once() -> None:
    assert compile_expression("1 + 1", names=["a", "b"]) is compile_expression("1 + 1", names=["b", "a"])
