"""Event-based gateways: the first of the events behind it decides where the token goes (BPMN 2.0, 10.6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.events import FlowTaken
from engine.bpmn.model import Element
from engine.bpmn.specs.node import Flow, Node
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class EventGateway(Node):
    """The token stays here while the events wait on its behalf. `parallel` (instantiating only): all have to come."""

    gateway_of_events = True

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self.parallel = False

    def enter(self, token: Token) -> bool:
        """Let all events wait, unless one of them has started the instance."""
        if self.parallel or "started" in token.internal_data:
            return True
        token._set_state(TaskState.WAITING)
        for flow in self.flows:
            waiting = token.execution.spawn(token.scope, self.peer(flow.target), parent=token, queued=False)
            waiting.spec._update(waiting)
        return False

    def child_fired(self, token: Token, name: str, payload: Mapping[str, Json]) -> None:
        """One of the events has come: the others are over."""
        for other in token.below:
            token.execution.cancel(other)
        token.remember("chosen", [name, dict(payload)])
        token._ready()

    def pass_on(self, token: Token) -> None:
        """Send a token to the event that came; when an event started the instance, that one knows."""
        chosen = token.internal_data.get("chosen")
        started = token.internal_data.get("started")
        for flow in self.flows:
            if chosen is not None and flow.target == chosen[0]:
                going = self._send(token, flow)
                going.remember("fired", 1)
                going.remember("result", chosen[1])
            elif chosen is None and (self.parallel or flow.target == started):
                self._send(token, flow).remember("started", started)

    def _send(self, token: Token, flow: Flow) -> Token:
        execution = token.execution
        execution.emit(FlowTaken(flow_id=flow.id, process_id=token.process_id, definition_key=token.definition_key))
        return execution.spawn(token.scope, self.peer(flow.target))

    def take(self, token: Token) -> list[Flow]:  # noqa: ARG002  # see pass_on
        """None: tokens go where the event came."""
        return []
