"""The storm: processes of the service under load, killed, cut off and started again; PostgreSQL crashes once."""

from __future__ import annotations

import logging
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.records import NewPerson
from engine.settings import Settings
from engine.store.connection import connect, normalise, sessions
from engine.store.migrations import upgrade
from engine.types import SYSTEM
from tests.faults.checker import Line, check
from tests.faults.client import Client, Journal
from tests.faults.cluster import MailServer, Process, wait_for_ready
from tests.faults.diagrams import TIMERS, load
from tests.faults.postgres import Postgres, free_port
from webapi.runtime import library_resources

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How hard it blows. `timers` are due in the run, each within `horizon` seconds of its start."""

    timers: int = 300
    clients: int = 8
    servers: int = 3
    workers: int = 3
    horizon: float = 15.0
    every: float = 2.5
    """Seconds between two faults, about."""
    pause: float = 0.0
    """Seconds between two turns of a client."""
    patience: float = 120.0
    """Seconds in which everything has to be settled after the last call."""
    seed: int = 1


@dataclass(kw_only=True)
class Faults:
    """What was done to them."""

    kills: int = 0
    cuts: int = 0
    crashes: int = 0


@dataclass(kw_only=True)
class Report:
    """How it went."""

    lines: list[Line]
    faults: Faults
    journal: Journal
    seconds: float
    mails: int
    deliveries: int
    lateness: tuple[float, float] = (0.0, 0.0)
    logs: list[str] = field(default_factory=list)


class Storm:
    """One run of a plan. `run` gives the report; whatever happens, everything that was started is ended."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._random, self.faults = plan, random.Random(plan.seed), Faults()
        self._folder = Path(tempfile.mkdtemp(prefix="amends-faults-"))
        self._postgres, self._mail = Postgres(), MailServer()
        self._servers: list[Process] = []
        self._workers: list[Process] = []
        self._addresses: list[str] = []

    def run(self) -> Report:
        """Let it blow, wait until all is settled, and check."""
        began = time.monotonic()
        with self._up() as token:
            clients = self._clients(token)
            self._blow(clients)
            journal = Journal()
            for client in clients:
                journal.add(client.journal)
                assert not client.error, client.error
            self._settle(token)
            with create_engine(normalise(self._postgres.url()), poolclass=NullPool).connect() as connection:
                lines = check(connection, journal, self._mail.received)
            lateness = self._lateness()
            for process in self._processes:
                process.end()
        mails = self._mail.received
        return Report(
            lines=lines,
            faults=self.faults,
            journal=journal,
            seconds=time.monotonic() - began,
            mails=len(mails),
            deliveries=mails.total(),
            lateness=lateness,
        )

    @property
    def _processes(self) -> list[Process]:
        return [*self._servers, *self._workers]

    @contextmanager
    def _up(self) -> Iterator[str]:
        """Everything is there; gives a token for the clients."""
        try:
            self._postgres.make()
            self._postgres.start()
            environment = {
                "AMENDS_DATABASE_URL": self._postgres.url(),
                "AMENDS_DATA": str(self._folder),
                "AMENDS_SMTP_URL": self._mail.url,
                "AMENDS_RATE_LIMITS": "off",
                "AMENDS_LOG_LEVEL": "warning",
            }
            token = furnish(self._postgres.url(), environment)
            self._start(environment)
            yield token
        except BaseException:
            for process in self._processes:
                print(process.tell())  # noqa: T201 - what a failed run leaves
            raise
        finally:
            for process in self._processes:
                process.kill()
            self._mail.stop()
            self._postgres.remove()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, environment: dict[str, str]) -> None:
        for number in range(self._plan.servers):
            port = free_port()
            arguments = ("serve", "--no-worker", "--port", str(port))
            self._servers.append(Process(f"serve{number}", arguments, environment, self._folder))
            self._addresses.append(f"http://127.0.0.1:{port}")
        for number in range(self._plan.workers):
            self._workers.append(Process(f"worker{number}", ("worker", "--lock", "8"), environment, self._folder))
        for process in self._processes:
            process.start()
        wait_for_ready(self._addresses, self._processes)

    def _clients(self, token: str) -> list[Client]:
        plan = self._plan
        share = -(-plan.timers // TIMERS // plan.clients)
        return [
            Client(number, self._addresses, token, share=share, horizon=plan.horizon, pause=plan.pause)
            for number in range(plan.clients)
        ]

    def _blow(self, clients: Sequence[Client]) -> None:
        """Faults for as long as the clients are at work, one at least of each kind."""
        for client in clients:
            client.start()
        turn = 0
        while any(client.is_alive() for client in clients) or turn < 4:
            pause = self._plan.every * self._random.uniform(0.6, 1.4)
            clients[turn % len(clients)].join(pause / 2)
            time.sleep(pause / 2)
            self._fault(turn)
            for process in self._processes:
                process.revive()
            turn += 1
            if turn % 10 == 0:
                done = sum(len(client.journal.instances) for client in clients)
                _LOG.info("%d faults, %d instances started", turn, done)
        for client in clients:
            client.join()

    def _fault(self, turn: int) -> None:
        if turn == 2:
            self._postgres.stop("immediate")
            self._postgres.start()
            self.faults.crashes += 1
        elif turn % 3 == 1:
            self._cut()
        else:
            victim = self._random.choice(self._servers if turn % 2 else self._workers)
            victim.kill()
            victim.start()
            self.faults.kills += 1

    def _cut(self) -> None:
        """End some of the connections, at whatever they are doing."""
        with psycopg.connect(self._postgres.url(), autocommit=True) as connection:
            found = connection.execute(_BACKENDS).fetchall()
            for (pid,) in self._random.sample(found, k=(len(found) + 1) // 2):
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
                self.faults.cuts += 1

    def _settle(self, token: str) -> None:
        """Until no timer of the load is armed and no job waits; jobs for outside workers are done meanwhile."""
        wait_for_ready(self._addresses)
        until = time.monotonic() + self._plan.patience
        left: Any = None
        with closing(Client(99, self._addresses, token, share=0, horizon=1.0)) as helper:
            while time.monotonic() < until:
                helper.work()
                with psycopg.connect(self._postgres.url()) as connection:
                    left = connection.execute(_LEFT).fetchone()
                if left == (0, 0):
                    return
                time.sleep(0.3)
        raise AssertionError(f"timers and jobs left: {left}; " + "".join(p.log[-2_000:] for p in self._workers))

    def _lateness(self) -> tuple[float, float]:
        """Median and 99th percentile, in seconds, of the time between due and fired."""
        with psycopg.connect(self._postgres.url()) as connection:
            found = connection.execute(_LATENESS).fetchone()
        assert found is not None
        return float(found[0]), float(found[1])


def furnish(url: str, environment: dict[str, str]) -> str:
    """Tables, the diagrams of the load and the process library, and a person; gives the person's token."""
    upgrade(url)
    database = connect(url)
    engine = make_engine(Settings.from_environment(environment), sessions(database), SystemClock())
    engine.deployments.deploy(SYSTEM, load())
    engine.deployments.deploy(SYSTEM, library_resources())
    engine.people.create(SYSTEM, NewPerson(username="rig", name="Rig", password=None, groups=_GROUPS))
    token = engine.people.create_token(SYSTEM, "rig", "faults")
    database.dispose()
    return token


_GROUPS = ("administrators", "case-handlers")
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'amends%' AND pid <> pg_backend_pid()"
_LEFT = """
    SELECT (SELECT count(*) FROM timer WHERE process_id = 'timed'), (SELECT count(*) FROM job WHERE state = 'CREATED')
"""
_LATENESS = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late), percentile_cont(0.99) WITHIN GROUP (ORDER BY late)
      FROM (SELECT extract(epoch FROM at - (details ->> 'due')::timestamptz) AS late
              FROM audit_entry WHERE action = 'timer.fired') AS x
"""
