"""Listens to PostgreSQL's notices. A lost connection is made anew; what was missed, the regular sweep finds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg

from engine.processes import channels
from engine.store.connection import conninfo

_LOG = logging.getLogger(__name__)
_CHANNELS = (channels.JOBS, channels.TIMERS, channels.CLOCK)
_LOOK = 0.5
"""Seconds after which the listener looks whether it is to stop."""
_SILENCE = 30
"""Looks without a notice after which the connection is asked for a sign of life: a proxy may hold a dead one open."""


class Ear:
    """Calls `heard(channel, payload)` for each notice, in a thread of its own."""

    def __init__(self, url: str, heard: Callable[[str, str], None]) -> None:
        self._address, self._heard = conninfo(url, "amends-listen"), heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="amends-listen", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more. Waits a moment: whoever is just connecting is left to it."""
        self._stop.set()
        self._thread.join(4 * _LOOK)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                _LOG.warning("listening was interrupted: %s", type(error).__name__)
                self._stop.wait(1.0)

    def _listen(self) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            for channel in _CHANNELS:
                connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            for channel in (channels.CLOCK, channels.JOBS):  # what came before we listened
                self._tell(channel, "")
            silent = 0
            while not self._stop.is_set():
                silent += 1
                for notice in connection.notifies(timeout=_LOOK):
                    silent = 0
                    self._tell(notice.channel, notice.payload)
                if silent >= _SILENCE:
                    connection.execute("SELECT 1")
                    silent = 0

    def _tell(self, channel: str, payload: str) -> None:
        try:
            self._heard(channel, payload)
        except Exception:  # noqa: BLE001 - one notice must not end the listening
            _LOG.exception("a notice could not be followed", extra={"channel": channel})
