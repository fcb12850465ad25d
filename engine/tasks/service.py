"""The life of a user task: claimed, given to somebody, given back, changed, completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, cast
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Table, Text, bindparam, select, update
from sqlalchemy.orm import Session

from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    Conflict,
    Finding,
    NotFound,
    Refused,
    StaleVersion,
)
from engine.permissions import Permission, may, require
from engine.processes import values
from engine.processes.advance import INSTANCE, Advance
from engine.processes.opened import Opened, Step
from engine.processes.texts import texts_of
from engine.records import About, Action, audit
from engine.store.person import Person
from engine.store.process_instance import ProcessInstance
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.store.user_task import UserTask
from engine.tasks.access import refuse_involved
from engine.tasks.deputies import Deputies
from engine.tasks.forms.catalogues import ENGLISH
from engine.tasks.forms.model import FormView
from engine.tasks.forms.service import Deployed, Filling, Forms
from engine.tasks.inbox import Inbox, view
from engine.tasks.register import CaseRegister
from engine.tasks.variables import visible_variables
from engine.tasks.views import TaskChanges, TaskCounts, UserTaskView
from engine.types import Actor, Json, Key, Page, SearchRequest

OPEN = "CREATED"

_TABLE = cast("Table", UserTask.__table__)
_KEY = bindparam("task", type_=BigInteger)
_ONE = select(UserTask).where(UserTask.key == _KEY)
# The order of locks (decision 0301) is that of the names after OF.
_WITH_INSTANCE = (
    select(UserTask, *INSTANCE)
    .join(ProcessInstance, ProcessInstance.key == UserTask.instance_key)
    .where(UserTask.key == _KEY)
    .with_for_update(of=[ProcessInstance, UserTask])
)
_CLAIM = (
    update(_TABLE)
    .where(
        _TABLE.c.key == _KEY,
        _TABLE.c.state == OPEN,
        _TABLE.c.assignee.is_not_distinct_from(bindparam("before", type_=Text)),
    )
    .values(
        assignee=bindparam("claimant", type_=Text),
        on_behalf_of=bindparam("whom", type_=Text),
        rev=_TABLE.c.rev + 1,
    )
    .returning(*_TABLE.c)
)


class Tasks:
    """User tasks for people, the API and the pages. Every public method is one transaction."""

    def __init__(
        self, units: UnitsOfWork, advance: Advance, forms: Forms, register: CaseRegister, zone: ZoneInfo
    ) -> None:
        self._units, self._advance, self._forms = units, advance, forms
        self._register, self._zone = register, zone
        self._deputies = Deputies(zone)

    def search(self, actor: Actor, request: SearchRequest) -> Page[UserTaskView]:
        """The tasks that `actor` may see, ended ones too. Needs `task:work` or `task:read-all`.

        Besides the fields of `UserTaskView` there are the filters `candidate_group`, `candidate_user` and `inbox`
        (`mine`, `my-groups`, `unclaimed`, `overdue`, `due-today`, and `for-<user name>` for each colleague whom one
        stands in for: open tasks only).
        """
        _may_look(actor)
        with self._units() as uow:
            found = self._inbox(uow, actor).page(uow.session, request)
            return replace(found, items=tuple(self._told(uow, task) for task in found.items))

    def counts(self, actor: Actor) -> TaskCounts:
        """How many open tasks are in each inbox, a thousand at most. Needs `task:work` or `task:read-all`."""
        _may_look(actor)
        with self._units() as uow:
            return self._inbox(uow, actor).counts(uow.session)

    def get(self, actor: Actor, key: Key) -> UserTaskView:
        """One task. Raises NotFound where there is none, or none that `actor` may see."""
        _may_look(actor)
        with self._units() as uow:
            return self._told(uow, view(self._find(uow, actor, key)))

    def claim(self, actor: Actor, key: Key) -> UserTaskView:
        """Take a task up. Claiming one's own again changes nothing. A deputy takes over what an absent colleague has.

        Raises AlreadyClaimed where somebody else has it, AlreadyCompleted where it is over, Forbidden where `actor`
        is no candidate or is kept separate from it (`separateFrom`).
        """
        require(actor, Permission.TASK_WORK)
        with self._units() as uow:
            return self._claim(uow, actor, self._find(uow, actor, key))

    def assign(
        self,
        actor: Actor,
        key: Key,
        assignee: str,
        allow_override: bool = True,  # noqa: FBT001, FBT002 - the contract's own flag
        if_match: int | None = None,
    ) -> UserTaskView:
        """Give a task to `assignee`: to oneself as a claim, to anybody with `task:assign`.

        With `allow_override` false a task that somebody has stays with them: AlreadyClaimed. Raises Refused for an
        unknown assignee, Forbidden where the assignee is kept separate from the task, StaleVersion where the task is
        not at the revision `if_match`.
        """
        with self._units() as uow:
            task = self._find(uow, actor, key, if_match)
            if not may(actor, Permission.TASK_ASSIGN):
                if assignee != actor.username:
                    require(actor, Permission.TASK_ASSIGN)
                require(actor, Permission.TASK_WORK)
                return self._claim(uow, actor, task)
            _must_be_known(uow.session, assignee)
            refuse_involved(uow.session, task, self._properties(uow, task), [assignee])
            free = UserTask.assignee.is_(None) if not allow_override else UserTask.key == key
            _change(uow, task, free | (UserTask.assignee == assignee), assignee=assignee, on_behalf_of=None)
            _audit(uow, actor, Action.TASK_ASSIGNED, task, {"assignee": assignee})
            return view(task)

    def release(self, actor: Actor, key: Key, if_match: int | None = None) -> UserTaskView:
        """Give a task back to its group: one's own, or anybody's with `task:assign`. Raises as `assign`.

        What a deputy took over from an absent colleague, and what is for no group, goes back to the colleague.
        """
        with self._units() as uow:
            task = self._find(uow, actor, key, if_match)
            if task.assignee != actor.username:
                require(actor, Permission.TASK_ASSIGN)
            back = None if task.candidate_groups or task.candidate_users else task.on_behalf_of
            _change(uow, task, UserTask.assignee == task.assignee, assignee=back, on_behalf_of=None)
            _audit(uow, actor, Action.TASK_RELEASED, task, {"assignee": back})
            return view(task)

    def update(self, actor: Actor, key: Key, changes: TaskChanges) -> UserTaskView:
        """Change dates and priority of one's own task, or anything of any task with `task:assign`.

        Raises StaleVersion where the task has changed since the caller saw it.
        """
        with self._units() as uow:
            task = self._find(uow, actor, key)
            if task.assignee != actor.username or changes.given & {"candidate_groups", "candidate_users"}:
                require(actor, Permission.TASK_ASSIGN)
            columns = _columns(changes)
            if changes.if_match is not None and task.rev != changes.if_match:
                raise StaleVersion
            if columns:
                _change(uow, task, UserTask.rev == task.rev, **columns)
                _audit(uow, actor, Action.TASK_UPDATED, task, {"fields": sorted(changes.given)})
            return view(task)

    def form(
        self, actor: Actor, key: Key, language: str = ENGLISH, answers: Mapping[str, Json] | None = None
    ) -> FormView:
        """The form of a task in the best language there is, with `answers` (a draft) laid over the values.

        Raises NotFound where the task has no form.
        """
        _may_look(actor)
        with self._units() as uow:
            task = self._find(uow, actor, key)
            if task.form_id is None:
                raise NotFound(f"The task {key} has no form.")
            variables = visible_variables(uow.session, task.element_instance_key, task.instance_key)
            names = {n: provide(uow, task.business_id) for n, provide in self._advance.hooks.contexts.items()}
            notes = self._register.notes(uow, task.business_id, task.element_id)
            filling = Filling(language=language, context={**variables, **names}, answers=answers or {}, notes=notes)
            return self._forms.shown(self._form_of(uow, task.form_id, task.form_key), filling)

    def complete(
        self, actor: Actor, key: Key, variables: Mapping[str, Json], if_match: int | None = None
    ) -> UserTaskView:
        """Complete a task with the answers of its form, and let the process go on: one transaction.

        A task that nobody has may be completed by a candidate without a claim, that of an absent colleague by the
        deputy. Answers that the form marks as the case's own go to the register, all others become process variables.
        Raises FormInvalid with one finding per field, AlreadyCompleted, AlreadyClaimed where it is somebody else's,
        Forbidden (see `claim`), StaleVersion where it is not at the revision `if_match`.
        """
        require(actor, Permission.TASK_WORK)
        with self._units() as uow:
            opened, task = self._open(uow, actor, key)
            _must_match(task, if_match)
            whom = self._whom(uow, actor, task)
            if whom != task.on_behalf_of:
                task.on_behalf_of = whom
                uow.session.flush()
            accepted = self._accept(uow, opened, task, variables)
            step = Step(
                command=lambda instance: instance.complete(task.element_instance_key, accepted),
                completes=task.element_instance_key,
            )
            _audit(uow, actor, Action.TASK_COMPLETED, task, {"element_id": task.element_id, **_behalf(whom)})
            self._advance.move(uow, opened, step)
            seen, me = view(task), actor.username  # as the row is now: reading it again would cost a round trip
            now, rev = uow.now(), seen.rev + 1
            has = seen.assignee or me
            return replace(seen, state="COMPLETED", assignee=has, completed_by=me, completion_date=now, rev=rev)

    # -- inside

    def _claim(self, uow: UnitOfWork, actor: Actor, task: UserTask) -> UserTaskView:
        if task.state == OPEN and task.assignee == actor.username:
            return view(task)
        _must_be_open(task)
        whom = self._whom(uow, actor, task)
        taken = {"task": task.key, "claimant": actor.username, "before": task.assignee, "whom": whom}
        claimed = uow.session.execute(_CLAIM, taken).first()
        if claimed is None:
            uow.session.refresh(task)
            _say_why(task, condition_on_rev=False)
        _audit(uow, actor, Action.TASK_CLAIMED, task, _behalf(whom))
        return view(claimed)

    def _open(self, uow: UnitOfWork, actor: Actor, key: Key) -> tuple[Opened, UserTask]:
        """The task and its instance, both locked."""
        row = uow.session.execute(_WITH_INSTANCE, {"task": key}).first()
        task: UserTask | None = None if row is None else row[0]
        if task is None or not self._deputies.knows(uow, actor, task):
            raise NotFound(f"There is no task {key}.")
        _must_be_open(task)
        try:
            return self._advance.open(uow, actor, task.instance_key, row), task
        except Conflict as ended:
            raise AlreadyCompleted("The case is over, and the task with it.") from ended

    def _whom(self, uow: UnitOfWork, actor: Actor, task: UserTask) -> str | None:
        """For whom `actor` may do the open task (None: for oneself); raises as `claim`. Separation binds both."""
        whom = self._deputies.whom(uow, actor, task)
        refuse_involved(uow.session, task, self._properties(uow, task), {actor.username, whom or actor.username})
        return whom

    def _inbox(self, uow: UnitOfWork, actor: Actor) -> Inbox:
        return Inbox(actor, uow.now(), self._zone, self._deputies.absent(uow, actor))

    def _find(self, uow: UnitOfWork, actor: Actor, key: Key, if_match: int | None = None) -> UserTask:
        # Who insists on a revision keeps the row until the change is written: nothing comes in between.
        task = uow.session.scalar(_ONE if if_match is None else _ONE.with_for_update(), {"task": key})
        if task is None or not self._deputies.knows(uow, actor, task):
            raise NotFound(f"There is no task {key}.")
        _must_match(task, if_match)
        return task

    def _accept(
        self, uow: UnitOfWork, opened: Opened, task: UserTask, variables: Mapping[str, Json]
    ) -> Mapping[str, Json]:
        """What becomes process variables; the case's own fields are kept on the way."""
        if task.form_id is None:
            return values.variables(variables)
        context = {**opened.live.instance.visible(task.element_instance_key), **opened.outside.context()}
        filling = Filling(context=context, answers=variables, notes={})
        answers = self._forms.checked(self._form_of(uow, task.form_id, task.form_key), filling)
        self._register.keep(uow, opened.outside.instance, task, answers.register)
        return answers.variables

    def _form_of(self, uow: UnitOfWork, form_id: str, form_key: Key | None) -> Deployed:
        """The version that the task is bound to, or else the latest one."""
        catalogue = self._advance.catalogue
        found = catalogue.form(uow, form_id) if form_key is None else catalogue.form_by_key(uow, form_key)
        return self._forms.deployed(uow.session, found.key, found.version, found.resource_key)

    def _told(self, uow: UnitOfWork, task: UserTaskView) -> UserTaskView:
        """The view with the texts of its element, which the diagram holds in memory."""
        element = self._advance.catalogue.process(uow, task.process_definition_key).elements.get(task.element_id)
        return task if element is None else replace(task, texts=texts_of(element))

    def _properties(self, uow: UnitOfWork, task: UserTask) -> Mapping[str, str]:
        element = self._advance.catalogue.process(uow, task.definition_key).elements.get(task.element_id)
        return {} if element is None else element.properties


