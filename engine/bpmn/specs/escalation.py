"""Escalation events: a code that goes outwards to the nearest handler, if there is one (BPMN 2.0, 10.5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.bpmn import delivery
from engine.bpmn.specs.definition import Definition

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class EscalationDefinition(Definition):
    """`name` is the code; None catches all."""

    kind: ClassVar[str] = "escalation"

    def throw(self, token: Token) -> None:
        """To the innermost handler around the token."""
        delivery.outwards(token, self.kind, self.name, {}, from_activity=False)
