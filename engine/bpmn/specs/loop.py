"""Standard loops (BPMN 2.0, 10.3.8): while a condition holds, tested before or after each round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.model import Element
from engine.bpmn.specs.repeat import Repeat
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Loop(Repeat):
    """`maximum`: rounds at most; None without limit."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, inner: str) -> None:
        super().__init__(process, name, element, inner)
        self.condition: Expression | None = None
        self.maximum: int | None = None
        self.test_before = False

    def enter(self, token: Token) -> bool:
        """The first round."""
        token._set_state(TaskState.STARTED)
        if self.test_before and not self._again(token, 0):
            return True
        self.add_instance(token, 1, {})
        return False

    def _again(self, token: Token, count: int) -> bool:
        if self.maximum is not None and count >= self.maximum:
            return False
        return self.condition is None or variables.condition(token, self.condition, {"loopCounter": count})

    def child_gone(self, token: Token, child: Token) -> None:
        """Its round is over."""
        self.child_done(token, child)

    def child_done(self, token: Token, child: Token) -> None:  # noqa: ARG002  # its number is remembered
        """A round is over."""
        if not self.started(token):
            return
        count = token.internal_data["created"]
        if self._again(token, count):
            self.add_instance(token, count + 1, {})
        else:
            self.done(token)
