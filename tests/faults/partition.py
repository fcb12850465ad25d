"""Two workers on two machines around one PostgreSQL; one of them is cut off in the middle of a job."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from engine.bootstrap import Engine, make_engine
from engine.clock import SystemClock
from engine.complaints import PartyData, Receipt
from engine.settings import Settings
from engine.store.connection import connect, sessions
from engine.store.migrations import upgrade
from engine.types import SYSTEM
from tests.faults.cluster import MailServer, Process
from tests.faults.crowd import due_later
from tests.faults.network import Machine, listen_in, machines, within
from tests.faults.postgres import Postgres
from webapi.runtime import library_resources

PATIENCE = 90.0
LOCK = "6"
LETTERS, TIMERS = 6, 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it went: mails by what the receiving server counted, jobs and timers by the tables."""

    letters: int
    different: int
    deliveries: int
    from_cut_off: int
    jobs_done: int
    told_twice: int
    timers_fired: int
    fired_twice: int
    gave_up: bool | None = None
    """Whether the one that was cut off noticed it by itself; None where nobody waited for it."""
    came_back: bool | None = None


class Partition:
    """One run. With `whole` the cut-off worker is waited for: it gives up, is linked again, and works."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._folder = Path(tempfile.mkdtemp(prefix="amends-network-"))

    def run(self) -> Outcome:
        """Cut one off, and see. PostgreSQL and the mail server stand at the hub."""
        with machines(2) as (hub, (left, right)):
            self._postgres, self._mail = Postgres(addresses="*", within=within(hub)), MailServer(listen_in(hub))
            try:
                self._postgres.make()
                self._postgres.start()
                with self._engine() as engine:
                    return self._between(engine, (left, right))
            finally:
                self._mail.stop()
                self._postgres.remove()
                shutil.rmtree(self._folder, ignore_errors=True)

    def _between(self, engine: Engine, at: tuple[Machine, Machine]) -> Outcome:
        engine.deployments.deploy(SYSTEM, library_resources())
        workers = [self._worker(machine) for machine in at]
        try:
            return self._play(engine, at, workers)
        finally:
            for worker in workers:
                worker.kill()

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        url = self._postgres.socket_url
        upgrade(url)
        pool, settings = connect(url), Settings(data=self._folder, database_url=url)
        try:
            yield make_engine(settings, sessions(pool), SystemClock())
        finally:
            pool.dispose()

    def _worker(self, machine: Machine) -> Process:
        environment = {
            "AMENDS_DATABASE_URL": self._postgres.url(machine.gateway),
            "AMENDS_DATA": str(self._folder),
            "AMENDS_SMTP_URL": f"smtp://{machine.gateway}:{self._mail.port}",
            "AMENDS_LOG_LEVEL": "warning",
        }
        arguments = ("worker", "--lock", LOCK, "--threads", "1")
        return Process(machine.name, arguments, environment, self._folder).within(*machine.prefix)

    def _play(self, engine: Engine, at: tuple[Machine, Machine], workers: list[Process]) -> Outcome:
        (left, _), (cut_off, other) = at, workers
        for worker in workers:
            worker.start()
            worker.wait_for("at work")
            if worker is cut_off:
                self._mail.hold_from = left.address
                keys = due_later(engine, TIMERS, lambda number: timedelta(seconds=2 + number / 2))
                for number in range(LETTERS):
                    _complain(engine, number)
                assert self._mail.holding.wait(PATIENCE), cut_off.log
                left.cut()
                self._mail.hold_from = None
        _until(lambda: self._settled(engine))
        gave_up = came_back = None
        if self._whole:
            _until(lambda: "cannot be reached" in cut_off.log or "interrupted" in cut_off.log)
            gave_up = True
            other.end()
            left.join()
            before = self._mail.senders[left.address]
            _complain(engine, LETTERS)
            _until(lambda: self._settled(engine))
            came_back = self._mail.senders[left.address] > before
        return self._outcome(engine, left, len(keys), gave_up=gave_up, came_back=came_back)

    def _settled(self, engine: Engine) -> bool:
        with engine.units() as uow:
            return uow.session.scalar(text(_OPEN)) == 0

    def _outcome(
        self, engine: Engine, left: Machine, timers: int, *, gave_up: bool | None, came_back: bool | None
    ) -> Outcome:
        with engine.units() as uow:
            done, told_twice = uow.session.execute(text(_TOLD), {"action": "job.completed"}).one()
            fired, fired_twice = uow.session.execute(text(_TOLD), {"action": "timer.fired"}).one()
        assert fired == timers
        mails = self._mail.received
        return Outcome(
            letters=LETTERS + bool(came_back),
            different=len(mails),
            deliveries=mails.total(),
            from_cut_off=self._mail.senders[left.address],
            jobs_done=done,
            told_twice=told_twice,
            timers_fired=fired,
            fired_twice=fired_twice,
            gave_up=gave_up,
            came_back=came_back,
        )


def _complain(engine: Engine, number: int) -> None:
    ada = PartyData(name="Ada Example", email=f"ada{number}@example.org")
    engine.complaints.receive(SYSTEM, Receipt(description=f"complaint {number}", channel="phone", complainant=ada))


def _until(holds: Callable[[], bool]) -> None:
    until, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.2)


_OPEN = """
    SELECT (SELECT count(*) FROM timer WHERE process_id = 'reminded')
         + (SELECT count(*) FROM job WHERE state = 'CREATED')
"""
_TOLD = """
    SELECT count(*), count(*) FILTER (WHERE n > 1) FROM (
        SELECT instance_key, subject, count(*) AS n FROM audit_entry WHERE action = :action GROUP BY 1, 2) AS x
"""
