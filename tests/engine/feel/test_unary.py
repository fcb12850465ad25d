"""Unary tests: the cells of decision tables."""

from __future__ import annotations

import pytest

from engine.feel import compile_unary_tests
from tests.engine.feel.feeling import now


@pytest.mark.parametrize(
    ("value", "tests", "want"),
    [
        (5, "-", True),
        (None, "-", True),
        (5, "5", True),
        (5, "< 10", True),
        (5, ">= 5, < 0", True),
        (5, "[1..4], >= 5", True),
        (5, "not(5, 6)", False),
        (5, "not(< 5)", True),
        (5, "? > 3 and ? < 6", True),
        (5, "1, 2, 3", False),
        (5, "? * 2", False),
        (5, "limit", False),
        (4, "limit", True),
        (3, "< limit", True),
        (None, "null", True),
        (None, "< 5", None),
        ("a", '"a", "b"', True),
        ("abc", 'starts with(?, "ab")', True),
        ("abc", "< 5", None),
        (True, "true", True),
        (False, "true", False),
        ("2026-01-01", '@"2026-01-01"', None),
        (["a"], 'list contains(?, "a")', True),
        (5, "not(null)", True),
        (5, "(1..5]", True),
        (5, "some x in [5] satisfies x = ?", True),
    ],
)
def test_cell(value: object, tests: str, *, want: bool | None) -> None:
    assert compile_unary_tests(tests).evaluate(value, {"limit": 4}, now=now).value is want
