"""Helpers of the FEEL tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.feel import Functions, Outcome, compile_expression, to_text
from engine.feel.builtins import STANDARD

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def now() -> datetime:
    return NOW


def outcome(text: str, context: Mapping[str, object] | None = None, functions: Functions = STANDARD) -> Outcome:
    variables = context or {}
    return compile_expression(text, names=variables, functions=functions).evaluate(variables, now=now)


def feel(text: str, context: Mapping[str, object] | None = None) -> object:
    return outcome(text, context).value


def shown(text: str, context: Mapping[str, object] | None = None) -> str:
    return to_text(feel(text, context))
