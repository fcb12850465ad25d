"""An engine over the installation's own database: what `serve`, the worker and the tools stand on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from engine.bootstrap import Engine, make_engine
from engine.clock import Clock, SettableClock, SystemClock
from engine.identity import new_password
from engine.processes import Resource, is_tests
from engine.settings import Settings, library
from engine.store import embedded
from engine.store.migrations import Upgraded, upgrade
from engine.types import SYSTEM, SearchRequest
from engine.worker import Duties, Presence, Worker
from webapi.release import release
from webapi.sessions import Sessions

SUFFIXES = (".bpmn", ".dmn", ".form")


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The engine of this process, the sessions that it uses, and where the database is."""

    settings: Settings
    url: str
    sessions: Sessions
    engine: Engine

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, *, pool_size: int | None = None) -> Iterator[Runtime]:
        """Start the embedded PostgreSQL where no other is set, and make an engine over it; close both at the end."""
        url = settings.database_url or embedded.start(settings.data)
        sessions = Sessions(url, pool_size=pool_size or settings.pool_size)
        try:
            yield cls(
                settings=settings, url=url, sessions=sessions, engine=make_engine(settings, sessions, _clock(settings))
            )
        finally:
            sessions.close()
            if settings.database_url is None:
                embedded.stop(settings.data)

    def migrate(self, *, contract: bool = False) -> Upgraded:
        """Bring the tables up to date; see `engine.store.migrations`. Safe to call from several processes at once."""
        return upgrade(self.url, contract=contract)

    def prepare(self) -> str | None:
        """Make an installation ready to serve: tables, the user `admin`, and the process library at first start.

        Returns the password of `admin` where it was made up just now, so that somebody can be told. Processes that
        start together take turns.
        """
        self.migrate()
        with self.sessions.pool.begin() as turn:
            turn.execute(text("SELECT pg_advisory_xact_lock(20180710004)"))
            return self._furnish()

    def _furnish(self) -> str | None:
        given = self.settings.admin_password()
        password = given or new_password()
        made = self.engine.people.ensure_admin(password)
        if not self.engine.deployments.search_processes(SYSTEM, SearchRequest(limit=1)).items:
            tests = self.settings.require_process_tests == "all"
            self.engine.deployments.deploy(SYSTEM, library_resources(tests=tests))
        return password if made and given is None else None

    @contextmanager
    def worker(self, duties: Duties | None = None) -> Iterator[None]:
        """Timers and built-in jobs in threads of this process, as long as the block runs."""
        with Worker(self.engine, self.url, duties):
            yield

    @contextmanager
    def seen(self, roles: Sequence[str]) -> Iterator[None]:
        """Let the other processes see this one, as long as the block runs; see `engine.worker.Presence`.

        Once the tables are not for this release any more the process ends as by SIGTERM.
        """
        with Presence(self.engine, release=release(), roles=roles, unfit=_end):
            yield


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def library_resources(*, tests: bool = False) -> list[Resource]:
    """Every diagram, table and form of the process library, and its process tests where they are wanted."""
    found = resource_files((library("workflows"), library("forms")))
    return read_resources([path for path in found if tests or not is_tests(path.name)])


def resource_files(paths: Iterable[Path]) -> list[Path]:
    """The files among `paths`, and what can be deployed in its directories: process tests too."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if not path.is_dir() or file.suffix in SUFFIXES or is_tests(file.name)]
    return found


def read_resources(paths: list[Path]) -> list[Resource]:
    """The files as resources of a deployment, named by their file names."""
    return [Resource(name=path.name, content=path.read_bytes()) for path in paths]


def _clock(settings: Settings) -> Clock:
    return SettableClock() if settings.clock == "settable" else SystemClock()
