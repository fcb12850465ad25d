"""Requests that outlive a database that is away for a moment: what is safe to repeat is repeated here.

A command that is known not to have been stored is tried again, as is one that the caller has made repeatable
(`Idempotency-Key`) or that only reads. Everything else is told as a problem with `Retry-After`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, current_app, request

from engine.errors import OutcomeUnknown, Unavailable
from engine.store.unit_of_work import WRITTEN
from webapi.sessions import POOL, db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each further try: together a restart of PostgreSQL long."""
PATIENCE = 6.0
"""Seconds after which no further try is begun."""
Answer = TypeVar("Answer")


class Application(Flask):
    """Flask, with patience about the database."""

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Who calls, and whether that is allowed."""
        return _patiently(super().preprocess_request)

    def dispatch_request(self) -> ResponseReturnValue:
        """The view."""
        return _patiently(super().dispatch_request)


def _patiently(call: Callable[[], Answer]) -> Answer:
    began = time.monotonic()
    for pause in PAUSES:
        try:
            return call()
        except Unavailable as error:
            if not _may_repeat(error) or time.monotonic() - began + pause > PATIENCE:
                raise
        time.sleep(pause)
        for file in request.files.values():
            file.stream.seek(0)
    return call()


def _may_repeat(error: Unavailable) -> bool:
    if request.method in {"GET", "HEAD"} or "Idempotency-Key" in request.headers:
        return True
    # The session is the request's: it knows whether an earlier command of this request has been stored.
    clean = POOL in current_app.extensions and not db.session().info.get(WRITTEN)
    return clean and not isinstance(error, OutcomeUnknown)
