"""A deputy finds the tasks of absent colleagues and may do them (who is away: `engine.records.absences`)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.errors import AlreadyClaimed, Forbidden
from engine.records import Absent, absent_for
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.tasks.access import is_candidate, sees, stood_in_for
from engine.types import Actor


class Deputies:
    """Answers for one installation; `zone` says when a day begins. The database is asked only where it matters."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def absent(self, uow: UnitOfWork, actor: Actor) -> tuple[Absent, ...]:
        """Whom `actor` stands in for today; asked once in a command."""
        known: tuple[Absent, ...] | None = uow.scratch.get((Absent, actor.username))
        if known is None:
            today = uow.now().astimezone(self._zone).date()
            known = uow.scratch[Absent, actor.username] = absent_for(uow, actor.username, today)
        return known

    def knows(self, uow: UnitOfWork, actor: Actor, task: UserTask) -> bool:
        """Whether `actor` may know of the task, as a deputy too."""
        return sees(actor, task) or stood_in_for(actor, task, self.absent(uow, actor)) is not None

    def whom(self, uow: UnitOfWork, actor: Actor, task: UserTask) -> str | None:
        """For whom `actor` works on the open task: None for oneself, or the absent colleague.

        Raises AlreadyClaimed where somebody else has it, Forbidden where `actor` is no candidate.
        """
        if task.assignee == actor.username:
            return task.on_behalf_of
        if task.assignee is None and is_candidate(actor, task):
            return None
        absent = stood_in_for(actor, task, self.absent(uow, actor))
        if absent is not None:
            return absent
        if task.assignee is None:
            raise Forbidden("The task is for another group.")
        raise AlreadyClaimed
