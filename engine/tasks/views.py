"""What callers see of a user task."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.processes.texts import ElementTexts


@dataclass(frozen=True, kw_only=True)
class UserTaskView:
    """One user task; times in UTC. Names are those of Camunda's REST API in snake_case."""

    user_task_key: int
    name: str | None
    state: str
    """`CREATED`, `COMPLETED` or `CANCELED`."""
    assignee: str | None
    element_id: str
    element_instance_key: int
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    process_definition_id: str
    process_definition_key: int
    process_instance_key: int
    business_id: str | None
    form_id: str | None
    priority: int
    creation_date: datetime
    due_date: datetime | None
    follow_up_date: datetime | None
    completion_date: datetime | None
    completed_by: str | None
    on_behalf_of: str | None
    """The absent colleague in whose place a deputy has the task, or did it."""
    rev: int
    """Counts the changes: what `ETag` says."""
    texts: ElementTexts = field(default_factory=ElementTexts)
    """Name and instruction in every language of the diagram."""


@dataclass(frozen=True, kw_only=True)
class AbsentCount:
    """How much work waits for a deputy in the place of one absent colleague."""

    username: str
    name: str
    tasks: int


@dataclass(frozen=True, kw_only=True)
class TaskCounts:
    """How much work waits for one person."""

    mine: int
    my_groups: int
    unclaimed: int
    overdue: int
    due_today: int
    absent: tuple[AbsentCount, ...] = ()
    """For each colleague whom the person stands in for."""


@dataclass(frozen=True, kw_only=True)
class TaskChanges:
    """What may be changed on an open task; a field that is not in `given` stays as it is.

    `given` names the fields that the caller sent: None is a value too (it clears a date).
    """

    given: frozenset[str]
    due_date: datetime | None = None
    follow_up_date: datetime | None = None
    priority: int | None = None
    candidate_groups: tuple[str, ...] | None = None
    candidate_users: tuple[str, ...] | None = None
    if_match: int | None = None
    """The `rev` that the caller saw; another one raises StaleVersion."""
