"""Tells the database now and then that this process is there, and ends it when the tables are no longer for it."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from engine.bootstrap import Engine
from engine.errors import SchemaOutdated
from engine.records import NewNode

_LOG = logging.getLogger(__name__)
EVERY = 10.0
"""Seconds between two signs of life: a process is taken for dead after six that are missing."""


class Presence(AbstractContextManager["Presence"]):
    """From `start` to `stop` this process is seen by the others; `unfit` is called if it has to end.

    Starting raises `SchemaOutdated` (with what to do) where the tables are not for this release.
    """

    def __init__(self, engine: Engine, *, release: str, roles: Sequence[str], unfit: Callable[[], None]) -> None:
        self._nodes, self._unfit = engine.nodes, unfit
        self._node = NewNode(host=socket.gethostname(), pid=os.getpid(), release=release, roles=tuple(roles))
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="amends-presence", daemon=True)

    def start(self) -> None:
        """Be seen from now on."""
        self._key = self._nodes.register(self._node)
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye."""
        self._ending.set()
        self._thread.join()
        try:
            self._nodes.leave(self._key)
        except Exception:  # noqa: BLE001 - whoever is silent is forgotten, too
            _LOG.info("could not say goodbye", exc_info=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._ending.wait(EVERY):
            try:
                self._nodes.beat(self._key, self._node)
            except SchemaOutdated as error:
                _LOG.critical("this process has to end: %s", error.message)
                self._unfit()
                return
            except Exception:  # noqa: BLE001 - the database may be away for a while
                _LOG.warning("no sign of life could be given", exc_info=True)
