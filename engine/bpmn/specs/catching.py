"""Waiting for events: intermediate catch events, receive tasks, boundary events, event sub-processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Element
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.node import Node
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Catching(Node):
    """Waits for one or several event definitions; `parallel`: for all of them (parallel multiple).

    A token that waits remembers `wait` (what is armed, by index) and `seen` (indices that have come).
    """

    catches = True

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self.definitions: tuple[Definition, ...] = ()
        self.parallel = False

    def wait(self, token: Token) -> None:
        """Arm everything; part of the step of whoever lets the token wait."""
        token._set_state(TaskState.WAITING)
        token.open()
        token.remember("wait", self._armed(token))

    def _armed(self, token: Token) -> dict[str, Any]:
        """What there is to wait for, by index; an event that can never come is left out."""
        armed = ((index, definition.arm(token, index)) for index, definition in enumerate(self.definitions))
        return {str(index): memory for index, memory in armed if memory is not None}

    def trigger(self, token: Token, index: int, variables: Mapping[str, Json]) -> None:
        """The event with this index has come."""
        result = {**token.internal_data.get("result", {}), **variables}
        if self.parallel:
            seen = sorted({*token.internal_data.get("seen", ()), index})
            token.remember("seen", seen)
            token.remember("result", result)
            if len(seen) < len(self.definitions):
                self.exhaust(token, index)
                return
        self.fire(token, index, result)

    def exhaust(self, token: Token, index: int) -> None:
        """This definition does not fire again while the token waits for the others."""
        wait: dict[str, Any] = token.internal_data["wait"]
        token.remember("wait", {i: armed for i, armed in wait.items() if i != str(index)})

    def fire(self, token: Token, index: int, variables: Mapping[str, Json]) -> None:
        """What the element is for has happened."""
        raise NotImplementedError

    def branch(self, token: Token, variables: Mapping[str, Json]) -> Token:
        """A token of its own that goes on from here, while the one that waits keeps waiting or ends."""
        going = token.execution.spawn(token.scope, self)
        going.remember("fired", 1)
        going.remember("result", dict(variables))
        return going

    def rearm(self, token: Token, index: int) -> None:
        """After firing without interrupting: cycles are armed anew, messages and signals may come again."""
        wait: dict[str, Any] = token.internal_data["wait"]
        if self.parallel:
            token.remember("seen", [])
            token.remember("result", {})
            token.remember("wait", self._armed(token))
            return
        armed = self.definitions[index].rearm(token, index, wait[str(index)])
        rest = {i: a for i, a in wait.items() if i != str(index)}
        token.remember("wait", rest if armed is None else {**rest, str(index): armed})
        if not token.internal_data["wait"]:
            token.execution.cancel(token)


class Catch(Catching):
    """Intermediate catch event, receive task, and what stands behind an event-based gateway."""

    def _update_hook(self, token: Token) -> bool:
        """A token that an event-based gateway lets wait is not at the element yet, so nothing is told of it."""
        if self.behind_gateway(token):
            self.wait(token)
            return False
        return super()._update_hook(token)

    def behind_gateway(self, token: Token) -> bool:
        """Whether a gateway waits here on the element's behalf."""
        above = token.above
        return above is not None and above.spec.gateway_of_events

    def enter(self, token: Token) -> bool:
        """Wait, unless the event has already come (behind a gateway) or has started the instance."""
        if "fired" in token.internal_data or token.internal_data.get("started") == self.name:
            return True
        self.wait(token)
        return False

    def fire(self, token: Token, index: int, variables: Mapping[str, Json]) -> None:  # noqa: ARG002
        """Go on, or let the gateway go on."""
        if self.behind_gateway(token):
            above = token.above
            if above is not None:
                above.spec.child_fired(above, self.name, variables)
            return
        token.remember("result", dict(variables))
        token.close()
        token.forget("wait")
        token._ready()

    def retry(self, token: Token) -> None:
        """Nothing to prepare."""


class Boundary(Catching):
    """A boundary event. The waiting token belongs to its activity; each time it fires, another token goes on."""

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self.interrupting = True

    def _update_hook(self, token: Token) -> bool:
        if "fired" in token.internal_data:
            return super()._update_hook(token)
        self.wait(token)
        return False

    def fire(self, token: Token, index: int, variables: Mapping[str, Json]) -> None:
        """Interrupt the activity, or leave it alone and wait for the next time."""
        host = token.above
        self.branch(token, variables)
        if self.interrupting and host is not None:
            token.execution.take_away(host)
        else:
            self.rearm(token, index)
