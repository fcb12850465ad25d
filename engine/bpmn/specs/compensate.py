"""Compensation and cancel: what was completed is undone by its handlers, newest first (see compensation.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.bpmn import delivery
from engine.bpmn.specs.definition import Definition

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class CompensateDefinition(Definition):
    """`name` is the id of the one activity to compensate; None: all of the scope."""

    kind: ClassVar[str] = "compensate"

    def throw(self, token: Token) -> None:
        """Nothing more to do: the handlers have run before the event completed."""


class CancelDefinition(Definition):
    """Cancels the transaction around it."""

    kind: ClassVar[str] = "cancel"

    def throw(self, token: Token) -> None:
        """After compensation: the transaction's cancel boundary event goes on."""
        delivery.outwards(token, self.kind, None, {}, from_activity=False)
