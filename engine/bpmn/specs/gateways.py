"""Exclusive and parallel gateways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.model import Element
from engine.bpmn.specs.node import Flow, Node
from engine.types import Key

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Exclusive(Node):
    """The first flow whose condition holds, in the order of the file, else the default."""

    def take(self, token: Token) -> list[Flow]:
        """One flow. Raises `StepFailed` where none can be taken."""
        default = None
        for flow in self.flows:
            if flow.default:
                default = flow
            elif flow.condition is None or variables.condition(token, flow.condition):
                return [flow]
        if default is None and self.flows:
            raise self.stuck()
        return [] if default is None else [default]


class Joining(Node):
    """Tokens that arrive wait here; firing takes some of them and goes on as one, which is the element instance."""

    gathers = True

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, element)
        self._reached: dict[str, frozenset[str]] = {}

    def waiting(self, token: Token) -> dict[str, Mapping[Key, Token]]:
        """The waiting tokens by the flow they came along, oldest first."""
        nobody: Mapping[Key, Token] = {}
        return {**dict.fromkeys(self.incoming, nobody), **token.execution.gathered(token)}

    def reached_from(self, start: str) -> frozenset[str]:
        """The inputs that a token at `start` can still come along, boundary events included, without passing here."""
        known = self._reached.get(start)
        if known is None:
            known = self._reached[start] = frozenset(self._search(start))
        return known

    def _search(self, start: str) -> Iterator[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            node = self.peer(name)
            todo += node.boundary
            for flow in node.flows:
                if flow.target == self.name:
                    yield flow.id
                else:
                    todo.append(flow.target)

    def consume(self, token: Token, others: list[Token]) -> None:
        """Let tokens go up in the one that goes on."""
        for other in others:
            if other is not token:
                token.execution.cancel(other)

    def _update_hook(self, token: Token) -> bool:
        if len(self.incoming) > 1 and not self.complete(token):
            return False
        token.announce()
        return True

    def complete(self, token: Token) -> bool:
        """A token has come: whether the gateway fires now. Sets the token's state where it waits."""
        raise NotImplementedError


def first(tokens: Mapping[Key, Token]) -> Token:
    """The oldest."""
    return next(iter(tokens.values()))


class Parallel(Joining):
    """Waits for a token on each incoming flow, then sends one along each outgoing flow."""

    def complete(self, token: Token) -> bool:
        """Surplus tokens on a flow stay for the next time."""
        token._set_state(TaskState.WAITING)
        waiting = self.waiting(token)
        if not all(waiting[flow] for flow in self.incoming):
            return False
        mine = token.internal_data.get("flow", "")
        self.consume(token, [token if flow == mine else first(tokens) for flow, tokens in waiting.items() if tokens])
        return True

    def take(self, token: Token) -> list[Flow]:  # noqa: ARG002  # conditions do not count here (BPMN 2.0, 10.6.4)
        """All flows."""
        return self.flows
