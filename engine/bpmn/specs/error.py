"""Error events: a code that goes outwards to the nearest handler; without one the step fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.bpmn import delivery
from engine.bpmn.specs.definition import Definition

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class ErrorDefinition(Definition):
    """`name` is the code; None catches all."""

    kind: ClassVar[str] = "error"

    def throw(self, token: Token) -> None:
        """Raises `StepFailed` when nobody catches it."""
        delivery.error(token, self.name or "", "", {}, from_activity=False)
