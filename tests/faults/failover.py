"""A replica takes over while servers and workers run: the address names both, and nothing that was answered is lost."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from engine.store.connection import normalise
from tests.faults.checker import Line, check
from tests.faults.client import Client, Journal
from tests.faults.cluster import MailServer, Process, wait_for_ready
from tests.faults.postgres import Postgres, free_port
from tests.faults.storm import furnish

PATIENCE = 240.0


class FailOver:
    """One run: a primary with a synchronous replica, two servers, two workers; the primary dies in the middle."""

    def __init__(self, share: int = 10) -> None:
        self._share = share
        self._folder = Path(tempfile.mkdtemp(prefix="amends-failover-"))
        self._primary, self._replica, self._mail = Postgres(), Postgres(), MailServer()
        self._processes: list[Process] = []

    def run(self) -> list[Line]:
        """Let it fail over; gives what was checked, by the tables of the replica."""
        try:
            return self._run()
        finally:
            for process in self._processes:
                process.kill()
            self._mail.stop()
            for server in (self._primary, self._replica):
                server.remove()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self) -> list[Line]:
        environment = self._servers()
        token = furnish(self._primary.url(), environment)
        addresses = self._start(environment)
        clients = [Client(number, addresses, token, share=self._share, horizon=20) for number in range(4)]
        for client in clients:
            client.start()
        _until(lambda: sum(len(client.journal.instances) for client in clients) > self._share)
        self._primary.stop("immediate")  # never to come back
        self._replica.promote()
        journal = Journal()
        for client in clients:
            client.join()
            assert not client.error, client.error
            journal.add(client.journal)
        with closing(Client(99, addresses, token, share=0, horizon=1)) as helper:
            _until(lambda: not helper.work() and self._left() == (0, 0))
        with create_engine(normalise(self._replica.url()), poolclass=NullPool).connect() as connection:
            return check(connection, journal, self._mail.received)

    def _servers(self) -> dict[str, str]:
        self._primary.make()
        self._primary.start()
        self._replica.follow(self._primary)
        self._replica.start()
        with psycopg.connect(self._primary.url(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'replica'")
            connection.execute("SELECT pg_reload_conf()")
        both = f"127.0.0.1:{self._primary.port},127.0.0.1:{self._replica.port}"
        return {
            "AMENDS_DATABASE_URL": f"postgresql://postgres@{both}/postgres?target_session_attrs=read-write",
            "AMENDS_DATA": str(self._folder),
            "AMENDS_SMTP_URL": self._mail.url,
            "AMENDS_RATE_LIMITS": "off",
            "AMENDS_LOG_LEVEL": "warning",
        }

    def _start(self, environment: dict[str, str]) -> list[str]:
        ports = [free_port() for _ in range(2)]
        for port in ports:
            arguments = ("serve", "--no-worker", "--port", str(port))
            self._processes.append(Process(f"serve-{port}", arguments, environment, self._folder))
        for number in range(2):
            self._processes.append(Process(f"worker{number}", ("worker", "--lock", "8"), environment, self._folder))
        for process in self._processes:
            process.start()
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        wait_for_ready(addresses, self._processes)
        return addresses

    def _left(self) -> tuple[int, int]:
        with psycopg.connect(self._replica.url()) as connection:
            found = connection.execute(_LEFT).fetchone()
        assert found is not None
        return int(found[0]), int(found[1])


def _until(holds: object) -> None:
    assert callable(holds)
    until, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.2)


_LEFT = """
    SELECT (SELECT count(*) FROM timer WHERE process_id = 'timed'), (SELECT count(*) FROM job WHERE state = 'CREATED')
"""
