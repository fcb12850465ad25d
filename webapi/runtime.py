"""An engine over the installation's own database: what `serve`, the worker and the tools stand on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.bootstrap import Engine, make_engine
from engine.clock import Clock, SettableClock, SystemClock
from engine.identity import new_password
from engine.processes import Resource
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

        Returns the password of `admin` where it was made up just now, so that somebody can be told.
        """
        self.migrate()
        given = self.settings.admin_password()
        password = given or new_password()
        made = self.engine.people.ensure_admin(password)
        if not self.engine.deployments.search_processes(SYSTEM, SearchRequest(limit=1)).items:
            self.engine.deployments.deploy(SYSTEM, library_resources())
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


def library_resources() -> list[Resource]:
    """Every diagram, table and form of the process library."""
    folders = (library("workflows"), library("forms"))
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in SUFFIXES)
    return read_resources(paths)


def read_resources(paths: list[Path]) -> list[Resource]:
    """The files as resources of a deployment, named by their file names."""
    return [Resource(name=path.name, content=path.read_bytes()) for path in paths]


def _clock(settings: Settings) -> Clock:
    return SettableClock() if settings.clock == "settable" else SystemClock()
