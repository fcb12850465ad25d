"""How often a caller may call. Counted in each process's memory: see docs/decisions/0502-rate-limits.md."""

from __future__ import annotations

import time
from contextlib import suppress

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

LOG_IN = "10 per minute;100 per hour"
"""Wrong names and passwords, by address: who knows theirs is not counted, so an office may start its day at once."""

TRACKING_CODE = "10 per minute;60 per hour"
"""Tracking codes that did not fit, by address: guessing 100 bits is hopeless, and it shall not cost us either."""

FILING = "30 per minute;300 per hour"
"""Complaints that a stranger files on the pages, by address: a shared office or a library must pass."""

WRONG_CREDENTIALS = "60 per minute"
"""Refused credentials, by address, over all routes."""

_SWEEP_SECONDS = 30.0

ANY = "60000 per minute"
"""Everything else, by address and route: a guard against a client that runs wild, not a quota."""


class _Counters(MemoryStorage):
    """Counters in memory that are swept now and then, on the way.

    The stock class starts a thread after every count to throw away what is over, which costs more than the rest of
    the limit does.
    """

    STORAGE_SCHEME = ["amends-counters"]  # noqa: RUF012 - how the library finds a kind of storage
    _swept = 0.0

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the name that the stock class calls it by
        now = time.monotonic()
        if now - self._swept > _SWEEP_SECONDS:
            self._swept = now
            with suppress(KeyError):  # another thread has just thrown a counter away: the next sweep goes on
                self._MemoryStorage__expire_events()  # type: ignore[attr-defined]  # private to the stock class


def _refused(response: Response) -> bool:
    return response.status_code == 401


limiter = Limiter(
    get_remote_address,
    default_limits=[ANY],
    application_limits=[WRONG_CREDENTIALS],
    application_limits_deduct_when=_refused,
    storage_uri="amends-counters://",
    strategy="fixed-window",
    headers_enabled=False,
)


def failed(response: Response) -> bool:
    """Whether an answer counts as a failed try: for limits that spare those who know the code or password."""
    return response.status_code in {401, 403, 404, 422}


limit_log_in = limiter.limit(LOG_IN, methods=["POST"], deduct_when=failed)
"""Decorator of the route that takes a name and a password; only wrong ones are counted."""

limit_tracking_code = limiter.shared_limit(TRACKING_CODE, scope="tracking-code", deduct_when=failed)
"""Decorator of every route that takes a tracking code; only codes that do not fit are counted, over all routes."""

limit_filing = limiter.limit(FILING, methods=["POST"])
"""Decorator of the route by which strangers file complaints."""


@limiter.request_filter
def _free() -> bool:
    return request.endpoint == "static"


def register(app: Flask, *, enabled: bool) -> None:
    """Limit the routes of `app`; static files are free."""
    app.config["RATELIMIT_ENABLED"] = enabled
    limiter.init_app(app)
