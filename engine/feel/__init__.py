"""FEEL, the expression language of DMN: parsed, checked, compiled to closures, and bounded.

An expression has no side effects, reaches no Python object and ends within its limits, so the text of a diagram that
somebody else drew can be evaluated. What the standard calls an error is null and a diagnostic that says why.
"""

from __future__ import annotations

from engine.feel.builtins import STANDARD
from engine.feel.checks import check, check_unary_tests
from engine.feel.convert import LazyContext, add_duration, as_datetime, to_feel, to_json, to_python
from engine.feel.display import kind, to_text
from engine.feel.errors import FeelError, FeelLimitExceeded, FeelSyntaxError, FeelValueRefused
from engine.feel.expression import Expression, Outcome, UnaryTests, compile_expression, compile_unary_tests
from engine.feel.functions import Functions
from engine.feel.limits import Diagnostic, Limits
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths

__all__ = [
    "STANDARD",
    "Date",
    "DateTime",
    "DaysTime",
    "Diagnostic",
    "Expression",
    "FeelError",
    "FeelLimitExceeded",
    "FeelSyntaxError",
    "FeelValueRefused",
    "Function",
    "Functions",
    "LazyContext",
    "Limits",
    "Outcome",
    "Range",
    "Time",
    "UnaryTests",
    "YearsMonths",
    "add_duration",
    "as_datetime",
    "check",
    "check_unary_tests",
    "compile_expression",
    "compile_unary_tests",
    "kind",
    "to_feel",
    "to_json",
    "to_python",
    "to_text",
]
