"""The base of all elements: how a token arrives, completes and leaves.

SpiffWorkflow calls `_update` when a token arrives, `_run` when it is ready and `_on_complete` when it is done; its
prediction of the future, data copies and joins are not used (docs/decisions/0101).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.errors import StepFailed
from engine.bpmn.events import FlowTaken
from engine.bpmn.model import Element
from engine.feel import Expression
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow out of a node; `target` is the name of a spec."""

    id: str
    target: str
    condition: Expression | None = None
    default: bool = False


class Node(BpmnSpecMixin):  # type: ignore[misc]  # SpiffWorkflow carries no types
    """A flow node. `name` is its element's id, or that with a suffix for the instances of a repeated activity.

    `catches`: waits for events; `joins`: waits until no more tokens can come; `gathers`: counts tokens by flow;
    `calls_out`: running it may do work outside, which its step takes back when it fails.
    """

    catches = False
    joins = False
    gathers = False
    calls_out = False
    gateway_of_events = False

    def __init__(self, process: ProcessSpec, name: str, element: Element | None = None) -> None:
        super().__init__(process, name, manual=False)
        self.process = process
        self.element = element
        self.element_type = "" if element is None else element.type
        self.flows: list[Flow] = []
        self.incoming: list[str] = []
        self.inputs_map: list[tuple[Expression, str]] = []
        self.outputs_map: list[tuple[Expression, str]] = []
        self.given: frozenset[str] = frozenset()
        self.start_quantity = self.completion_quantity = 1
        self.boundary: list[str] = []
        self.compensation: str | None = None
        self.for_compensation = False

    def add_flow(self, flow: Flow, target: Node) -> None:
        """Connect this node to another of the same scope."""
        self.flows.append(flow)
        self._outputs.append(target.name)
        target._inputs.append(self.name)
        target.incoming.append(flow.id)

    def peer(self, name: str) -> Node:
        """Another node of the same scope."""
        return self.process.task_specs[name]  # type: ignore[no-any-return]  # SpiffWorkflow carries no types

    @property
    def waits_as(self) -> str:
        """The element id under which timers and subscriptions are shown."""
        return self.name if self.element is None else self.element.id

    # -- arriving

    def _predict(self, token: Token, *_: object, **__: object) -> None:
        pass

    def _update_hook(self, token: Token) -> bool:
        """A token arrives. True: it is ready to run."""
        if self.start_quantity > 1 and not self._enough(token):
            return False
        token.announce()
        variables.map_inputs(token, self.inputs_map)
        self.arm_boundary(token)
        return self.enter(token)

    def _on_ready(self, token: Token) -> None:
        pass

    def enter(self, token: Token) -> bool:  # noqa: ARG002  # kinds that wait look at the token
        """True: ready to run at once. Kinds that wait set the token's state themselves and return False."""
        return True

    def arm_boundary(self, token: Token) -> None:
        """Let the boundary events of the activity wait, as part of the same step: a broken timer is its incident."""
        for name in self.boundary:
            waiting = token.execution.spawn(token.scope, self.peer(name), parent=token, queued=False)
            waiting.spec._update(waiting)

    def _enough(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        tokens = [other for found in token.execution.gathered(token).values() for other in found.values()]
        if len(tokens) < self.start_quantity:
            return False
        for other in tokens:
            if other is not token:
                token.execution.cancel(other)
        return True

    # -- running

    def _run_hook(self, token: Token) -> bool | None:
        """True: done. None: started, to be completed later."""
        self.apply_result(token)
        return True

    def apply_result(self, token: Token) -> None:
        """What came from outside (job result, form, message): local with output mappings, else where it is known."""
        result: dict[str, Json] = token.internal_data.get("result") or {}
        for name, value in result.items():
            if self.outputs_map:
                variables.set_local(token, name, value)
            else:
                variables.assign(token, name, value)

    def keep(self, token: Token, name: str, value: Json) -> None:
        """Store a result variable: local with output mappings, else where it is known."""
        if self.outputs_map:
            variables.set_local(token, name, value)
        else:
            variables.assign(token, name, value)

    def retry(self, token: Token) -> None:
        """Before a failed step runs again: the world may have been repaired."""
        if token.state == TaskState.READY:
            variables.map_inputs(token, self.inputs_map)

    # -- leaving

    def _on_complete(self, token: Token) -> None:
        execution, scope = token.execution, token.scope
        self.map_outputs(token)
        for waiting in token.below:
            execution.cancel(waiting)
        token.completed()
        self.record(token)
        epoch = scope.epoch
        self.finish(token)
        if scope.epoch == epoch:  # else what finish() threw has interrupted this scope
            self.pass_on(token)
        if self.kept(token):
            execution.dirty.add(scope)  # it may have been the last that ran there
        else:
            execution.remove(token)

    def map_outputs(self, token: Token) -> None:
        """Apply the output mappings."""
        variables.map_outputs(token, self.outputs_map)

    def record(self, token: Token) -> None:
        """Note for compensation that the activity was completed."""
        if self.compensation is not None:
            token.execution.compensation.completed(token)

    def kept(self, token: Token) -> bool:  # noqa: ARG002  # kinds with an inside look at the token
        """Whether the token stays in the tree, completed, for compensation."""
        return False

    def finish(self, token: Token) -> None:
        """Runs when the element has completed, before tokens leave."""

    def pass_on(self, token: Token) -> None:
        """Tell whoever repeated or compensated; then send tokens along the flows."""
        execution = token.execution
        above = token.above
        if above is not None:
            above.spec.child_done(above, token)
        if "compensates" in token.internal_data:
            execution.compensation.handler_done(token)
        elif token.scope.spec.ad_hoc is not None:
            epoch = token.scope.epoch
            token.scope.spec.ad_hoc.activity_done(token)
            if token.scope.epoch != epoch:
                return
        for flow in self.take(token) * self.completion_quantity:
            execution.emit(FlowTaken(flow_id=flow.id, process_id=token.process_id, definition_key=token.definition_key))
            target = self.peer(flow.target)
            child = execution.spawn(token.scope, target)
            if target.gathers:
                child.remember("flow", flow.id)

    def child_done(self, token: Token, child: Token) -> None:
        """A token that belongs to this one has completed."""

    def child_gone(self, token: Token, child: Token) -> None:
        """A token that belongs to this one was taken away by hand."""

    def child_fired(self, token: Token, name: str, payload: Mapping[str, Json]) -> None:
        """An event that waits on behalf of this one has come."""

    def take(self, token: Token) -> list[Flow]:
        """The flows that get a token. Conditional flows out of activities are an implicit inclusive split."""
        flows = self.flows
        if len(flows) == 1 and flows[0].condition is None:
            return flows
        return self.choose(token, unconditional=True)

    def choose(self, token: Token, *, unconditional: bool = False) -> list[Flow]:
        """All flows whose condition holds, else the default; `unconditional`: beside those that have no condition."""
        default = next((flow for flow in self.flows if flow.default), None)
        plain = [flow for flow in self.flows if flow.condition is None and not flow.default]
        conditional = [flow for flow in self.flows if flow.condition is not None and not flow.default]
        chosen = [f for f in conditional if f.condition is not None and variables.condition(token, f.condition)]
        if not chosen and default is not None and (unconditional or not plain):
            return [*plain, default]
        if conditional and not chosen and not plain:
            raise self.stuck()
        return [flow for flow in self.flows if flow in chosen or flow in plain]

    def stuck(self) -> StepFailed:
        """No flow can be taken."""
        return StepFailed("CONDITION_ERROR", f"no outgoing flow of {self.name} can be taken, and there is no default")

    # -- cancelling

    def cancelled(self, token: Token) -> None:
        """Runs when a token at this node was terminated."""

    def _on_error(self, token: Token) -> None:
        pass
