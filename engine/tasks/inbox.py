"""The inbox: searching tasks and counting what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import Malformed
from engine.records import Absent
from engine.store.search import Searchable, search
from engine.store.user_task import UserTask
from engine.tasks.access import candidate, in_place_of, visible_to
from engine.tasks.views import AbsentCount, TaskCounts, UserTaskView
from engine.types import Actor, Page, SearchRequest

INBOX = "inbox"
FOR = "for-"
"""Before the user name of an absent colleague: the inbox with what their deputy finds."""
MOST_COUNTED = 1_000
"""Counting stops here: a badge says "1000" for all that is more, and the inbox stays quick with a million tasks."""

_OPEN = UserTask.state == "CREATED"


def view(task: UserTask | Row[Any]) -> UserTaskView:
    """What callers see of a row, whether it came as an entity or as plain columns."""
    return UserTaskView(
        user_task_key=task.key,
        name=task.name,
        state=task.state,
        assignee=task.assignee,
        element_id=task.element_id,
        element_instance_key=task.element_instance_key,
        candidate_groups=tuple(task.candidate_groups),
        candidate_users=tuple(task.candidate_users),
        process_definition_id=task.process_id,
        process_definition_key=task.definition_key,
        process_instance_key=task.instance_key,
        business_id=task.business_id,
        form_id=task.form_id,
        priority=task.priority,
        creation_date=task.created_at,
        due_date=task.due_at,
        follow_up_date=task.follow_up_at,
        completion_date=task.ended_at,
        completed_by=task.completed_by,
        on_behalf_of=task.on_behalf_of,
        rev=task.rev,
    )


class Inbox:
    """One person's tasks at one moment. `zone` decides which tasks are due today, `absent` are colleagues whom the
    person stands in for."""

    def __init__(self, actor: Actor, now: datetime, zone: ZoneInfo, absent: tuple[Absent, ...] = ()) -> None:
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        mine = UserTask.assignee == actor.username
        unclaimed = and_(UserTask.assignee.is_(None), candidate(actor))
        theirs = {one.username: in_place_of(actor, one) for one in absent}
        my_work = or_(mine, unclaimed, *theirs.values())
        self._actor, self._absent = actor, absent
        self.views: dict[str, ColumnElement[bool]] = {
            "mine": and_(_OPEN, mine),
            "my-groups": and_(_OPEN, candidate(actor)),
            "unclaimed": and_(_OPEN, unclaimed),
            "overdue": and_(_OPEN, my_work, UserTask.due_at < now),
            "due-today": and_(
                _OPEN, my_work, UserTask.due_at >= midnight, UserTask.due_at < midnight + timedelta(days=1)
            ),
            **{f"{FOR}{username}": and_(_OPEN, condition) for username, condition in theirs.items()},
        }

    def counts(self, session: Session) -> TaskCounts:
        """How much is in each view."""
        counted = [
            select(func.count()).select_from(select(UserTask.key).where(condition).limit(MOST_COUNTED).subquery())
            for condition in self.views.values()
        ]
        row = session.execute(select(*(one.scalar_subquery() for one in counted))).one()
        mine, my_groups, unclaimed, overdue, due_today, *theirs = row
        return TaskCounts(
            mine=mine,
            my_groups=my_groups,
            unclaimed=unclaimed,
            overdue=overdue,
            due_today=due_today,
            absent=tuple(
                AbsentCount(username=one.username, name=one.name, tasks=tasks)
                for one, tasks in zip(self._absent, theirs, strict=True)
            ),
        )

    def page(self, session: Session, request: SearchRequest) -> Page[UserTaskView]:
        """One page of the tasks that the person may see."""
        return search(session, self._visible(), self._searchable(), request)

    def _visible(self) -> Select[UserTask]:
        return select(UserTask).where(visible_to(self._actor, self._absent))

    def _searchable(self) -> Searchable[UserTaskView]:
        return Searchable(
            columns=_COLUMNS,
            key=UserTask.key,
            view=_row_view,
            filters={
                INBOX: self._inbox,
                "candidate_group": lambda value: _any_of(UserTask.candidate_groups, value),
                "candidate_user": lambda value: _any_of(UserTask.candidate_users, value),
            },
        )

    def _inbox(self, value: object) -> ColumnElement[bool]:
        if not isinstance(value, str) or value not in self.views:
            raise Malformed(f"There is no inbox {value!r}: it is one of {', '.join(self.views)}.", field=INBOX)
        return self.views[value]


def _row_view(row: Row[Any]) -> UserTaskView:
    return view(row[0])


def _any_of(column: Any, value: object) -> ColumnElement[bool]:
    """`"x"`, `{"$eq": "x"}` or `{"$in": [...]}` against a list column."""
    wanted = value
    if isinstance(value, dict):
        wanted = value.get("$in", [value.get("$eq")])
    names = wanted if isinstance(wanted, list | tuple) else [wanted]
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        raise Malformed("A candidate is searched by name.")
    condition: ColumnElement[bool] = column.overlap(list(names))
    return condition


_COLUMNS: dict[str, Any] = {
    "user_task_key": UserTask.key,
    "name": UserTask.name,
    "state": UserTask.state,
    "assignee": UserTask.assignee,
    "element_id": UserTask.element_id,
    "element_instance_key": UserTask.element_instance_key,
    "process_definition_id": UserTask.process_id,
    "process_definition_key": UserTask.definition_key,
    "process_instance_key": UserTask.instance_key,
    "business_id": UserTask.business_id,
    "form_id": UserTask.form_id,
    "priority": UserTask.priority,
    "creation_date": UserTask.created_at,
    "due_date": UserTask.due_at,
    "follow_up_date": UserTask.follow_up_at,
    "completion_date": UserTask.ended_at,
    "completed_by": UserTask.completed_by,
    "on_behalf_of": UserTask.on_behalf_of,
}
