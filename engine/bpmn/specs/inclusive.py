"""Inclusive gateways (BPMN 2.0, 10.6.3 and 13.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.specs.gateways import Joining, first
from engine.bpmn.specs.node import Flow

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


class Inclusive(Joining):
    """As a join it fires when no token can still reach an input that has none."""

    joins = True

    def complete(self, token: Token) -> bool:
        """Never at once: it is looked at again when nothing else can run."""
        token._set_state(TaskState.WAITING)
        return False

    def try_fire(self, token: Token) -> bool:
        """Nothing else runs: fire, unless a token elsewhere can still come."""
        waiting = self.waiting(token)
        empty = {flow for flow, tokens in waiting.items() if not tokens}
        filled = {flow for flow, tokens in waiting.items() if tokens}
        if empty and any(self._may_come(other, empty, filled) for other in token.scope.root.below):
            return False
        self.consume(token, [token if token.id in tokens else first(tokens) for tokens in waiting.values() if tokens])
        token.announce()
        token._ready()
        return True

    def _may_come(self, other: Token, empty: set[str], filled: set[str]) -> bool:
        """There is a path to an input without a token, and none to an input with one, not through this gateway."""
        if other.spec is self or ("wait" in other.internal_data and other.spec.name in other.scope.spec.triggers):
            return False
        reached = self.reached_from(other.spec.name)
        return bool(reached & empty) and not reached & filled

    def take(self, token: Token) -> list[Flow]:
        """All flows whose condition holds, else the default."""
        return self.choose(token)
