"""What an event is about: the base of all event definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class Definition:
    """One event definition. `name` is that of the message or signal, or the error or escalation code."""

    kind: ClassVar[str] = ""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def arm(self, token: Token, index: int) -> dict[str, Any] | None:  # noqa: ARG002  # kinds from outside tell it
        """Wait for the event as number `index` of the token; gives what to remember of it, as JSON.

        None: it can never come.
        """
        return {}

    def rearm(self, token: Token, index: int, armed: dict[str, Any]) -> dict[str, Any] | None:  # noqa: ARG002
        """After it has fired without interrupting: what to remember now, or None when it can fire no more."""
        return armed

    def throw(self, token: Token) -> None:
        """Let the event happen."""
        raise NotImplementedError(f"{self.kind} events cannot be thrown")
