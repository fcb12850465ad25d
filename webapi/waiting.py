"""Waiting on behalf of a caller: for the end of an instance, for a first job.

A thread that waits serves nobody else, so only part of the threads may wait at a time; who finds no place is
answered at once, as if the time were up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from engine.errors import TimedOut
from engine.types import Actor, Json, SearchRequest

if TYPE_CHECKING:
    from engine.bootstrap import Engine

PLACES = 24
"""Requests of one process that may wait at a time; `amends serve` has more threads than that."""
_places = BoundedSemaphore(PLACES)
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """What a worker asks for. Times in seconds."""

    type: str
    worker: str
    lock_seconds: float
    most: int
    fetch_variables: Sequence[str] | None = None
    wait_seconds: float = 0.0


@contextmanager
def _place() -> Iterator[bool]:
    got = _places.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            _places.release()


def _until(find: Callable[[], Any], seconds: float) -> Any:
    """What `find` finds, asked again until it finds something or the time is up.

    The pauses grow, so that a long wait costs two short queries a second.
    """
    until = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    found = find()
    while not found and (left := until - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        found = find()
    return found


def activate_jobs(engine: Engine, actor: Actor, wanted: JobRequest) -> Sequence[Any]:
    """Jobs for a worker: those that are there, or the first that comes within `wait_seconds`; else none."""

    def take() -> Sequence[Any]:
        return engine.jobs.activate(
            actor,
            type=wanted.type,
            worker=wanted.worker,
            timeout=wanted.lock_seconds,
            max_jobs=wanted.most,
            fetch_variables=wanted.fetch_variables,
        )

    if wanted.wait_seconds <= 0:
        return take()
    with _place() as got:
        found: Sequence[Any] = _until(take, wanted.wait_seconds if got else 0)
    return found


def wait_for_end(engine: Engine, actor: Actor, started: Any, *, names: Sequence[str] | None, seconds: float) -> Any:
    """`started` with the variables that its instance ended with (those called `names`, or all).

    Raises `TimedOut` where it has not ended within `seconds`; it goes on all the same.
    """
    key = started.process_instance_key

    def ended() -> bool:
        return bool(engine.instances.get(actor, key).state != "ACTIVE")

    with _place() as got:
        if not _until(ended, seconds if got else 0):
            raise TimedOut(f"Process instance {key} has not ended in time; it goes on.")
    return replace(started, variables=_variables(engine, actor, key, names))


def _variables(engine: Engine, actor: Actor, key: int, names: Sequence[str] | None) -> dict[str, Json]:
    wanted: dict[str, object] = {"process_instance_key": key, "scope_key": key}
    if names:
        wanted["name"] = {"$in": list(names)}
    page = engine.instances.search_variables(actor, SearchRequest(filter=wanted, limit=1_000))
    return {variable.name: variable.value for variable in page.items}
