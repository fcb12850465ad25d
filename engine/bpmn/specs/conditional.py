"""Conditional events: looked at again whenever a variable was written, firing when the condition becomes true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn.specs.definition import Definition
from engine.bpmn.variables import calculate
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class ConditionalDefinition(Definition):
    """Null counts as false: a condition may be about variables that are not there yet."""

    kind: ClassVar[str] = "conditional"

    def __init__(self, condition: Expression) -> None:
        super().__init__()
        self.condition = condition

    def arm(self, token: Token, index: int) -> dict[str, Any]:  # noqa: ARG002  # the same for all
        """Remember that it was not true, so that a condition that holds already fires at once."""
        token.execution.touched = True
        return {"was": False}

    def holds(self, token: Token) -> bool:
        """Whether the condition is true now."""
        return calculate(token, self.condition, "CONDITION_ERROR") is True
