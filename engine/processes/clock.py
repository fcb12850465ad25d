"""The settable clock of an installation: its instant stands in the database, so that all processes agree on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from engine.clock import Clock, SettableClock
from engine.errors import Conflict, Malformed
from engine.permissions import Permission, require
from engine.processes.channels import CLOCK
from engine.processes.timers import TimerService
from engine.records import About, Action, audit
from engine.store.idempotency import PinnedClock
from engine.store.unit_of_work import UnitsOfWork
from engine.types import Actor

_ONLY = 1


class ClockService:
    """Pins and frees the clock, where the installation allows it (`AMENDS_CLOCK=settable`)."""

    def __init__(self, units: UnitsOfWork, clock: Clock, timers: TimerService) -> None:
        self._units, self._clock, self._timers = units, clock, timers
        self._followed = False

    def pin(self, actor: Actor, instant: datetime) -> None:
        """Stand still at `instant` (aware). What is due until then has fired, in order, before this returns.

        Time is walked through: each timer fires as of the instant at which it is due. Needs `clock:set`; raises
        `Conflict` where the clock cannot be set, `Malformed` for a naive instant.
        """
        clock = self._settable(actor)
        if instant.tzinfo is None:
            raise Malformed("An instant needs an offset from UTC.")
        while self._timers.fire_due(until=instant):
            pass
        with self._units() as uow:
            audit(uow, actor, Action.CLOCK_SET, About(), {"instant": instant.isoformat()})
            row = insert(PinnedClock).values(id=_ONLY, pinned_at=instant)
            uow.session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"pinned_at": instant}))
            uow.notify(CLOCK, instant.isoformat())
            uow.after_commit(lambda: clock.pin(instant))
        self._followed = True

    def reset(self, actor: Actor) -> None:
        """Follow the machine again. Needs `clock:set`; raises `Conflict` where the clock cannot be set."""
        clock = self._settable(actor)
        with self._units() as uow:
            audit(uow, actor, Action.CLOCK_RESET, About())
            uow.session.execute(delete(PinnedClock))
            uow.notify(CLOCK)
            uow.after_commit(clock.reset)

    def follow(self) -> None:
        """Take over what the database says: at the start of a process, and when another one has set the clock.

        A clock that was pinned in this process alone (by a test, say) is left alone until the database says something.
        """
        if isinstance(self._clock, SettableClock):
            with self._units() as uow:
                pinned = uow.session.scalar(select(PinnedClock.pinned_at))
            if pinned is not None:
                self._clock.pin(pinned)
            elif self._followed:
                self._clock.reset()
            self._followed = pinned is not None

    def _settable(self, actor: Actor) -> SettableClock:
        require(actor, Permission.CLOCK_SET)
        if not isinstance(self._clock, SettableClock):
            raise Conflict("The clock of this installation cannot be set.")
        return self._clock
