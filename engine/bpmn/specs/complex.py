"""Complex gateways (BPMN 2.0, 10.6.5): an activation condition over the number of tokens that have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.errors import StepFailed
from engine.bpmn.model import Element
from engine.bpmn.specs.gateways import Joining
from engine.bpmn.specs.node import Flow
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Complex(Joining):
    """Fires once a round, when the condition holds; later tokens of the round are dropped.

    The round, kept in the scope's memory, ends when every input has had its token.
    """

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self.condition: Expression | None = None

    def complete(self, token: Token) -> bool:
        """Count the token, and fire if the condition now holds."""
        rounds = token.scope.memory.get("rounds", {})
        round_ = rounds.get(self.name, {"came": 0, "fired": False})
        came, fired, total = round_["came"] + 1, round_["fired"], len(self.incoming)
        fire = not fired and self._active(token, came)
        left = {"came": came, "fired": fired or fire} if came < total else {"came": 0, "fired": False}
        token.scope.remember("rounds", {**rounds, self.name: left})
        if fire:
            self.consume(token, [other for tokens in self.waiting(token).values() for other in tokens.values()])
            return True
        if not fired and came == total:
            raise StepFailed("CONDITION_ERROR", f"all tokens have come to {self.name}, and its condition does not hold")
        if fired:
            token.execution.cancel(token)
        else:
            token._set_state(TaskState.WAITING)
        return False

    def _active(self, token: Token, came: int) -> bool:
        if self.condition is None:
            return came == len(self.incoming)
        return variables.condition(token, self.condition, {"activationCount": came})

    def take(self, token: Token) -> list[Flow]:
        """All flows whose condition holds, else the default."""
        return self.choose(token)
