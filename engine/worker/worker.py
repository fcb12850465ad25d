"""One worker: a scheduler that wakes the sweep, a listener that moves the next waking, and threads that do jobs."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.bootstrap import Engine
from engine.clock import SystemClock
from engine.errors import Unavailable
from engine.processes import channels
from engine.worker.hearing import Ear
from engine.worker.jobs import LOCK_SECONDS, JobRunner

_LOG = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each turn that a long sweep has overrun
POLL = timedelta(seconds=5)
"""Between two sweeps at most: whatever notice is lost, nothing waits longer."""
MATCH_EVERY = 6
"""Sweeps between two looks for messages and waits that have missed each other."""
TIDY_EVERY = 720
"""Sweeps between two rounds of housekeeping: about an hour."""
GRACE = 20.0
"""Seconds that stopping waits for what is being done."""
_SWEEP = "sweep"
_MACHINE = SystemClock()
"""The scheduler runs by the real time, whatever the clock of the engine says."""
_BREATH = timedelta(milliseconds=20)


@dataclass(frozen=True, kw_only=True)
class Duties:
    """What a worker does: timers (and what is done now and then), built-in jobs of all types or of some.

    A job is locked for `lock` seconds: the time that its handler has before somebody else is given the job.
    """

    timers: bool = True
    jobs: bool = True
    of_types: frozenset[str] | None = None
    threads: int = 2
    lock: float = LOCK_SECONDS

    @property
    def roles(self) -> tuple[str, ...]:
        """As the table of running processes names them."""
        jobs = ["jobs"] if self.of_types is None else [f"jobs:{name}" for name in sorted(self.of_types)]
        return (*(["timers"] if self.timers else []), *(jobs if self.jobs else []))


class Worker(AbstractContextManager["Worker"]):
    """Runs from `start` to `stop`. `url` is the database's address, for the connection that listens."""

    def __init__(self, engine: Engine, url: str, duties: Duties | None = None) -> None:
        self._engine, self._duties = engine, duties or Duties()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._ear = Ear(url, self._heard)
        handlers, only = engine.handlers, self._duties.of_types
        kept = {name: do for name, do in handlers.items() if self._duties.jobs and (only is None or name in only)}
        self._jobs = JobRunner(engine, self._duties.threads, handlers=kept, lock=self._duties.lock)
        self._pulse = threading.Thread(target=self._beat, name="amends-pulse", daemon=True)
        self._sweeps = 0
        self._recomputed = False
        self._lock, self._running, self._sweeping = threading.Lock(), False, False
        self._stopping = threading.Event()
        self._next: datetime | None = None
        """When to sweep again, as far as it was asked for during a sweep."""

    def start(self) -> None:
        """Begin; raises `SchemaOutdated` on a database that this release cannot work with."""
        self._engine.check()
        self._engine.clocks.follow()
        self._running = True
        self._jobs.start()
        if self._duties.timers:
            self._scheduler.add_job(self._sweep, "interval", seconds=POLL.total_seconds(), id=_SWEEP)
            self._scheduler.start()
            self._pulse.start()
        self._ear.start()
        self._wake()

    def stop(self, grace: float = GRACE) -> bool:
        """Finish what is being done and stop; what was not begun is left to the next worker.

        Waits at most `grace` seconds and says whether all was finished. A job that was not is given to somebody else
        when its lock runs out; a transaction that was not is rolled back by the end of the process.
        """
        until = time.monotonic() + grace
        with self._lock:
            self._running = False
        self._stopping.set()
        self._jobs.ask_to_stop()
        self._ear.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        done = self._jobs.join(until)
        while self._sweeping and time.monotonic() < until:
            time.sleep(0.02)
        return done and not self._sweeping

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _heard(self, channel: str, payload: str) -> None:
        if channel == channels.JOBS:
            self._jobs.wake(payload or None)
        elif channel == channels.TIMERS:
            self._wake(datetime.fromisoformat(payload))
        elif channel == channels.CLOCK:
            self._engine.clocks.follow()
            self._wake()
            self._jobs.wake()

    def _beat(self) -> None:
        """A clock of the machine that was set back would leave the scheduler asleep for as long: count by ourselves."""
        while not self._stopping.wait(POLL.total_seconds()):
            self._wake()

    def _wake(self, due: datetime | None = None) -> None:
        """Sweep at `due` by the engine's clock, or now; while a sweep runs, after it."""
        pause = timedelta(0) if due is None else max(due - self._engine.clock.now(), timedelta(0))
        if pause > POLL:
            return
        at = _MACHINE.now() + pause
        with self._lock:
            if self._sweeping:
                self._next = at if self._next is None else min(self._next, at)
            else:
                self._schedule(at)

    def _schedule(self, at: datetime) -> None:
        job = self._scheduler.get_job(_SWEEP) if self._running and self._duties.timers else None
        if job is not None and (job.next_run_time is None or job.next_run_time > at):
            job.modify(next_run_time=at)

    def _sweep(self) -> None:
        """Fire what is due; whatever goes wrong, the next sweep comes."""
        with self._lock:
            if not self._running:
                return
            self._sweeping = True
        try:
            self._round()
        except Unavailable as error:
            _LOG.warning("sweep interrupted: %s", error.message)
        except Exception:  # noqa: BLE001 - a sweep that fails must not end the sweeping
            _LOG.exception("sweep failed")
        finally:
            with self._lock:
                self._sweeping, at, self._next = False, self._next, None
                if at is not None:
                    # The scheduler counts this run until it has returned, and skips one that comes too early.
                    self._schedule(max(at, _MACHINE.now() + _BREATH))

    def _round(self) -> None:
        if not self._recomputed:  # before anything fires: calendars are read when a process starts
            moved = self._engine.complaints.recompute_deadlines()
            self._recomputed = True
            if moved:
                _LOG.info("a calendar has changed: dates moved", extra={"cases": moved})
        if self._sweeps % MATCH_EVERY == 0:  # before anything fires
            self._engine.starts.arm_missing()
        fired = self._engine.timers.fire_due(stop=self._stopping.is_set)
        if fired:
            _LOG.info("timers fired", extra={"instances": fired})
        self._sweeps += 1
        if self._sweeps % MATCH_EVERY == 1:
            self._engine.messages.match_kept()
        if self._sweeps % TIDY_EVERY == 0:
            self._engine.housekeeping.tidy()
        due = self._engine.timers.next_due()
        if due is not None:
            self._wake(due)
