"""The calendar's functions for expressions: `add working days(date, n)` and `working days between(a, b)`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.deadlines import BusinessCalendar, calendar_functions
from engine.feel import Functions, to_python


def with_calendar(functions: Functions, calendar: BusinessCalendar) -> Functions:
    """`functions` and those that count by `calendar`. Dates and date-times are taken; others give null."""
    for function in calendar_functions(calendar):
        line = ", ".join(f"{name}: any" for name in function.parameters)
        functions = functions.with_(function.name, line, _over_feel(function.call))
    return functions


def _over_feel(call: Callable[[object, object], object]) -> Callable[[object, object], object]:
    def function(first: object, second: object) -> object:
        return call(_plain(first), _plain(second))

    return function


def _plain(value: object) -> object:
    return value if isinstance(value, Decimal) else to_python(value)
