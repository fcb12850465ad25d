"""Hears PostgreSQL's notifications, so that who waits need not ask again and again."""

from __future__ import annotations

from threading import Condition, Thread

import psycopg
import structlog

from engine.processes import channels

log = structlog.get_logger(__name__)

_PAUSE_HEARD = 2.0
"""Seconds between two looks while notifications arrive: a job may also become free without one (its lock runs out)."""
_PAUSE_DEAF = 0.2
_BREATH = 0.5
"""Seconds after which the listener looks whether it shall stop."""
_HEARD = (channels.JOBS, channels.INSTANCES)


class Bell:
    """Rings when a notification of `channels.JOBS` or `channels.INSTANCES` comes in.

    `address` is a libpq connection string. The connection is opened at the first wait.
    """

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._rung = Condition()
        self._count = 0
        self._hears = False
        self._listener: Thread | None = None
        self._over = False

    @property
    def count(self) -> int:
        """How often it has rung: read it before looking, and a ring in between is not missed."""
        return self._count

    def wait(self, count: int, seconds: float) -> None:
        """Until it has rung more often than `count`, or a moment has passed; at most `seconds`."""
        self._listen()
        with self._rung:
            pause = _PAUSE_HEARD if self._hears else _PAUSE_DEAF
            self._rung.wait_for(lambda: self._count != count, min(pause, seconds))

    def close(self) -> None:
        """Stop listening; whoever waits is woken."""
        self._over = True
        if self._listener is not None:
            self._listener.join(2 * _BREATH)

    def _listen(self) -> None:
        with self._rung:
            if self._over or self._address is None or (self._listener is not None and self._listener.is_alive()):
                return
            self._listener = Thread(target=self._hear, args=(self._address,), name="bell", daemon=True)
            self._listener.start()

    def _hear(self, address: str) -> None:
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                for channel in _HEARD:
                    connection.execute(f"LISTEN {channel}")
                self._ring(hears=True)
                while not self._over:
                    for _ in connection.notifies(timeout=_BREATH, stop_after=1):
                        self._ring(hears=True)
        except psycopg.Error as error:
            log.warning("notifications lost", kind=type(error).__name__)
        finally:
            self._ring(hears=False)

    def _ring(self, *, hears: bool) -> None:
        with self._rung:
            self._hears = hears
            self._count += 1
            self._rung.notify_all()
