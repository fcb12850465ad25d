"""Doing built-in jobs: the same calls that an outside worker makes, from threads of this process.

A handler does its work outside of any transaction of ours and must bear a repeat: a worker that dies keeps its locks
until they run out, then the job is given to the next one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from engine.bootstrap import Engine, Handler
from engine.bpmn import BpmnError
from engine.errors import AlreadyCompleted, AmendsError, Unavailable
from engine.processes import ActivatedJob
from engine.types import SYSTEM, Key

_LOG = logging.getLogger(__name__)
LOCK_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""Between two looks at the queue at most; a notice comes sooner."""
BATCH = 20
TELL_SECONDS = 0.25
"""A job that is done is told after this, or at the end of its batch."""
FIRST_BACK_OFF = 10.0
"""Seconds before the second try; doubled with each further one."""


class _Done:
    """Detached jobs of a batch that are done and not told yet: told together, that costs a fraction of one by one."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._keys, self._since = engine, list[Key](), 0.0

    def add(self, key: Key) -> None:
        """A job is done."""
        if not self._keys:
            self._since = time.monotonic()
        self._keys.append(key)

    def is_old(self) -> bool:
        """Whether the first has waited long: what is not told is done again after a crash."""
        return bool(self._keys) and time.monotonic() - self._since > TELL_SECONDS

    def tell(self) -> None:
        """Complete them."""
        keys, self._keys = self._keys, []
        if keys:
            self._engine.jobs.complete_detached(SYSTEM, keys)


class JobRunner:
    """Threads that take jobs of the types in `handlers` (`engine.handlers` where none are given) and do them.

    `lock` is how many seconds a job is kept from others. A job is begun only while most of that time is left.
    """

    def __init__(
        self,
        engine: Engine,
        threads: int,
        *,
        handlers: Mapping[str, Handler] | None = None,
        lock: float = LOCK_SECONDS,
    ) -> None:
        self._engine, self._lock = engine, lock
        self._handlers = engine.handlers if handlers is None else handlers
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._wanted, self._stopping = threading.Condition(), False
        self._rings = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"amends-jobs-{i}", daemon=True) for i in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        if self._handlers:
            for thread in self._threads:
                thread.start()

    def ask_to_stop(self) -> None:
        """Begin no further job; those that were taken and not begun are given back."""
        with self._wanted:
            self._stopping = True
            self._wanted.notify_all()

    def join(self, until: float) -> bool:
        """Wait for the jobs at hand, to the instant `until` of the monotonic clock; whether all are done."""
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def wake(self, job_type: str | None = None) -> None:
        """There is a job of this type, or perhaps of any."""
        if job_type is None or job_type in self._handlers:
            with self._wanted:
                self._rings += 1
                self._wanted.notify()

    def _run(self) -> None:
        while not self._stopping:
            rings = self._rings
            try:
                done = self.work()
            except Unavailable as error:
                _LOG.warning("the queue of jobs cannot be read: %s", error.message)
                done = 0
            except Exception:  # noqa: BLE001 - a worker outlives a database that is away for a while
                _LOG.exception("the queue of jobs cannot be read")
                done = 0
            with self._wanted:
                # Less than a batch means that no more was waiting; what has come since has rung.
                if done < BATCH and not self._stopping and rings == self._rings:
                    self._wanted.wait(LOOK_SECONDS)

    def work(self) -> int:
        """One batch of each type; gives how many jobs were done, well or badly."""
        began = time.monotonic()
        jobs = self._engine.jobs.activate_any(
            SYSTEM, tuple(self._handlers), worker=self._name, timeout=self._lock, max_jobs=BATCH
        )
        done = _Done(self._engine)
        for number, job in enumerate(jobs):
            if self._stopping or self._is_late(job, began):
                self._settle(done.tell)
                self._give_back(jobs[number:])
                return number
            self._do(job, self._handlers[job.type], done)
        self._settle(done.tell)
        return len(jobs)

    def _is_late(self, job: ActivatedJob, began: float) -> bool:
        """Whether little is left of the lock: by our count, and by the clock, which counts sleep too."""
        left = (job.deadline - self._engine.clock.now()).total_seconds()
        return min(left, self._lock - (time.monotonic() - began)) < self._lock / 2

    def _do(self, job: ActivatedJob, handler: Handler, done: _Done) -> None:
        try:
            result = handler(job)
            if job.process_instance_key is None:
                done.add(job.job_key)
            else:
                self._engine.jobs.complete(SYSTEM, job.job_key, result)
        except AlreadyCompleted:
            _LOG.info("job was done by somebody else", extra={"job": job.job_key})
        except BpmnError as error:
            self._settle(partial(self._throw, job, error))
        except Unavailable:
            _LOG.warning("job is done, which could not be told", extra={"job": job.job_key, "type": job.type})
        except Exception as error:  # noqa: BLE001 - a handler may fail in any way; the job tells and is tried again
            _LOG.warning("job failed", extra={"job": job.job_key, "type": job.type}, exc_info=True)
            self._settle(partial(self._fail, job, error))
        if done.is_old():
            self._settle(done.tell)

    def _throw(self, job: ActivatedJob, error: BpmnError) -> None:
        self._engine.jobs.throw_error(SYSTEM, job.job_key, error.error_code, error.message, error.variables)

    def _fail(self, job: ActivatedJob, error: Exception) -> None:
        if job.deadline <= self._engine.clock.now():
            return  # it is somebody else's by now
        # An unforeseen error may quote an address or a letter, so only its kind is kept.
        message = error.message if isinstance(error, AmendsError) else type(error).__name__
        back_off = min(FIRST_BACK_OFF * 2 ** max(0, 3 - job.retries), 3_600.0)
        retries = job.retries - 1
        self._engine.jobs.fail(SYSTEM, job.job_key, retries=retries, error_message=message, retry_back_off=back_off)

    def _settle(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Unavailable as error:
            _LOG.warning("the outcome of a job could not be told: %s", error.message)
        except Exception:  # noqa: BLE001 - the lock runs out, and the job comes again
            _LOG.exception("the outcome of a job could not be told")

    def _give_back(self, jobs: tuple[ActivatedJob, ...]) -> None:
        self._settle(partial(self._engine.jobs.give_back, SYSTEM, jobs))
