"""What a diagram says, once it is parsed: processes, their elements, what they refer to, how they start.

Everything here is immutable after parsing and may be shared by threads and instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.bpmn.expressions import evaluate
from engine.errors import Finding

if TYPE_CHECKING:
    from engine.bpmn.specs.conditional import ConditionalDefinition
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.specs.timer import TimerDefinition
    from engine.bpmn.timers import Schedule

BindingKind: TypeAlias = Literal["latest", "deployment", "versionTag"]
ReferenceKind: TypeAlias = Literal["form", "decision", "process", "job-type", "candidate-group"]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Which version of what an element calls is meant: `zeebe:bindingType` and `zeebe:versionTag`.

    `latest`: the latest one when it is called; `deployment`: the one that was deployed together with the diagram;
    `versionTag`: the latest one that bears the tag.
    """

    kind: BindingKind = "latest"
    tag: str | None = None


LATEST = Binding()


@dataclass(frozen=True, kw_only=True)
class Element:
    """One flow node of a process, or the process itself.

    `type` is Camunda 8's name of it (`USER_TASK`, `START_EVENT`, ..., `PROCESS`). `scope_id` is the id of the
    sub-process or process around it; `lane` the name (or id) of the innermost lane and `lane_groups` the candidate
    groups that it stands for; `properties` are its `zeebe:property` pairs and `headers` its `zeebe:header` pairs.
    """

    id: str
    name: str | None
    type: str
    process_id: str
    scope_id: str
    lane: str | None = None
    lane_groups: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    documentation: str | None = None


@dataclass(frozen=True, kw_only=True)
class SequenceFlow:
    """A sequence flow between two flow nodes of a process, by their ids."""

    id: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Something outside the diagram that an element names literally; what expressions name shows at run time."""

    kind: ReferenceKind
    name: str
    element_id: str
    line: int | None = None
    binding: Binding = LATEST


@dataclass(frozen=True, kw_only=True)
class StartTrigger:
    """One way to start a process. `kind` is none, message, signal, timer or conditional.

    `name` is the message's or signal's name; `position` tells several definitions of one event apart.
    """

    element_id: str
    kind: str
    name: str | None = None
    timer: TimerDefinition | None = None
    condition: ConditionalDefinition | None = None
    position: int = 0

    @property
    def text(self) -> str:
        """What the diagram says about it: two versions with the same text mean the same."""
        if self.timer is not None:
            return f"{self.timer.form} {self.timer.when.source}"
        return (self.name or "") if self.condition is None else self.condition.condition.text

    def holds(self, variables: Mapping[str, object], now: datetime) -> bool:
        """Whether a conditional start event starts an instance with these variables; null counts as false.

        Raises `StepFailed` for an evaluation that takes too long.
        """
        if self.condition is None:
            raise ValueError(f"{self.element_id} is no conditional start event")
        return evaluate(self.condition.condition, variables, now, "CONDITION_ERROR") is True

    def schedule(self, now: datetime) -> Schedule | None:
        """When a timer start event fires first, counted from `now`; `Schedule.after` gives what follows.

        None for a cycle that ends before its first turn. Raises `StepFailed` where its expression gives no time.
        """
        if self.timer is None:
            raise ValueError(f"{self.element_id} is no timer start event")
        return self.timer.first({}, now)


@dataclass(frozen=True, kw_only=True)
class ProcessModel:
    """One executable process, ready to run.

    `definition_key` is 0 after parsing; the store's key is set with `at()` and is what a saved state refers to.
    `scopes` maps the process id and the ids of its sub-processes to their specs.
    """

    process_id: str
    name: str | None
    version_tag: str | None
    resource_name: str
    elements: Mapping[str, Element]
    references: tuple[Reference, ...]
    starts: tuple[StartTrigger, ...]
    scopes: Mapping[str, ProcessSpec] = field(repr=False)
    definition_key: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str | None = None

    @property
    def places(self) -> Mapping[str, Element]:
        """The elements that tokens come to: not the process itself, nor the marks of compensation on activities."""
        nodes = (node for spec in self.scopes.values() for node in spec.task_specs.values())
        marks = {node.waits_as for node in nodes if node.element_type == "BOUNDARY_EVENT" and not node.catches}
        return {one.id: one for one in self.elements.values() if one.id != self.process_id and one.id not in marks}

    @property
    def flows(self) -> tuple[SequenceFlow, ...]:
        """Its sequence flows, those of its sub-processes included; not what a pair of link events stands for."""
        found = (
            SequenceFlow(id=flow.id, source=node.waits_as, target=spec.node(flow.target).waits_as)
            for spec in self.scopes.values()
            for node in spec.task_specs.values()
            for flow in node.flows
            if "#" not in flow.id
        )
        return tuple({flow.id: flow for flow in found}.values())

    def at(self, definition_key: int) -> ProcessModel:
        """The same process, as deployed under this key."""
        return replace(self, definition_key=definition_key)


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A parsed BPMN file: its executable processes, and findings that did not refuse it (warnings)."""

    resource_name: str
    processes: tuple[ProcessModel, ...]
    findings: tuple[Finding, ...] = ()
