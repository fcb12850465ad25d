"""Repeated activities: a body that holds the instances as its children; the base of loops and multi-instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.model import Element
from engine.bpmn.specs.node import Node
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Repeat(Node):
    """`inner` is the name of the repeated node. The body remembers `created`, the number of instances so far."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, inner: str) -> None:
        super().__init__(process, name, element)
        self.inner = inner
        self.element_type = "MULTI_INSTANCE_BODY"

    def instances(self, token: Token) -> list[Token]:
        """The instances that still run."""
        return [child for child in token.below if child.spec.name == self.inner]

    def add_instance(self, token: Token, number: int, local: dict[str, Json]) -> None:
        """Start instance `number`, counted from 1, with local variables."""
        token.remember("created", number)
        child = token.execution.spawn(token.scope, self.peer(self.inner), parent=token)
        for name, value in {**local, "loopCounter": number}.items():
            variables.set_local(child, name, value)

    def done(self, token: Token) -> None:
        """The body completes in a step of its own, after what the last instance still throws."""
        token._ready()

    def _run_hook(self, token: Token) -> bool | None:  # noqa: ARG002  # its instances have done the work
        return True

    def retry(self, token: Token) -> None:
        """Nothing to prepare."""

    def started(self, token: Token) -> bool:
        """Whether the body still repeats."""
        return bool(token.state == TaskState.STARTED)
