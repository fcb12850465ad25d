"""Message events that are caught; throwing a message is a job (job.py)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn.errors import StepFailed
from engine.bpmn.events import MessageAwaited
from engine.bpmn.expressions import Text, shorten
from engine.bpmn.specs.definition import Definition
from engine.bpmn.variables import visible

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class MessageDefinition(Definition):
    """A message by name and correlation key (`zeebe:subscription`); both are fixed when the wait begins."""

    kind: ClassVar[str] = "message"

    def __init__(self, name: Text, correlation_key: Text | None) -> None:
        super().__init__(name.source)
        self.message_name, self.correlation_key = name, correlation_key

    def arm(self, token: Token, index: int) -> dict[str, Any]:
        """Open the subscription."""
        now = token.execution.services.now()
        name = self.message_name.text(visible(token), now, "the message name")
        key = self._key(token)
        token.execution.emit(
            MessageAwaited(
                key=token.id,
                index=index,
                element_id=token.spec.waits_as,
                process_id=token.process_id,
                definition_key=token.definition_key,
                name=name,
                correlation_key=key,
            )
        )
        return {"name": name, "key": key}

    def _key(self, token: Token) -> str | None:
        if self.correlation_key is None:
            return None
        value = self.correlation_key.value(visible(token), token.execution.services.now())
        if isinstance(value, str):
            return value
        if isinstance(value, int | Decimal | float) and not isinstance(value, bool):
            return format(Decimal(str(value)).normalize(), "f")
        raise StepFailed(
            "EXTRACT_VALUE_ERROR",
            f"the correlation key {self.correlation_key.source} is neither a text nor a number: {shorten(value)}",
        )
