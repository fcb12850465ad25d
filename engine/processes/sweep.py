"""Firing timers: the table is the truth, and any number of sweepers may look at it at the same time.

A sweep claims one instance after the other, in the order in which their timers are due, skipping those that
somebody else works on; fires what is due there; commits; goes on. Timers of start events are claimed by their process
definition. A timer that cannot be fired is pushed forward and becomes an incident: it neither stops the sweep nor is it
tried in a tight loop. A process whose timers fail or take long lets others go first.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from engine.bpmn import Instance
from engine.bpmn.specs.timer import memory_of, schedule_of
from engine.errors import AmendsError, Unavailable
from engine.processes.advance import INSTANCE, Advance
from engine.processes.incidents import raise_for_timer
from engine.processes.opened import Step, Trigger
from engine.processes.starts import Starts
from engine.records import About, Action, audit
from engine.store.deployment import ProcessDefinition
from engine.store.incident import Incident
from engine.store.process_instance import ProcessInstance
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Json, Key

_LOG = logging.getLogger(__name__)
PER_TICK = 200
PER_INSTANCE = 50
"""Timers of one instance that are fired in one transaction."""
FAILURES_IN_A_ROW = 3
"""After so many failures of one process in a tick the others go first."""
SECONDS_IN_A_ROW = 1.0
"""After so much time for one process in a tick the others go first."""
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)


@dataclass(kw_only=True)
class _Claim:
    """What a sweep works on at the moment: known outside the transaction if it fails."""

    instance_key: Key | None = None
    definition_key: Key | None = None
    timer_key: Key | None = None


@dataclass(kw_only=True)
class _Tick:
    """One tick of a sweep: which process versions had their share and let others go first."""

    horizon: datetime | None = None
    """Where time is walked through: until when. Then nobody rests, since all goes by the order of time."""
    failures: Counter[Key] = field(default_factory=Counter)
    seconds: defaultdict[Key, float] = field(default_factory=lambda: defaultdict(float))
    resting: set[Key] = field(default_factory=set)
    no_starts: bool = False

    def note(self, definition_key: Key | None, seconds: float, *, failed: bool) -> None:
        """What somebody has cost."""
        if definition_key is None or self.horizon is not None:
            return
        self.failures[definition_key] += failed
        self.seconds[definition_key] += seconds
        if self.failures[definition_key] >= FAILURES_IN_A_ROW or self.seconds[definition_key] >= SECONDS_IN_A_ROW:
            self.resting.add(definition_key)

    def again(self) -> bool:
        """All others are done: those that rest have another turn. Whether there are any."""
        found = bool(self.resting)
        self.resting.clear()
        self.failures.clear()
        self.seconds.clear()
        self.no_starts = False
        return found


class Sweep:
    """Fires what is due."""

    def __init__(self, units: UnitsOfWork, advance: Advance, starts: Starts) -> None:
        self._units, self._advance, self._starts = units, advance, starts

    def fire_due(self, limit: int, until: datetime | None, stop: Callable[[], bool]) -> int:
        """See `TimerService.fire_due`."""
        tick, done, tries = _Tick(horizon=until), 0, 0
        while tries < limit and not stop():
            fired = self._fire_next(tick)
            if fired is None:
                if not tick.again():
                    break
                continue
            done, tries = done + fired, tries + 1
        return done

    def _fire_next(self, tick: _Tick) -> bool | None:
        """Whether something was done on what was claimed; None if there was nothing to claim."""
        claim, begun, failed = _Claim(), time.monotonic(), False
        try:
            with self._units() as uow:
                return self._fire_in(uow, claim, tick)
        except Exception as error:  # whatever it is: one instance must not stop the others
            if claim.timer_key is None or (isinstance(error, Unavailable) and error.details["lost"]):
                raise
            about = {"instance": claim.instance_key, "timer": claim.timer_key}
            _LOG.warning("timer failed", extra=about, exc_info=True)
            self._push_forward(claim, error, tick.horizon)
            failed = True
            return True
        finally:
            tick.note(claim.definition_key, time.monotonic() - begun, failed=failed)

    def _fire_in(self, uow: UnitOfWork, claim: _Claim, tick: _Tick) -> bool | None:
        given = {"horizon": tick.horizon or uow.now(), "resting": sorted(tick.resting)}
        start = None if tick.no_starts else uow.session.execute(_CLAIM_START, given).first()
        tick.no_starts = start is None and tick.horizon is None
        if start is not None and tick.horizon is None:
            return self._fire_start(uow, claim, tick, start)
        first = uow.session.execute(_CLAIM, given).first()
        if start is not None and (first is None or start.retry_at <= first.retry_at):
            return self._fire_start(uow, claim, tick, start)
        return None if first is None else self._fire_first(uow, claim, tick, first)

    # -- timers of instances

    def _fire_first(self, uow: UnitOfWork, claim: _Claim, tick: _Tick, first: Row[Any]) -> bool:
        claim.instance_key, claim.timer_key, claim.definition_key = first.instance_key, first.key, first.of
        if tick.horizon is not None:
            uow.at(max(first.retry_at, uow.now()))
        # Another sweep may have been here between the claim's look and its lock: then nothing is due any more.
        # Plain values: a step that takes back an operation makes the session forget the rows that it has read.
        timers = uow.session.execute(_DUE, {"instance": first.instance_key, "now": uow.now()}).all()
        for number, timer in enumerate(timers):
            # The timer before it may have ended its wait, or moved the date that it follows.
            if number == 0 or uow.session.scalar(_STILL, {"timer": timer.key, "now": uow.now()}) is not None:
                claim.timer_key = timer.key
                self._fire(uow, timer, first)
        return bool(timers)

    def _fire(self, uow: UnitOfWork, timer: Row[Any], locked: Row[Any]) -> None:
        opened = self._advance.open(uow, SYSTEM, locked.instance_key, locked)
        about = About(subject=timer.element_id, instance_key=opened.key, business_id=opened.business_id)
        missed = 0
        if timer.repetitions_left and timer.element_instance_key is not None:
            missed = opened.live.instance.missed(timer.element_instance_key, timer.position)
        audit(uow, SYSTEM, Action.TIMER_FIRED, about, _details(timer, missed))
        self._advance.move(uow, opened, Step(command=_trigger(timer), fired=(timer.key,)))
        if timer.failures:
            close_of_timer(uow, timer.key)

    # -- timers of start events

    def _fire_start(self, uow: UnitOfWork, claim: _Claim, tick: _Tick, start: Row[Any]) -> bool:
        claim.definition_key, claim.timer_key = start.of, start.key
        if tick.horizon is not None:
            uow.at(max(start.retry_at, uow.now()))
        # As above: somebody may have fired it, or a new version taken it over, before it was locked.
        timer = uow.session.get(Timer, start.key)
        if timer is None or timer.retry_at > uow.now():
            return False
        schedule = schedule_of(timer.schedule or {"due": timer.due_at.isoformat()})
        about = About(subject=timer.element_id)
        audit(uow, SYSTEM, Action.TIMER_FIRED, about, _details(timer, schedule.missed(uow.now())))
        if timer.failures:
            close_of_timer(uow, timer.key)
        following = schedule.after(uow.now())
        by = Trigger(definition_key=timer.definition_key, element_id=timer.element_id, kind="timer")
        if following is None:
            uow.session.delete(timer)
        else:
            timer.due_at = timer.retry_at = following.due
            timer.repetitions_left, timer.schedule, timer.failures = following.repetitions_left, memory_of(following), 0
        self._starts.begin(uow, SYSTEM, by)
        return True

    # -- what goes wrong

    def _push_forward(self, claim: _Claim, error: Exception, until: datetime | None) -> None:
        with self._units() as uow:
            if claim.instance_key is None:
                lock_definition(uow, claim.definition_key or 0)
            else:
                self._advance.lock(uow, [claim.instance_key])
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


def lock_definition(uow: UnitOfWork, key: Key) -> None:
    """Lock a process definition against sweeps and deployments; instances of it can be started meanwhile."""
    row = select(ProcessDefinition.key).where(ProcessDefinition.key == key)
    uow.session.execute(row.with_for_update(key_share=True))


def close_of_timer(uow: UnitOfWork, timer_key: Key) -> None:
    """The timer has fired after all, or was moved: its incident is over."""
    done = {"state": "RESOLVED", "resolved_at": uow.now(), "resolved_by": SYSTEM.username}
    of_timer = (Incident.timer_key == timer_key, Incident.state == "ACTIVE")
    uow.session.execute(update(Incident).where(*of_timer).values(done).execution_options(synchronize_session=False))


def _details(timer: Timer | Row[Any], missed: int) -> dict[str, Json]:
    due = {"due": timer.due_at.isoformat()}
    return {**due, "missed": missed} if missed else {**due}


def _trigger(timer: Row[Any]) -> Callable[[Instance], None]:
    element_instance_key, position = timer.element_instance_key, timer.position
    assert element_instance_key is not None  # noqa: S101 - only those of start events have none
    return lambda instance: instance.trigger(element_instance_key, position)


_MAY = (
    Timer.retry_at <= bindparam("horizon"),
    Timer.definition_key != func.all(bindparam("resting", type_=ARRAY(BigInteger))),
)
# By the instant alone, as the index has it: many are due at the close of the same day, and none of them need be sorted.
_CLAIM: Any = (
    select(Timer.key, Timer.instance_key, Timer.retry_at, Timer.definition_key.label("of"), *INSTANCE)
    .join(ProcessInstance, ProcessInstance.key == Timer.instance_key)
    .where(*_MAY)
    .order_by(Timer.retry_at)
    .limit(1)
    .with_for_update(of=ProcessInstance, skip_locked=True)
)
_CLAIM_START: Any = (
    select(Timer.key, Timer.retry_at, Timer.definition_key.label("of"))
    .join(ProcessDefinition, ProcessDefinition.key == Timer.definition_key)
    .where(Timer.instance_key.is_(None), *_MAY)
    .order_by(Timer.retry_at)
    .limit(1)
    .with_for_update(of=ProcessDefinition, skip_locked=True, key_share=True)
)
_DUE: Any = (
    select(
        Timer.key,
        Timer.element_instance_key,
        Timer.element_id,
        Timer.position,
        Timer.due_at,
        Timer.repetitions_left,
        Timer.failures,
    )
    .where(Timer.instance_key == bindparam("instance"), Timer.retry_at <= bindparam("now"))
    .order_by(Timer.due_at, Timer.key)
    .limit(PER_INSTANCE)
)
_STILL = select(Timer.key).where(Timer.key == bindparam("timer"), Timer.retry_at <= bindparam("now"))
