"""Timers: the table is the truth, and any number of sweepers may look at it at the same time.

A sweep claims one instance after the other, in the order in which their timers are due, skipping those that
somebody else works on; fires what is due there; commits; goes on. A timer that cannot be fired is pushed forward and
becomes an incident: it neither stops the sweep nor is it tried in a tight loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from engine.bpmn import Instance
from engine.errors import AmendsError, Unavailable
from engine.permissions import Permission, require
from engine.processes.advance import INSTANCE, Advance
from engine.processes.incidents import raise_for_timer
from engine.processes.opened import Step
from engine.records import About, Action, audit
from engine.store.incident import Incident
from engine.store.process_instance import ProcessInstance
from engine.store.search import Searchable, search
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Actor, Key, Page, SearchRequest

_LOG = logging.getLogger(__name__)
PER_TICK = 200
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class TimerView:
    """One armed timer."""

    timer_key: Key
    process_instance_key: Key | None
    process_definition_id: str
    element_instance_key: Key | None
    element_id: str
    due_date: datetime
    repetitions_left: int
    failures: int


@dataclass(kw_only=True)
class _Claim:
    """What a sweep works on at the moment: known outside the transaction if it fails."""

    instance_key: Key | None = None
    timer_key: Key | None = None


class TimerService:
    """Searches and fires timers."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def search(self, actor: Actor, request: SearchRequest) -> Page[TimerView]:
        """Armed timers by instance, element or due date. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(Timer), _SEARCH, request)

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
        done = tries = 0
        while tries < limit and not stop() and (fired := self._fire_next(until)) is not None:
            done, tries = done + fired, tries + 1
        return done

    def _fire_next(self, until: datetime | None) -> bool | None:
        """Whether something was done on the instance that was claimed; None if there was none to claim."""
        claim = _Claim()
        try:
            with self._units() as uow:
                return self._fire_in(uow, claim, until)
        except Exception as error:  # whatever it is: one instance must not stop the others
            if claim.timer_key is None or (isinstance(error, Unavailable) and error.details["lost"]):
                raise
            _LOG.warning(
                "timer failed", extra={"instance": claim.instance_key, "timer": claim.timer_key}, exc_info=True
            )
            self._push_forward(claim, error, until)
            return True

    def _fire_in(self, uow: UnitOfWork, claim: _Claim, until: datetime | None) -> bool | None:
        horizon = until or uow.now()
        first = uow.session.execute(_CLAIM, {"horizon": horizon}).first()
        if first is None:
            return None
        claim.instance_key, claim.timer_key = first.instance_key, first.key
        if until is not None:
            uow.at(max(first.retry_at, uow.now()))
        # Another sweep may have been here between the claim's look and its lock: then nothing is due any more.
        timers = uow.session.scalars(_DUE, {"instance": first.instance_key, "now": uow.now()}).all()
        for number, timer in enumerate(timers):
            # The timer before it may have ended its wait, or moved the date that it follows.
            if number == 0 or uow.session.scalar(_STILL, {"timer": timer.key, "now": uow.now()}) is not None:
                claim.timer_key = timer.key
                self._fire(uow, timer, first)
        return bool(timers)

    def _fire(self, uow: UnitOfWork, timer: Timer, locked: Row[Any]) -> None:
        opened = self._advance.open(uow, SYSTEM, locked.instance_key, locked)
        about = About(subject=timer.element_id, instance_key=opened.key, business_id=opened.business_id)
        audit(uow, SYSTEM, Action.TIMER_FIRED, about, {"due": timer.due_at.isoformat()})
        self._advance.move(uow, opened, Step(command=_trigger(timer), fired=(timer.key,)))
        if timer.failures:
            _close(uow, timer.key)

    def _push_forward(self, claim: _Claim, error: Exception, until: datetime | None) -> None:
        with self._units() as uow:
            self._advance.lock(uow, [claim.instance_key or 0])
            timer = uow.session.get(Timer, claim.timer_key)
            if timer is None:
                return
            timer.failures += 1
            timer.retry_at = max(until or uow.now(), uow.now()) + min(
                FIRST_RETRY * 2 ** min(timer.failures - 1, 10), LAST_RETRY
            )
            # An unforeseen error may quote data, so only its kind is told.
            message = error.message if isinstance(error, AmendsError) else type(error).__name__
            raise_for_timer(uow, SYSTEM, timer, "TIMER_FAILED", message)


def _trigger(timer: Timer) -> Callable[[Instance], None]:
    element_instance_key, position = timer.element_instance_key, timer.position
    assert element_instance_key is not None  # noqa: S101 - only those of start events have none
    return lambda instance: instance.trigger(element_instance_key, position)


def _close(uow: UnitOfWork, timer_key: Key) -> None:
    done = {"state": "RESOLVED", "resolved_at": uow.now(), "resolved_by": SYSTEM.username}
    of_timer = (Incident.timer_key == timer_key, Incident.state == "ACTIVE")
    uow.session.execute(update(Incident).where(*of_timer).values(done).execution_options(synchronize_session=False))


_CLAIM = (
    select(Timer.key, Timer.instance_key, Timer.retry_at, *INSTANCE)
    .join(ProcessInstance, ProcessInstance.key == Timer.instance_key)
    .where(Timer.retry_at <= bindparam("horizon"))
    .order_by(Timer.retry_at, Timer.key)
    .limit(1)
    .with_for_update(of=ProcessInstance, skip_locked=True)
)
_DUE = (
    select(Timer)
    .where(Timer.instance_key == bindparam("instance"), Timer.retry_at <= bindparam("now"))
    .order_by(Timer.due_at, Timer.key)
)
_STILL = select(Timer.key).where(Timer.key == bindparam("timer"), Timer.retry_at <= bindparam("now"))


def _view(row: Row[Any]) -> TimerView:
    timer: Timer = row[0]
    return TimerView(
        timer_key=timer.key,
        process_instance_key=timer.instance_key,
        process_definition_id=timer.process_id,
        element_instance_key=timer.element_instance_key,
        element_id=timer.element_id,
        due_date=timer.due_at,
        repetitions_left=timer.repetitions_left,
        failures=timer.failures,
    )


_SEARCH = Searchable(
    columns={
        "timer_key": Timer.key,
        "process_instance_key": Timer.instance_key,
        "process_definition_id": Timer.process_id,
        "element_instance_key": Timer.element_instance_key,
        "element_id": Timer.element_id,
        "due_date": Timer.due_at,
        "failures": Timer.failures,
    },
    key=Timer.key,
    view=_view,
    default_sort=[("due_date", "asc")],
)
