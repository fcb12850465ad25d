"""The registry of functions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import AmendsError
from engine.feel import STANDARD, Date, check, compile_expression, to_text
from tests.engine.feel.feeling import outcome

TWICE = STANDARD.with_("twice", "number: number", lambda number: number * 2)


def test_a_function_of_our_own() -> None:
    assert outcome("twice(21)", functions=TWICE).value == Decimal(42)
    assert outcome("twice(number: 21)", functions=TWICE).value == Decimal(42)
    assert outcome("twice(21)").value is None
    assert "twice" not in STANDARD


def test_its_arguments_are_checked() -> None:
    found = outcome('twice("a")', functions=TWICE)
    assert [note.code for note in found.diagnostics] == ["invalid-argument"]
    assert [finding.rule for finding in check("twice()", [], functions=TWICE)] == ["feel-arguments"]


def test_python_values_become_feel_values() -> None:
    functions = STANDARD.with_("parts", ["date: date", "n?: number?"], lambda date, n=None: {"day": date.day, "n": n})
    assert outcome('parts(@"2026-01-31").day + 1', functions=functions).value == Decimal(32)


@pytest.mark.parametrize("error", [ValueError("no such calendar"), AmendsError("no such calendar"), TypeError("x")])
def test_its_errors_are_diagnostics(error: Exception) -> None:
    def fail(_: Date) -> Date:
        raise error

    found = outcome('due(@"2026-01-31")', functions=STANDARD.with_("due", "date: date", fail))
    assert found.value is None
    assert [note.code for note in found.diagnostics] == ["function-failed"]


def test_a_name_with_a_space_is_known_to_the_parser() -> None:
    functions = STANDARD.with_(
        "add working days", "date: date, n: number", lambda date, n: Date.of_days(date.days + int(n))
    )
    assert to_text(outcome('add working days(@"2026-01-30", 3)', functions=functions).value) == "2026-02-02"


def test_unknown_types_are_refused() -> None:
    with pytest.raises(ValueError, match="no type of FEEL: nombre"):
        STANDARD.with_("f", "x: nombre", lambda x: x)


def test_expressions_of_different_registries_differ() -> None:
    assert compile_expression("twice(1)") is not compile_expression("twice(1)", functions=TWICE)
