"""Embedded sub-processes, transactions, ad-hoc and event sub-processes: a scope inside a scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Element
from engine.bpmn.specs.catching import Catching
from engine.bpmn.specs.node import Node
from engine.bpmn.tree import Scope
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class SubProcess(Node):
    """The token is started while something runs inside, and completes when the scope is over."""

    def __init__(self, process: ProcessSpec, name: str, element: Element) -> None:
        super().__init__(process, name, element)
        self.inside = element.id
        self.transaction = False

    def enter(self, token: Token) -> bool:
        """Open the scope."""
        token._set_state(TaskState.STARTED)
        self.begin(token, self.open(token))
        return False

    def open(self, token: Token) -> Scope:
        """The new scope."""
        model = token.scope.model
        return token.execution.add_scope(Scope(model.scopes[self.inside], token.execution, token, model))

    def begin(self, token: Token, scope: Scope) -> None:  # noqa: ARG002  # kinds hand something in
        """Start in it, as part of the same step."""
        scope.root.spec._update(scope.root)

    def record(self, token: Token) -> None:
        """What completed inside may have to be compensated later."""
        scope = token.execution.scopes[token.id]
        if self.compensation is not None or scope.memory.get("done") or scope.spec.compensation_handler:
            token.execution.compensation.completed(token)

    def kept(self, token: Token) -> bool:
        """With handlers inside, the scope stays."""
        scope = token.execution.scopes.get(token.id)
        return scope is not None and bool(scope.memory.get("done") or scope.spec.compensation_handler)


class EventSubProcess(Catching, SubProcess):
    """Waits beside its scope, which it does not keep open; each time it fires, another token runs it."""

    def __init__(self, process: ProcessSpec, name: str, element: Element) -> None:
        SubProcess.__init__(self, process, name, element)
        self.definitions = ()
        self.parallel = False
        self.interrupting = True
        self.start_event = element.id

    @property
    def waits_as(self) -> str:
        """Its start event."""
        return self.start_event

    def _update_hook(self, token: Token) -> bool:
        if "fired" in token.internal_data or "compensates" in token.internal_data:
            return super()._update_hook(token)
        self.wait(token)
        return False

    def fire(self, token: Token, index: int, variables: Mapping[str, Json]) -> None:
        """Interrupt the scope around it, or run beside it and wait for the next time."""
        execution, scope = token.execution, token.scope
        if self.interrupting:
            execution.clear_scope(scope)
            self.branch(token, variables)
        else:
            self.branch(token, variables)
            self.rearm(token, index)

    def begin(self, token: Token, scope: Scope) -> None:
        """What the event brought is for the start event, which may map it."""
        super().begin(token, scope)
        for start in scope.root.below:
            if start.spec.name == self.start_event:
                start.remember("result", token.internal_data.get("result", {}))

    def apply_result(self, token: Token) -> None:
        """Done by the start event."""

    def record(self, token: Token) -> None:
        """An event sub-process is not compensated."""

    def kept(self, token: Token) -> bool:  # noqa: ARG002  # never
        """Never."""
        return False
