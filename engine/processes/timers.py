"""Timers as people see them: searched, put elsewhere, given up; `sweep.py` fires them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from engine.bpmn import Instance
from engine.bpmn.specs.timer import memory_of, schedule_of
from engine.errors import Malformed, NotFound, StaleVersion
from engine.permissions import Permission, require
from engine.processes.advance import Advance
from engine.processes.channels import TIMERS
from engine.processes.opened import Step
from engine.processes.starts import Starts
from engine.processes.sweep import PER_TICK, Sweep, close_of_timer, lock_definition
from engine.records import About, Action, audit
from engine.store.process_instance import ProcessInstance
from engine.store.search import Searchable, search
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest


@dataclass(frozen=True, kw_only=True)
class TimerView:
    """One armed timer: of an element instance, or, without an instance, of a start event of a process version.

    `repetitions_left` counts what follows after this time (-1: without end). `rev` changes when it is put elsewhere.
    """

    timer_key: Key
    process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    element_instance_key: Key | None
    element_id: str
    due_date: datetime
    repetitions_left: int
    failures: int
    rev: int


class TimerService:
    """Searches and fires timers, and lets an operator move them."""

    def __init__(self, units: UnitsOfWork, advance: Advance, starts: Starts) -> None:
        self._units, self._advance = units, advance
        self._sweep = Sweep(units, advance, starts)

    def search(self, actor: Actor, request: SearchRequest) -> Page[TimerView]:
        """Armed timers by instance, element or due date. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(Timer), _SEARCH, request)

    def get(self, actor: Actor, key: Key) -> TimerView:
        """One armed timer; raises `NotFound`, also when it has fired. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return _view_of(_found(uow, key))

    def next_due(self) -> datetime | None:
        """When the next timer has to be looked at (an instant, maybe past); None where none is armed."""
        with self._units() as uow:
            return uow.session.scalar(select(Timer.retry_at).order_by(Timer.retry_at).limit(1))

    def fire_due(
        self, limit: int = PER_TICK, *, until: datetime | None = None, stop: Callable[[], bool] = lambda: False
    ) -> int:
        """Fire what is due, for at most `limit` instances or until `stop` says so; gives how many were worked on.

        With `until` (aware, later than now) time is walked through: each timer fires as of the instant at which it
        is due, and what it arms in turn fires too if that is due before `until`. Raises `Unavailable` when the
        database is lost: whatever was due still is.
        """
        return self._sweep.fire_due(limit, until, stop)

    def move(self, actor: Actor, key: Key, due: datetime, if_match: int | None = None) -> None:
        """Let an armed timer fire at `due` (aware) instead; what is past fires with the next sweep.

        The other turns of a cycle stay where they are. A timer that follows a date of a register stays where it was
        put until that date moves. `if_match`: only while the timer has this revision. Needs `process:operate`; raises
        `NotFound` (also for a suspended instance, whose timers rest), `Conflict`, `StaleVersion`, `Malformed`.
        """
        require(actor, Permission.PROCESS_OPERATE)
        if due.tzinfo is None:
            raise Malformed("An instant needs an offset from UTC.")
        due = due.astimezone(UTC)
        with self._units() as uow:
            timer = self._locked(uow, actor, key, if_match)
            details: dict[str, Json] = {"from": timer.due_at.isoformat(), "due": due.isoformat()}
            _note(uow, actor, Action.TIMER_MOVED, timer, details)
            if timer.failures:
                close_of_timer(uow, key)
            if timer.instance_key is None:
                schedule = schedule_of(timer.schedule or {"due": timer.due_at.isoformat()})
                timer.due_at = timer.retry_at = due
                timer.failures, timer.schedule = 0, memory_of(schedule.put_at(due))
                uow.notify(TIMERS, due.isoformat())
            else:
                self._run(uow, actor, timer, lambda instance, of, at: instance.put_off(of, at, due))

    def cancel(self, actor: Actor, key: Key, if_match: int | None = None) -> None:
        """Let an armed timer fire no more, with all turns of a cycle that are left.

        Needs `process:operate`; raises `NotFound`, `Conflict` and `StaleVersion` as above, and `Refused` for a timer
        without which its token would wait for ever.
        """
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow:
            timer = self._locked(uow, actor, key, if_match)
            if timer.failures:
                close_of_timer(uow, key)
            _note(uow, actor, Action.TIMER_CANCELLED, timer, {"due": timer.due_at.isoformat()})
            if timer.instance_key is None:
                uow.session.delete(timer)
            else:
                self._run(uow, actor, timer, lambda instance, of, at: instance.give_up(of, at))

    def _locked(self, uow: UnitOfWork, actor: Actor, key: Key, if_match: int | None) -> Timer:
        """The timer, once its instance or definition is locked."""
        seen = _found(uow, key)
        if seen.instance_key is None:
            lock_definition(uow, seen.definition_key)
        else:
            self._advance.open(uow, actor, seen.instance_key)
        uow.session.expire(seen)
        timer = _found(uow, key)
        if if_match is not None and if_match != _rev(timer):
            raise StaleVersion
        return timer

    def _run(self, uow: UnitOfWork, actor: Actor, timer: Timer, command: Callable[[Instance, Key, int], None]) -> None:
        of, at = timer.element_instance_key or 0, timer.position
        step = Step(command=lambda instance: command(instance, of, at))
        self._advance.run(uow, actor, timer.instance_key or 0, step)


def _found(uow: UnitOfWork, key: Key) -> Timer:
    timer = uow.session.scalar(select(Timer).where(Timer.key == key).execution_options(populate_existing=True))
    if timer is None:
        raise NotFound(f"No timer {key} is armed.")
    return timer


def _note(uow: UnitOfWork, actor: Actor, action: Action, timer: Timer, details: dict[str, Json]) -> None:
    instance = uow.session.get(ProcessInstance, timer.instance_key) if timer.instance_key is not None else None
    business_id = None if instance is None else instance.business_id
    about = About(subject=timer.element_id, instance_key=timer.instance_key, business_id=business_id)
    audit(uow, actor, action, about, details)


def _rev(timer: Timer) -> int:
    """It is another timer, for whoever wants to change it, when it is due at another time."""
    return round(timer.due_at.timestamp() * 1_000)


def _view(row: Row[Any]) -> TimerView:
    return _view_of(row[0])


def _view_of(timer: Timer) -> TimerView:
    return TimerView(
        timer_key=timer.key,
        process_instance_key=timer.instance_key,
        process_definition_key=timer.definition_key,
        process_definition_id=timer.process_id,
        element_instance_key=timer.element_instance_key,
        element_id=timer.element_id,
        due_date=timer.due_at,
        repetitions_left=timer.repetitions_left,
        failures=timer.failures,
        rev=_rev(timer),
    )


_SEARCH = Searchable(
    columns={
        "timer_key": Timer.key,
        "process_instance_key": Timer.instance_key,
        "process_definition_key": Timer.definition_key,
        "process_definition_id": Timer.process_id,
        "element_instance_key": Timer.element_instance_key,
        "element_id": Timer.element_id,
        "due_date": Timer.due_at,
        "repetitions_left": Timer.repetitions_left,
        "failures": Timer.failures,
    },
    key=Timer.key,
    view=_view,
    default_sort=[("due_date", "asc")],
)
