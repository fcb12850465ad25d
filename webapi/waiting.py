"""Waiting on behalf of a caller: for the end of an instance, for a first job.

A thread that waits serves nobody else, so only part of the threads may wait at a time; who finds no place is
answered at once, as if the time were up. PostgreSQL's notifications end a wait early; without them (the connection
that listens is lost) waiting goes on by asking now and then, so nothing depends on them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import BoundedSemaphore, Condition, Thread
from typing import TYPE_CHECKING, Any

import psycopg
import structlog

from engine.errors import TimedOut
from engine.processes import ActivatedJob, StartedInstance, channels
from engine.processes.jobs import ActivationFields
from engine.types import Actor, Json, SearchRequest

if TYPE_CHECKING:
    from engine.bootstrap import Engine

log = structlog.get_logger(__name__)

PLACES = 24
"""Requests of one process that may wait at a time; `amends serve` has more threads than that."""
_places = BoundedSemaphore(PLACES)
_PAUSE_HEARD = 2.0
"""Seconds between two looks while notifications arrive: a job may also become free without one (its lock runs out)."""
_PAUSE_DEAF = 0.2
_HEARD = (channels.JOBS, channels.INSTANCES)


class Bell:
    """Rings when a notification of `channels.JOBS` or `channels.INSTANCES` comes in.

    `address` is a libpq connection string. The connection is opened at the first wait.
    """

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._rung = Condition()
        self._count = 0
        self._hears = False
        self._listener: Thread | None = None

    @property
    def count(self) -> int:
        """How often it has rung: read it before looking, and a ring in between is not missed."""
        return self._count

    def wait(self, count: int, seconds: float) -> None:
        """Until it has rung more often than `count`, or a moment has passed; at most `seconds`."""
        self._listen()
        with self._rung:
            pause = _PAUSE_HEARD if self._hears else _PAUSE_DEAF
            self._rung.wait_for(lambda: self._count != count, min(pause, seconds))

    def _listen(self) -> None:
        with self._rung:
            if self._address is None or (self._listener is not None and self._listener.is_alive()):
                return
            self._listener = Thread(target=self._hear, args=(self._address,), name="bell", daemon=True)
            self._listener.start()

    def _hear(self, address: str) -> None:
        try:
            with psycopg.connect(address, autocommit=True, application_name="amends-bell") as connection:
                for channel in _HEARD:
                    connection.execute(f"LISTEN {channel}")
                self._ring(hears=True)
                for _ in connection.notifies():
                    self._ring(hears=True)
        except psycopg.Error as error:
            log.warning("notifications lost", kind=type(error).__name__)
        finally:
            self._ring(hears=False)

    def _ring(self, *, hears: bool) -> None:
        with self._rung:
            self._hears = hears
            self._count += 1
            self._rung.notify_all()


class Waiting:
    """Waits for the engine to have something, woken by `bell`."""

    def __init__(self, engine: Engine, bell: Bell) -> None:
        self._engine, self._bell = engine, bell

    def jobs(self, actor: Actor, wanted: ActivationFields, seconds: float) -> Sequence[ActivatedJob]:
        """Jobs for a worker: those that are there, or the first that comes within `seconds`; else none."""
        found: Sequence[ActivatedJob] = self._until(lambda: self._engine.jobs.activate(actor, **wanted), seconds)
        return found

    def end(
        self, actor: Actor, started: StartedInstance, *, names: Sequence[str] | None, seconds: float
    ) -> StartedInstance:
        """`started` with the variables that its instance ended with (those called `names`, or all).

        Raises `TimedOut` where it has not ended within `seconds`; it goes on all the same.
        """
        key = started.process_instance_key
        if not self._until(lambda: self._engine.instances.get(actor, key).state != "ACTIVE", seconds):
            raise TimedOut(f"Process instance {key} has not ended in time; it goes on.")
        return replace(started, variables=self._variables(actor, key, names))

    def _until(self, find: Callable[[], Any], seconds: float) -> Any:
        count = self._bell.count
        found = find()
        if found or seconds <= 0:
            return found
        until = time.monotonic() + seconds
        with _place() as got:
            while got and not found and (left := until - time.monotonic()) > 0:
                self._bell.wait(count, left)
                count = self._bell.count
                found = find()
        return found

    def _variables(self, actor: Actor, key: int, names: Sequence[str] | None) -> dict[str, Json]:
        wanted: dict[str, object] = {"process_instance_key": key, "scope_key": key}
        if names:
            wanted["name"] = {"$in": list(names)}
        page = self._engine.instances.search_variables(actor, SearchRequest(filter=wanted, limit=1_000))
        return {variable.name: variable.value for variable in page.items}


@contextmanager
def _place() -> Iterator[bool]:
    got = _places.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            _places.release()
