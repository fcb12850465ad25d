"""What an instance tells while it runs, in the order in which it happened.

The caller projects these into tables (tasks, jobs, timers, subscriptions, history); the instance itself keeps only
what it needs to go on. Keys are those of element instances; `scope_key` is the key of the surrounding element
instance, or of the process instance. `process_id` is the called process's inside a call activity, `definition_key` its
version. All instants are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from engine.bpmn.model import Element
from engine.types import Json, Key

State: TypeAlias = Literal["ACTIVE", "COMPLETED", "TERMINATED"]


@dataclass(frozen=True, kw_only=True)
class ElementActivated:
    """A token has reached an element. `process_id` is the called process's inside a call activity."""

    key: Key
    element_id: str
    process_id: str
    definition_key: Key
    element_type: str
    scope_key: Key
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ElementCompleted:
    """The element is done and its token has moved on."""

    key: Key
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ElementTerminated:
    """The element was interrupted or cancelled."""

    key: Key
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FlowTaken:
    """A token has gone along a sequence flow."""

    flow_id: str
    process_id: str
    definition_key: Key


@dataclass(frozen=True, kw_only=True)
class UserTaskCreated:
    """Somebody has to do a user task; dates are those of `zeebe:taskSchedule`, priority is 0 to 100."""

    key: Key
    element: Element
    definition_key: Key
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_date: datetime | None
    follow_up_date: datetime | None
    priority: int
    form_id: str | None
    form_key: Key | None = None


@dataclass(frozen=True, kw_only=True)
class JobCreated:
    """A worker has to do a job."""

    key: Key
    element: Element
    definition_key: Key
    job_type: str
    retries: int
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TimerArmed:
    """Fire `trigger(key, index)` at `due`. Told again with the same key and index when a cycle is armed anew.

    For boundary events and event sub-processes `key` belongs to the wait, which has no element instance of its own
    until it fires. `repetitions_left` counts what follows after this one; -1 means without end.
    """

    key: Key
    index: int
    element_id: str
    process_id: str
    definition_key: Key
    due: datetime
    repetitions_left: int


@dataclass(frozen=True, kw_only=True)
class TimerDisarmed:
    """This timer fires no more, while its element may go on waiting for something else."""

    key: Key
    index: int


@dataclass(frozen=True, kw_only=True)
class MessageAwaited:
    """Call `trigger(key, index, variables)` when a message with this name and correlation key comes."""

    key: Key
    index: int
    element_id: str
    process_id: str
    definition_key: Key
    name: str
    correlation_key: str | None


@dataclass(frozen=True, kw_only=True)
class SignalAwaited:
    """Call `trigger(key, index, variables)`, or `signal(name, variables)`, when this signal is broadcast."""

    key: Key
    index: int
    element_id: str
    process_id: str
    definition_key: Key
    name: str


@dataclass(frozen=True, kw_only=True)
class SignalThrown:
    """This instance has thrown a signal and has already caught it itself: broadcast it to all others."""

    key: Key
    name: str
    variables: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class WaitEnded:
    """Every open user task, job, timer and subscription with this key is over."""

    key: Key


@dataclass(frozen=True, kw_only=True)
class VariableSet:
    """A variable has a new value in this scope."""

    scope_key: Key
    name: str
    value: Json


@dataclass(frozen=True, kw_only=True)
class DecisionEvaluated:
    """A business rule task has evaluated a decision; `trace` says how it came to its result."""

    key: Key
    element_id: str
    process_id: str
    decision_id: str
    trace: Json


@dataclass(frozen=True, kw_only=True)
class IncidentRaised:
    """The token at this element cannot go on; `retry(key)` runs the step again."""

    key: Key
    element_id: str
    process_id: str
    definition_key: Key
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class IncidentResolved:
    """The incident of this element instance is over: retried, or the element is gone."""

    key: Key


@dataclass(frozen=True, kw_only=True)
class InstanceEnded:
    """The process instance is over."""

    state: State
    at: datetime


Event: TypeAlias = (
    ElementActivated
    | ElementCompleted
    | ElementTerminated
    | FlowTaken
    | UserTaskCreated
    | JobCreated
    | TimerArmed
    | TimerDisarmed
    | MessageAwaited
    | SignalAwaited
    | SignalThrown
    | WaitEnded
    | VariableSet
    | DecisionEvaluated
    | IncidentRaised
    | IncidentResolved
    | InstanceEnded
)
