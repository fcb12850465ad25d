"""Intermediate throw events and end events, with one or several definitions; none at all for plain ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.model import Element
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.node import Node

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Throw(Node):
    """Compensation and cancel wait until the handlers are done; everything is thrown once the event has completed."""

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self.definitions: tuple[Definition, ...] = ()

    def _run_hook(self, token: Token) -> bool | None:
        super()._run_hook(token)
        compensation = token.execution.compensation
        for definition in self.definitions:
            if definition.kind in ("compensate", "cancel") and "compensated" not in token.internal_data:
                token.remember("compensated", 1)
                if definition.kind == "cancel":
                    token.execution.clear_scope(token.scope, but=token)
                if compensation.start(token, definition.name):
                    return None
        return True

    def finish(self, token: Token) -> None:
        """Throw, in the order of the diagram."""
        for definition in self.definitions:
            definition.throw(token)

    def cancelled(self, token: Token) -> None:
        """The handlers that it waits for end with it."""
        if "plan" in token.internal_data:
            for other in list(token.execution.tokens.values()):
                if other.internal_data.get("compensates") == token.id:
                    token.execution.cancel(other)
