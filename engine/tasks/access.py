"""Who sees a task and who may work on it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from engine.errors import Forbidden
from engine.permissions import Permission, may
from engine.store.user_task import UserTask
from engine.types import Actor

EVERYBODY_ELSE = "*"
SEPARATE_FROM = "separateFrom"


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The tasks that `actor` may know of: the own ones, those of the own groups, those that are for anybody.

    With `task:read-all` or `task:assign` all of them.
    """
    if may(actor, Permission.TASK_READ_ALL) or may(actor, Permission.TASK_ASSIGN):
        return true()
    for_anybody = and_(
        func.cardinality(UserTask.candidate_groups) == 0, func.cardinality(UserTask.candidate_users) == 0
    )
    return or_(
        UserTask.assignee == actor.username,
        UserTask.completed_by == actor.username,
        candidate(actor),
        and_(for_anybody, UserTask.assignee.is_(None)),
    )


def candidate(actor: Actor) -> ColumnElement[bool]:
    """The tasks that `actor` is a candidate for, through a group or by name."""
    by_name = UserTask.candidate_users.contains([actor.username])
    if not actor.groups:
        return by_name
    return or_(UserTask.candidate_groups.overlap(sorted(actor.groups)), by_name)


def sees(actor: Actor, task: UserTask) -> bool:
    """Whether `actor` may know of one task; says the same as `visible_to`."""
    if may(actor, Permission.TASK_READ_ALL) or may(actor, Permission.TASK_ASSIGN):
        return True
    if actor.username in (task.assignee, task.completed_by):
        return True
    for_anybody = not task.candidate_groups and not task.candidate_users
    return task.assignee is None if for_anybody else is_candidate(actor, task)


def is_candidate(actor: Actor, task: UserTask) -> bool:
    """Whether `actor` may take the task up."""
    if not task.candidate_groups and not task.candidate_users:
        return True
    return actor.username in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def refuse_involved(session: Session, task: UserTask, properties: Mapping[str, str], username: str) -> None:
    """Raise Forbidden where `username` has done a task of this case that this one is kept separate from.

    The element's property `separateFrom` names those elements, or `*` for all (ISO 10002 clause 4.7: whoever reviews
    or approves was not involved before).
    """
    separate = {name.strip() for name in properties.get(SEPARATE_FROM, "").split(",") if name.strip()}
    if not separate:
        return
    done = select(UserTask.element_id).where(
        UserTask.instance_key == task.instance_key,
        UserTask.state == "COMPLETED",
        UserTask.completed_by == username,
        UserTask.element_id != task.element_id if EVERYBODY_ELSE in separate else UserTask.element_id.in_(separate),
    )
    involved = session.scalar(done.limit(1))
    if involved is not None:
        raise Forbidden(
            "Whoever was involved in this case before may not do this task: somebody else has to.",
            element_id=task.element_id,
            involved_in=involved,
        )
