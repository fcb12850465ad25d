"""Signal events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn import delivery
from engine.bpmn.events import SignalAwaited, SignalThrown
from engine.bpmn.expressions import Text
from engine.bpmn.specs.definition import Definition
from engine.bpmn.variables import visible

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class SignalDefinition(Definition):
    """A signal by name; whoever waits for it anywhere gets it."""

    kind: ClassVar[str] = "signal"

    def __init__(self, name: Text) -> None:
        super().__init__(name.source)
        self.signal_name = name

    def arm(self, token: Token, index: int) -> dict[str, Any]:
        """Open the subscription."""
        name = self._named(token)
        token.execution.emit(
            SignalAwaited(
                key=token.id,
                index=index,
                element_id=token.spec.waits_as,
                process_id=token.process_id,
                definition_key=token.definition_key,
                name=name,
            )
        )
        return {"name": name}

    def throw(self, token: Token) -> None:
        """To the waits of this instance now; to all others through the caller."""
        name = self._named(token)
        delivery.signal(token.execution, name, {})
        token.execution.emit(SignalThrown(key=token.id, name=name, variables={}))

    def _named(self, token: Token) -> str:
        return self.signal_name.text(visible(token), token.execution.services.now(), "the signal name")
