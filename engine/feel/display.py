"""FEEL values as text: what the function `string` gives (DMN 1.5, 10.3.4.1), and the names of their kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths

_PLAIN_KEY = re.compile(r"[^\W\d][\w ]*")
_TEMPORAL = (Date, Time, DateTime, YearsMonths, DaysTime)
_KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    list: "list",
    Range: "range",
    type(None): "null",
}


class Meter(Protocol):
    """Who pays for the text."""

    def step(self, count: int = 1) -> None:
        """Charge work."""
        ...

    def text(self, value: str) -> str:
        """Charge a text."""
        ...


class _Free:
    def step(self, count: int = 1) -> None:
        """Costs nothing."""

    def text(self, value: str) -> str:
        """Costs nothing."""
        return value


def kind(value: object) -> str:
    """The name of the type of a FEEL value, as a reader of a message knows it."""
    named = _KINDS.get(type(value))
    if named is not None:
        return named
    return "function" if isinstance(value, Function) else "context"


def number_text(value: Decimal) -> str:
    """A number without exponent and trailing zeros, as far as that stays readable."""
    if value == 0:
        return "0"
    if not -40 <= value.adjusted() <= 40:
        return str(value.normalize()).replace("E+", "E")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_text(value: object, meter: Meter | None = None) -> str:
    """The text of a value; texts inside lists and contexts stand in quotes. `meter` is charged for the work."""
    return value if type(value) is str else _nested(value, meter or _Free())


def quoted(text: str) -> str:
    """A text as a FEEL literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _nested(value: object, meter: Meter) -> str:
    meter.step()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return meter.text(quoted(value))
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, _TEMPORAL):
        return str(value)
    return _compound(value, meter)


def _compound(value: object, meter: Meter) -> str:
    if isinstance(value, list):
        return meter.text("[" + ", ".join([_nested(item, meter) for item in value]) + "]")
    if isinstance(value, Mapping):
        return meter.text("{" + ", ".join([f"{_key(k)}: {_nested(v, meter)}" for k, v in value.items()]) + "}")
    if isinstance(value, Range):
        return _range(value, meter)
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else quoted(key)


def _range(value: Range, meter: Meter) -> str:
    if value.operator:
        return value.operator + _nested(value.high if value.operator[0] == "<" else value.low, meter)
    low, high = _nested(value.low, meter), _nested(value.high, meter)
    return f"{'[' if value.low_included else '('}{low}..{high}{']' if value.high_included else ')'}"
