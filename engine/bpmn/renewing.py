"""After a state was loaded on another version: what its open tasks and jobs are told differently there.

Only what the two versions say in different words is looked at: a date that was promised, or a group that was worked out
from a variable which has changed since, stays as it is where the definition has not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.errors import StepFailed
from engine.bpmn.events import JobCreated, UserTaskCreated
from engine.bpmn.execution import Execution
from engine.bpmn.specs.job import Job
from engine.bpmn.specs.user_task import UserTask
from engine.bpmn.tree import Scope, Token
from engine.errors import Finding, MigrationRefused
from engine.types import Json, Key

_OF_TASK = ("form_id", "candidate_groups", "candidate_users", "assignee", "priority")
_CURE = "Set the variables that it reads, or correct the new version."


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """What the open task or job of one element instance is told by the old version, and by the new one.

    By the names of `UserTaskCreated` and `JobCreated`; `before` lacks what the old version can no longer tell.
    """

    key: Key
    element_id: str
    before: Mapping[str, Json]
    after: Mapping[str, Json]


def renewals(old: Execution, scopes: Iterable[Scope]) -> Iterator[Renewal]:
    """For each open task and job in `scopes`, which are those of the new version. Changes nothing.

    Raises `MigrationRefused` where the new version cannot tell who is to do it, or with what.
    """
    for scope in scopes:
        for token in scope.tokens():
            former = old.tokens.get(token.id)
            if former is None or token._state != TaskState.STARTED or "open" not in token.internal_data:
                continue
            names = _differing(former, token)
            if names:
                yield _renewal(former, token, names)


def _differing(former: Token, token: Token) -> list[str]:
    old, new = former.spec, token.spec
    if isinstance(old, UserTask) and isinstance(new, UserTask):
        return [n for n in _OF_TASK if _source(old, n) != _source(new, n)]
    if isinstance(old, Job) and isinstance(new, Job):
        differs = {
            "job_type": old.job_type.source != new.job_type.source,
            "headers": old.outside.headers != new.outside.headers,
        }
        return [name for name, does in differs.items() if does]
    return []


def _source(node: UserTask, name: str) -> str:
    said = getattr(node.assignment, name)
    return "" if said is None else said.source


def _renewal(former: Token, token: Token, names: list[str]) -> Renewal:
    assert token.spec.element is not None  # noqa: S101  # tasks and jobs belong to elements
    try:
        before = _told(former, names)
    except StepFailed:
        before = {}
    try:
        after = _told(token, names)
    except StepFailed as error:
        finding = Finding(rule="task-fails", message=error.message, cure=_CURE, element_id=token.spec.element.id)
        raise MigrationRefused(findings=[finding]) from error
    return Renewal(key=token.id, element_id=token.spec.element.id, before=before, after=after)


def _told(token: Token, names: list[str]) -> dict[str, Json]:
    """What the version would tell if the task or job began now."""
    node, events = token.spec, token.execution.events
    assert isinstance(node, UserTask | Job)  # noqa: S101  # `_differing` has looked
    count = len(events)
    try:
        node.create(token)
        event = events[-1]
    finally:
        del events[count:]
    assert isinstance(event, UserTaskCreated | JobCreated)  # noqa: S101  # that is what `create` tells
    return {name: _plain(getattr(event, name)) for name in names}


def _plain(value: object) -> Json:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value  # type: ignore[return-value]  # fields of the two events
