"""Listens to PostgreSQL's notices. A lost connection is made anew; what was missed, the regular sweep finds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import make_url

from engine.processes import channels

_LOG = logging.getLogger(__name__)
_CHANNELS = (channels.JOBS, channels.TIMERS, channels.CLOCK)
_LOOK = 0.5
"""Seconds after which the listener looks whether it is to stop."""


class Ear:
    """Calls `heard(channel, payload)` for each notice, in a thread of its own."""

    def __init__(self, url: str, heard: Callable[[str, str], None]) -> None:
        address = make_url(url).set(drivername="postgresql")
        self._address, self._heard = address.render_as_string(hide_password=False), heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="amends-listen", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error:
                _LOG.warning("listening was interrupted", exc_info=True)
                self._stop.wait(1.0)

    def _listen(self) -> None:
        with psycopg.connect(self._address, autocommit=True, application_name="amends-listen") as connection:
            for channel in _CHANNELS:
                connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            self._tell(channels.CLOCK, "")  # it may have been set before we listened
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=_LOOK):
                    self._tell(notice.channel, notice.payload)

    def _tell(self, channel: str, payload: str) -> None:
        try:
            self._heard(channel, payload)
        except Exception:  # noqa: BLE001 - one notice must not end the listening
            _LOG.exception("a notice could not be followed", extra={"channel": channel})
