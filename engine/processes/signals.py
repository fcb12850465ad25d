"""Signals: one throw, every instance that waits for the name, and a new one of each process that it starts.

Each receiver moves in a transaction of its own, so no command holds more than its own instance. The list of receivers
stands in a detached job that shrinks as they are reached: a crash in the middle neither loses nor repeats one. The
first of them are reached right after the thrower's commit, so that whoever made it throw finds them moved.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.errors import Conflict, NotFound
from engine.permissions import Permission, require
from engine.processes.channels import JOBS
from engine.processes.idempotency import idempotent, repeatable
from engine.processes.opened import Opened, Step, Trigger
from engine.records import About, Action, audit
from engine.store.job import Job
from engine.store.message import SignalSubscription
from engine.store.start import StartSubscription
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Actor, Json, Key

if TYPE_CHECKING:
    from engine.processes.advance import Advance
    from engine.processes.projection import Projection
    from engine.processes.starts import Starts

_LOG = logging.getLogger(__name__)

JOB_TYPE = "amends:signal"
"""Type of the jobs that carry signals to their receivers; handled by the built-in worker."""


_AT = "@"
"""Stands in a receiver that is a start event: behind the key of the version, before its id."""
AT_ONCE = 50
"""Receivers that are reached before the thrower's command returns; the worker reaches the others."""


def broadcast_later(uow: UnitOfWork, opened: Opened, what: Projection, deliver: Callable[[Key], None]) -> None:
    """Signals that an instance threw go to all others; the instance itself has caught them already.

    `deliver` is told of each once the thrower's command is committed.
    """
    for signal in what.thrown_signals:
        key = enqueue(uow, signal.name, signal.variables, opened.key)
        if key is not None:
            uow.after_commit(partial(deliver, key))


def enqueue(uow: UnitOfWork, name: str, variables: Mapping[str, Json], origin: Key | None = None) -> Key | None:
    """Write down who has to hear of a signal; gives the key of the job, None where nobody waits."""
    waiting = select(SignalSubscription.instance_key).where(SignalSubscription.name == name).distinct()
    receivers = [str(key) for key in sorted(uow.session.scalars(waiting)) if key != origin]
    starting = select(StartSubscription.definition_key, StartSubscription.element_id)
    starting = starting.where(StartSubscription.kind == "signal", StartSubscription.name == name)
    receivers += [f"{row.definition_key}{_AT}{row.element_id}" for row in uow.session.execute(starting).all()]
    if not receivers:
        return None
    key = uow.new_key()
    uow.session.add(
        Job(
            key=key,
            job_type=JOB_TYPE,
            state="CREATED",
            retries=3,
            available_at=uow.now(),
            headers={},
            variables={"name": name, "variables": dict(variables), "receivers": receivers},
            created_at=uow.now(),
        )
    )
    uow.notify(JOBS, JOB_TYPE)
    return key


class _Thread(threading.local):
    """What a thread has still to deliver; `busy`: it is about it, and what is thrown meanwhile waits its turn."""

    def __init__(self) -> None:
        self.busy = False
        self.todo: deque[Key] = deque()


class SignalService:
    """Broadcasts signals."""

    def __init__(self, units: UnitsOfWork, advance: Advance, starts: Starts) -> None:
        self._units, self._advance, self._starts = units, advance, starts
        self._thread = _Thread()
        advance.deliver = self.deliver_soon

    def broadcast(
        self, actor: Actor, name: str, variables: Mapping[str, Json] | None = None, idempotency: str | None = None
    ) -> Key:
        """Throw a signal from outside; gives its key. Needs `message:publish`. Receivers move before it returns.

        `idempotency` is the client's key for a safe repeat.
        """
        require(actor, Permission.MESSAGE_PUBLISH)
        command = repeatable("broadcast-signal", idempotency, name, variables or {})
        jobs: list[Key] = []

        def throw() -> Mapping[str, Json]:
            key = enqueue(uow, name, variables or {})
            jobs.extend([] if key is None else [key])
            audit(uow, actor, Action.SIGNAL_BROADCAST, About(subject=name))
            return {"signalKey": str(key or uow.new_key())}

        with self._units() as uow:
            thrown = idempotent(uow, actor, command, throw)
        for key in jobs:
            self.deliver(key)
        return int(str(thrown["signalKey"]))

    def deliver(self, job_key: Key) -> None:
        """Reach the receivers of a signal that have not been reached yet."""
        while self._deliver_one(job_key):
            pass

    def deliver_soon(self, job_key: Key) -> None:
        """Reach the first receivers of a signal now, and those of the signals that they throw in turn; never raises.

        What is left after `AT_ONCE` receivers, or fails, is the worker's: the job is there.
        """
        self._thread.todo.append(job_key)
        if self._thread.busy:
            return
        self._thread.busy, left = True, AT_ONCE
        try:
            while self._thread.todo and left:
                left -= 1
                if not self._deliver_one(self._thread.todo[0]):
                    self._thread.todo.popleft()
        except Exception:  # noqa: BLE001  # the throw is committed, and the job is there for the worker
            _LOG.warning("a signal is left to the worker", exc_info=True)
        finally:
            self._thread.busy = False
            self._thread.todo.clear()

    def _deliver_one(self, job_key: Key) -> bool:
        with self._units() as uow:
            left = self._left(uow, job_key)
            if left and _AT not in left[0]:
                self._advance.lock(uow, [int(left[0])])
            job = uow.session.get(Job, job_key, with_for_update=True)
            if job is None or job.state != "CREATED":
                return False
            now_left = job.variables["receivers"]
            if not now_left:
                job.state, job.ended_at = "COMPLETED", uow.now()
            elif now_left[:1] == left[:1]:  # otherwise another worker was faster
                self._signal(uow, left[0], job.variables)
                job.variables = {**job.variables, "receivers": now_left[1:]}
            return bool(now_left)

    def _left(self, uow: UnitOfWork, job_key: Key) -> list[str]:
        payload = uow.session.scalar(select(Job.variables).where(Job.key == job_key))
        return list(payload["receivers"]) if payload else []

    def _signal(self, uow: UnitOfWork, receiver: str, payload: Mapping[str, Any]) -> None:
        name, variables = payload["name"], payload["variables"]
        key, starts, element_id = receiver.partition(_AT)
        if starts:
            by = Trigger(definition_key=int(key), element_id=element_id, kind="signal", variables=variables)
            self._starts.begin(uow, SYSTEM, by)
            return
        with suppress(Conflict, NotFound):  # an instance that has ended meanwhile hears nothing
            self._advance.run(uow, SYSTEM, int(key), Step(command=lambda instance: instance.signal(name, variables)))
