"""FEEL as diagrams use it: compiled when the diagram is parsed, evaluated against what a token sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.errors import StepFailed
from engine.bpmn.storable import storable
from engine.errors import AmendsError
from engine.feel import Expression, to_json, to_text
from engine.types import Json


@dataclass(frozen=True)
class Clock:
    """A clock that stands still: FEEL's now() during one evaluation."""

    instant: datetime

    def __call__(self) -> datetime:
        """The instant."""
        return self.instant


def evaluate(expression: Expression, context: Mapping[str, object], now: datetime, reason: str) -> object:
    """The FEEL value of an expression; null where FEEL gives null.

    Raises `StepFailed` with `reason` where the evaluation takes too long or meets a value that FEEL does not know.
    """
    try:
        return expression.evaluate(context, now=Clock(now)).value
    except AmendsError as error:
        raise StepFailed(reason, f"{expression.text}: {error.message}") from error


def explained(expression: Expression, context: Mapping[str, object], now: datetime) -> str:
    """Why an expression gave no usable value, for the message of an incident."""
    found = expression.evaluate(context, now=Clock(now)).diagnostics
    told = "; ".join(f"line {d.line}, column {d.column}: {d.message}" for d in found[:3])
    return f"{expression.text} ({told})" if told else expression.text


def json_of(value: object, reason: str, what: str) -> Json:
    """A FEEL value as JSON. Raises `StepFailed` for values without a JSON form, such as functions."""
    try:
        return storable(to_json(value))
    except AmendsError as error:
        raise StepFailed(reason, f"{what}: {error.message}") from error
    except ValueError as error:
        raise StepFailed(reason, f"{what}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Text:
    """An attribute that holds a literal text, or an expression behind `=` that gives one."""

    literal: str | None = None
    expression: Expression | None = None

    @property
    def source(self) -> str:
        """As it stands in the diagram."""
        return self.literal or "" if self.expression is None else f"={self.expression.text}"

    def value(self, context: Mapping[str, object], now: datetime, reason: str = "EXTRACT_VALUE_ERROR") -> object:
        """The literal, or the expression's FEEL value. Raises `StepFailed`."""
        if self.expression is None:
            return self.literal
        return evaluate(self.expression, context, now, reason)

    def explained(self, context: Mapping[str, object], now: datetime) -> str:
        """As it stands in the diagram, with what FEEL has to say about it."""
        return self.source if self.expression is None else f"={explained(self.expression, context, now)}"

    def text(self, context: Mapping[str, object], now: datetime, what: str) -> str:
        """A text that is not empty. Raises `StepFailed` for anything else."""
        value = self.value(context, now)
        if isinstance(value, str) and value:
            return value
        why = self.explained(context, now)
        raise StepFailed("EXTRACT_VALUE_ERROR", f"{what} is no text: {why} gave {shorten(value)}")


def whole_number(text: str) -> int | None:
    """A count as diagrams write it: digits, at most nine of them; None for anything else."""
    stripped = text.strip()
    return int(stripped) if stripped.isdecimal() and len(stripped) <= 9 else None


def shorten(value: object) -> str:
    """A value for a message, cut where it is long."""
    text = to_text(value)
    return text if len(text) <= 80 else text[:77] + "..."
