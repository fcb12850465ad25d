"""What stands in a file of process tests, once it is read: scenarios, their steps, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from engine.types import Json

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When a scenario begins that does not say so itself: a working day without holidays around it."""

Rounds: TypeAlias = "Sequence[Mapping[str, Json]]"
"""The answers to a user task: the first, the second time it comes, and so on; the last ones hold for all after."""


@dataclass(frozen=True, kw_only=True)
class JobResult:
    """How a job ends: `complete` with variables, `fail` with a message, or `error` with a BPMN error code."""

    kind: Literal["complete", "fail", "error"]
    text: str = ""
    code: str = ""
    variables: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a scenario begins with.

    `complaint`: fields of the complaint that was received (None: none was); `start`: the start event, if it is not
    the plain one; `jobs`: how jobs of a type end when they come, operations of the register's own included.
    """

    now: datetime = MONDAY
    variables: Mapping[str, Json] = field(default_factory=dict)
    complaint: Mapping[str, Json] | None = None
    start: str | None = None
    jobs: Mapping[str, JobResult] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Somebody completes a user task: the usual answers, with `answers` over them.

    `by`: who does it; `refused`: the rule, or the code of the refusal, that must keep them from it.
    """

    element_id: str
    answers: Mapping[str, Json]
    by: str | None = None
    refused: str | None = None


@dataclass(frozen=True, kw_only=True)
class Until:
    """Complete what is open with the usual answers until a token comes to the element."""

    element_id: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A worker ends the job of an element."""

    element_id: str
    result: JobResult


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message comes; without `key` to whoever waits for one of that name."""

    name: str
    key: str | None
    variables: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A signal is broadcast."""

    name: str
    variables: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Complainant:
    """The complainant does something on the status page."""

    does: str


@dataclass(frozen=True, kw_only=True)
class Advance:
    """Time passes: a `duration`, or until an `instant`, or until the timer of an element is due."""

    duration: str | None = None
    instant: datetime | None = None
    timer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Retry:
    """The cause of an incident is gone: its element is tried again."""

    element_id: str


@dataclass(frozen=True, kw_only=True)
class SetVariables:
    """Somebody sets variables of the instance."""

    variables: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class ExpectedTask:
    """An open task; what is None is not looked at. `due` as a date means that day, in the calendar's zone."""

    assignee: str | None = None
    groups: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    due: datetime | date | None = None
    priority: int | None = None
    form: str | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must hold; what is None is not looked at.

    `path`: these elements in this order, others may lie between; `passes` and `never`: elements and sequence flows
    that were reached, or were not; `tasks`: exactly those that are open; `timers`: those that are armed, with the due
    time (None: whenever) or False for none; `incidents`: exactly those, by element, with a part of the text.
    `lines` tells where each part stands.
    """

    path: tuple[str, ...] | None = None
    passes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    tasks: Mapping[str, ExpectedTask] | None = None
    timers: Mapping[str, datetime | date | Literal[False] | None] = field(default_factory=dict)
    messages: tuple[str, ...] | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    decisions: Mapping[str, Json] = field(default_factory=dict)
    incidents: Mapping[str, str] | None = None
    complaint: Mapping[str, Json] = field(default_factory=dict)
    letters: tuple[str, ...] | None = None
    state: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


Action: TypeAlias = Answer | Until | Job | Message | Signal | Complainant | Advance | Retry | SetVariables | Expected


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step and the line where it stands."""

    action: Action
    line: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way through a process."""

    name: str
    process_id: str
    line: int
    given: Given
    answers: Mapping[str, Rounds]
    steps: tuple[Step, ...]
    expected: Expected


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One file. `uncovered`: elements and sequence flows that no scenario needs to reach, by process, with why."""

    file: str
    scenarios: tuple[Scenario, ...]
    uncovered: Mapping[str, Mapping[str, str]]