def _may_look(actor: Actor) -> None:
    if not may(actor, Permission.TASK_READ_ALL):
        require(actor, Permission.TASK_WORK)


def _must_match(task: UserTask, if_match: int | None) -> None:
    if if_match is not None and task.rev != if_match:
        raise StaleVersion


def _must_be_open(task: UserTask) -> None:
    if task.state != OPEN:
        raise AlreadyCompleted


def _must_be_known(session: Session, username: str) -> None:
    if session.scalar(select(Person.key).where(Person.username == username, Person.active)) is None:
        finding = Finding(rule="assignee", message=f"There is nobody called {username!r}.", element_id="assignee")
        raise Refused("The task cannot be assigned.", findings=[finding])


def _change(uow: UnitOfWork, task: UserTask, condition: Any, **values: Any) -> None:
    """Change an open task if `condition` still holds: of two who come at once, one wins and the other is told."""
    statement = (
        update(UserTask)
        .where(UserTask.key == task.key, UserTask.state == OPEN, condition)
        .values(rev=UserTask.rev + 1, **values)
        .execution_options(synchronize_session=False)
        .returning(UserTask.key)
    )
    changed = uow.session.execute(statement).first()
    uow.session.refresh(task)
    if changed is None:
        _say_why(task, condition_on_rev="assignee" not in values)


def _say_why(task: UserTask, *, condition_on_rev: bool) -> NoReturn:
    _must_be_open(task)
    raise StaleVersion if condition_on_rev else AlreadyClaimed


def _columns(changes: TaskChanges) -> dict[str, Any]:
    columns = {"due_date": "due_at", "follow_up_date": "follow_up_at"}
    given: dict[str, Any] = {columns.get(name, name): getattr(changes, name) for name in changes.given}
    if not 0 <= (given.get("priority") or 0) <= 100:
        finding = Finding(rule="range", message="A priority is a number from 0 to 100.", element_id="priority")
        raise Refused("The change cannot be made.", findings=[finding])
    defaults = {"priority": 50, "candidate_groups": (), "candidate_users": ()}
    given = {name: defaults.get(name) if value is None else value for name, value in given.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _behalf(whom: str | None) -> dict[str, Json]:
    return {} if whom is None else {"onBehalfOf": whom}


def _audit(uow: UnitOfWork, actor: Actor, action: Action, task: UserTask, details: Mapping[str, Json]) -> None:
    about = About(subject=str(task.key), instance_key=task.instance_key, business_id=task.business_id)
    audit(uow, actor, action, about, {"element": task.element_id, **details})
