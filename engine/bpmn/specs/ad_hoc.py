"""Ad-hoc sub-processes (BPMN 2.0, 10.3.5): activities without an order, until a condition holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.bpmn import variables
from engine.bpmn.errors import StepFailed
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.bpmn.specs.process import Entry
    from engine.bpmn.tree import Scope, Token


class AdHoc:
    """The behaviour of such a scope; what is left to start (`sequential`) is in the scope's memory."""

    def __init__(self, condition: Expression | None, *, cancel_remaining: bool, sequential: bool) -> None:
        self.condition, self.cancel_remaining, self.sequential = condition, cancel_remaining, sequential
        self.order: tuple[str, ...] = ()

    def first(self, entries: Sequence[Entry]) -> list[Entry]:
        """Where the scope starts: with everything, or with the first."""
        return list(entries[:1] if self.sequential else entries)

    def idle(self, scope: Scope) -> bool:
        """Nothing runs in the scope any more. True: a further activity was started.

        Raises `StepFailed` where all is done and the completion condition still does not hold.
        """
        left = scope.memory.get("left", list(self.order[1:]) if self.sequential else [])
        if scope.memory.get("over"):
            return False
        if left:
            scope.remember("left", left[1:])
            scope.execution.spawn(scope, scope.spec.node(left[0]))
            return True
        if self.condition is not None and self.order:
            text = f"everything in {scope.spec.name} is done and its completion condition does not hold"
            raise StepFailed("CONDITION_ERROR", text)
        return False

    def activity_done(self, token: Token) -> None:
        """An activity in the scope has completed: look at the condition."""
        scope = token.scope
        if self.condition is None or token.above is not None or scope.memory.get("over"):
            return
        if variables.condition(token, self.condition):
            scope.remember("over", 1)
            if self.cancel_remaining:
                token.execution.clear_scope(scope, but=token)
