"""Terminate end events: everything else in the same scope ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.bpmn.specs.definition import Definition

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class TerminateDefinition(Definition):
    """Has no name."""

    kind: ClassVar[str] = "terminate"

    def throw(self, token: Token) -> None:
        """End the scope; it counts as completed, and the token behind its sub-process goes on."""
        token.execution.clear_scope(token.scope, but=token)
