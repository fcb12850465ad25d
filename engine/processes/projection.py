"""From the events of one command to rows: tasks, jobs, timers, subscriptions, history, variables.

Events are folded first, so that a wait that began and ended within the command is never written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import bpmn
from engine.bpmn import ProcessModel
from engine.types import Json, Key

Row = dict[str, Any]
Waits = dict[tuple[Key, int], Row]


@dataclass(kw_only=True)
class Projection:
    """What one command did to one instance. `model_at` gives the processes in it by key; `done` is the element instance
    that the command completed, `thrown` the one whose job ended with an error."""

    instance_key: Key
    business_id: str | None
    model_at: Callable[[Key], ProcessModel]
    now: datetime
    new_key: Callable[[], Key]
    actor: str
    done: set[Key] = field(default_factory=set)
    thrown: set[Key] = field(default_factory=set)
    state: str = "ACTIVE"
    ended_at: datetime | None = None
    elements: dict[Key, Row] = field(default_factory=dict)
    ended: dict[str, dict[Key, datetime]] = field(default_factory=lambda: {"COMPLETED": {}, "TERMINATED": {}})
    tasks: dict[Key, Row] = field(default_factory=dict)
    jobs: dict[Key, Row] = field(default_factory=dict)
    timers: Waits = field(default_factory=dict)
    messages: Waits = field(default_factory=dict)
    signals: Waits = field(default_factory=dict)
    variables: dict[tuple[Key, str], Json] = field(default_factory=dict)
    flows: set[str] = field(default_factory=set)
    decisions: list[Row] = field(default_factory=list)
    incidents: dict[Key, Row] = field(default_factory=dict)
    thrown_signals: list[bpmn.SignalThrown] = field(default_factory=list)
    waits_over: set[Key] = field(default_factory=set)
    resolved: set[Key] = field(default_factory=set)
    fired: set[Key] = field(default_factory=set)
    """Keys of timer rows that have fired; those that were armed again are written anew."""
    disarmed: set[tuple[Key, int]] = field(default_factory=set)
    """Timers that fire no more, by element instance and position."""
    looked_up: set[Key] = field(default_factory=set)
    """Rows of message waits for which kept messages were looked up already."""

    def add(self, events: Iterable[bpmn.Event]) -> None:
        """Fold more events, in their order."""
        for event in events:
            _FOLDS[type(event)](self, event)

    # -- folding

    def activated(self, event: bpmn.ElementActivated) -> None:
        """A token came to an element."""
        element = self.model_at(event.definition_key).elements.get(event.element_id)
        self.elements[event.key] = {
            "key": event.key,
            "instance_key": self.instance_key,
            "definition_key": event.definition_key,
            "process_id": event.process_id,
            "element_id": event.element_id,
            "element_name": None if element is None else element.name,
            "element_type": event.element_type,
            "scope_key": event.scope_key,
            "state": "ACTIVE",
            "started_at": event.at,
            "ended_at": None,
        }

    def _end(self, key: Key, at: datetime, state: str) -> None:
        if key in self.elements:
            self.elements[key] |= {"state": state, "ended_at": at}
        else:
            self.ended[state][key] = at
        if state == "COMPLETED":
            self.done.add(key)

    def completed(self, event: bpmn.ElementCompleted) -> None:
        """The element is done."""
        self._end(event.key, event.at, "COMPLETED")

    def terminated(self, event: bpmn.ElementTerminated) -> None:
        """The element was cancelled."""
        self._end(event.key, event.at, "TERMINATED")

    def flow_taken(self, event: bpmn.FlowTaken) -> None:
        """A token has gone along a sequence flow."""
        self.flows.add(f"{event.definition_key}/{event.flow_id}")

    def _where(self, event: bpmn.UserTaskCreated | bpmn.JobCreated) -> Row:
        element = event.element
        return {
            "key": self.new_key(),
            "element_instance_key": event.key,
            "instance_key": self.instance_key,
            "definition_key": event.definition_key,
            "process_id": element.process_id,
            "element_id": element.id,
            "business_id": self.business_id,
        }

    def user_task(self, event: bpmn.UserTaskCreated) -> None:
        """Somebody has to do something."""
        self.tasks[event.key] = self._where(event) | {
            "name": event.element.name,
            "state": "CREATED",
            "assignee": event.assignee,
            "candidate_groups": list(event.candidate_groups),
            "candidate_users": list(event.candidate_users),
            "form_id": event.form_id,
            "form_key": event.form_key,
            "priority": event.priority,
            "due_at": event.due_date,
            "follow_up_at": event.follow_up_date,
            "created_at": self.now,
        }

    def job(self, event: bpmn.JobCreated) -> None:
        """A worker has to do something."""
        self.jobs[event.key] = self._where(event) | {
            "job_type": event.job_type,
            "state": "CREATED",
            "retries": event.retries,
            "available_at": self.now,
            "headers": dict(event.headers),
            "variables": {},
            "created_at": self.now,
        }

    def _wait(self, key: Key, index: int, element_id: str) -> Row:
        return {
            "key": self.new_key(),
            "instance_key": self.instance_key,
            "element_instance_key": key,
            "element_id": element_id,
            "position": index,
        }

    def _process_of(self, event: bpmn.TimerArmed | bpmn.MessageAwaited | bpmn.IncidentRaised) -> Row:
        """The process that an element belongs to: its id may stand in several of those that run in an instance."""
        return {"process_id": event.process_id, "definition_key": event.definition_key}

    def timer(self, event: bpmn.TimerArmed) -> None:
        """Something is due later."""
        self.timers[event.key, event.index] = (
            self._wait(event.key, event.index, event.element_id)
            | self._process_of(event)
            | {
                "due_at": event.due,
                "retry_at": event.due,
                "failures": 0,
                "repetitions_left": event.repetitions_left,
            }
        )

    def timer_over(self, event: bpmn.TimerDisarmed) -> None:
        """A timer fires no more; its element may still wait for something else."""
        self.timers.pop((event.key, event.index), None)
        self.disarmed.add((event.key, event.index))

    def message(self, event: bpmn.MessageAwaited) -> None:
        """A message is awaited."""
        self.messages[event.key, event.index] = (
            self._wait(event.key, event.index, event.element_id)
            | self._process_of(event)
            | {"name": event.name, "correlation_key": event.correlation_key or "", "created_at": self.now}
        )

    def signal(self, event: bpmn.SignalAwaited) -> None:
        """A signal is awaited."""
        self.signals[event.key, event.index] = self._wait(event.key, event.index, event.element_id) | {
            "name": event.name
        }

    def signal_thrown(self, event: bpmn.SignalThrown) -> None:
        """Other instances have to hear of a signal."""
        self.thrown_signals.append(event)

    def wait_ended(self, event: bpmn.WaitEnded) -> None:
        """Nothing waits under this key any more; what began within this command is not written at all."""
        self.waits_over.add(event.key)
        self.tasks.pop(event.key, None)
        self.jobs.pop(event.key, None)
        for waits in (self.timers, self.messages, self.signals):
            for at in [at for at in waits if at[0] == event.key]:
                del waits[at]

    def variable(self, event: bpmn.VariableSet) -> None:
        """A variable has a new value."""
        self.variables[event.scope_key, event.name] = event.value

    def decision(self, event: bpmn.DecisionEvaluated) -> None:
        """A decision was taken by table."""
        self.decisions.append(
            {
                "key": self.new_key(),
                "instance_key": self.instance_key,
                "element_instance_key": event.key,
                "element_id": event.element_id,
                "decision_id": event.decision_id,
                "evaluated_at": self.now,
                "trace": event.trace,
            }
        )

    def incident(self, event: bpmn.IncidentRaised) -> None:
        """An element cannot go on."""
        self.incidents[event.key] = self._process_of(event) | {
            "key": self.new_key(),
            "state": "ACTIVE",
            "code": event.code,
            "message": event.message[:4_000],
            "instance_key": self.instance_key,
            "element_instance_key": event.key,
            "element_id": event.element_id,
            "job_key": None,
            "timer_key": None,
            "business_id": self.business_id,
            "created_at": self.now,
        }

    def incident_resolved(self, event: bpmn.IncidentResolved) -> None:
        """It goes on again."""
        if self.incidents.pop(event.key, None) is None:
            self.resolved.add(event.key)

    def instance_ended(self, event: bpmn.InstanceEnded) -> None:
        """The instance is over."""
        self.state, self.ended_at = event.state, event.at


_FOLDS: dict[type, Callable[[Projection, Any], None]] = {
    bpmn.ElementActivated: Projection.activated,
    bpmn.ElementCompleted: Projection.completed,
    bpmn.ElementTerminated: Projection.terminated,
    bpmn.FlowTaken: Projection.flow_taken,
    bpmn.UserTaskCreated: Projection.user_task,
    bpmn.JobCreated: Projection.job,
    bpmn.TimerArmed: Projection.timer,
    bpmn.TimerDisarmed: Projection.timer_over,
    bpmn.MessageAwaited: Projection.message,
    bpmn.SignalAwaited: Projection.signal,
    bpmn.SignalThrown: Projection.signal_thrown,
    bpmn.WaitEnded: Projection.wait_ended,
    bpmn.VariableSet: Projection.variable,
    bpmn.DecisionEvaluated: Projection.decision,
    bpmn.IncidentRaised: Projection.incident,
    bpmn.IncidentResolved: Projection.incident_resolved,
    bpmn.InstanceEnded: Projection.instance_ended,
}
