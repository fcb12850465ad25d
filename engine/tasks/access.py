"""Who sees a task and who may work on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from engine.errors import Forbidden
from engine.permissions import Permission, may
from engine.records import Absent
from engine.store.user_task import UserTask
from engine.types import Actor

EVERYBODY_ELSE = "*"
SEPARATE_FROM = "separateFrom"


def visible_to(actor: Actor, absent: Iterable[Absent] = ()) -> ColumnElement[bool]:
    """The tasks that `actor` may know of: the own ones, those of the own groups, those that are for anybody, and those
    of colleagues who are `absent`.

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
        UserTask.on_behalf_of == actor.username,
        candidate(actor),
        and_(for_anybody, UserTask.assignee.is_(None)),
        *(in_place_of(actor, one) for one in absent),
    )


def candidate(actor: Actor) -> ColumnElement[bool]:
    """The tasks that `actor` is a candidate for, through a group or by name."""
    by_name = UserTask.candidate_users.contains([actor.username])
    if not actor.groups:
        return by_name
    return or_(UserTask.candidate_groups.overlap(sorted(actor.groups)), by_name)


def in_place_of(actor: Actor, absent: Absent) -> ColumnElement[bool]:
    """The tasks that `actor` may do as deputy of `absent`; says the same as `stood_in_for`."""
    theirs = UserTask.candidate_groups.overlap(sorted(absent.groups)) if absent.groups else false()
    by_name = UserTask.candidate_users.contains([absent.username])
    nobodys = and_(UserTask.assignee.is_(None), by_name | (theirs if absent.delegates else false()))
    if absent.delegates:
        return or_(UserTask.assignee == absent.username, nobodys)
    return or_(and_(UserTask.assignee == absent.username, or_(candidate(actor), by_name, not_(theirs))), nobodys)


def stood_in_for(actor: Actor, task: UserTask, absent: Iterable[Absent]) -> str | None:
    """Whom of `absent` the `actor` would do `task` for: somebody who has it, or is a candidate and the actor is not.

    A deputy does no more than the own groups may do, unless the absence delegates (`Absent.delegates`), or the task
    came to the absent person by name and not through a group.
    """
    for one in absent:
        theirs = not one.groups.isdisjoint(task.candidate_groups)
        by_name = one.username in task.candidate_users
        if task.assignee == one.username and (one.delegates or by_name or not theirs or is_candidate(actor, task)):
            return one.username
        if task.assignee is None and (by_name or (one.delegates and theirs)):
            return one.username
    return None


def sees(actor: Actor, task: UserTask) -> bool:
    """Whether `actor` may know of one task without being a deputy; says the same as `visible_to`."""
    if may(actor, Permission.TASK_READ_ALL) or may(actor, Permission.TASK_ASSIGN):
        return True
    if actor.username in (task.assignee, task.completed_by, task.on_behalf_of):
        return True
    for_anybody = not task.candidate_groups and not task.candidate_users
    return task.assignee is None if for_anybody else is_candidate(actor, task)


def is_candidate(actor: Actor, task: UserTask) -> bool:
    """Whether `actor` may take the task up."""
    if not task.candidate_groups and not task.candidate_users:
        return True
    return actor.username in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def refuse_involved(session: Session, task: UserTask, properties: Mapping[str, str], usernames: Iterable[str]) -> None:
    """Raise Forbidden where one of `usernames` has done a task of this case that this one is kept separate from.

    They are whoever wants the task and, for a deputy, the absent colleague too; done is also what a deputy did in
    somebody's place. The element's property `separateFrom` names those elements, or `*` for all (ISO 10002 clause 4.7:
    whoever reviews or approves was not involved before).
    """
    separate = {name.strip() for name in properties.get(SEPARATE_FROM, "").split(",") if name.strip()}
    if not separate:
        return
    names = sorted(set(usernames))
    done = select(UserTask.element_id).where(
        UserTask.instance_key == task.instance_key,
        UserTask.state == "COMPLETED",
        UserTask.completed_by.in_(names) | UserTask.on_behalf_of.in_(names),
        UserTask.element_id != task.element_id if EVERYBODY_ELSE in separate else UserTask.element_id.in_(separate),
    )
    involved = session.scalar(done.limit(1))
    if involved is not None:
        raise Forbidden(
            "Whoever was involved in this case before may not do this task: somebody else has to.",
            element_id=task.element_id,
            involved_in=involved,
        )
