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
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from engine.errors import TimedOut
from engine.processes import ActivatedJob, StartedInstance
from engine.processes.jobs import ActivationFields
from engine.types import Actor, Json, SearchRequest
from webapi.bell import Bell

if TYPE_CHECKING:
    from engine.bootstrap import Engine

PLACES = 24
"""Requests of one process that may wait at a time; `amends serve` has more threads than that."""
_places = BoundedSemaphore(PLACES)


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
