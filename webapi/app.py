"""The web application over an engine: `create_app`."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError

from webapi import access, api, auth, context, errors, limits, logs, metrics, security, sessions
from webapi.api import contract
from webapi.bell import Bell
from webapi.json_provider import OrjsonProvider
from webapi.patience import Application
from webapi.waiting import Waiting

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.settings import Settings

# Rooms with pages. Each may give `blueprint` (registered as it is) and `register(app)` (called before that).
PAGES = ("webapi.pages", "webapi.portal", "webapi.tasklist", "webapi.cases", "webapi.operations")


class KeyConverter(BaseConverter):
    """`<key:name>` in a route: the digits of a 64-bit key; anything else is no address of ours."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """The key; what does not fit into 64 bits leads nowhere."""
        key = int(value)
        if key >= 2**63:
            raise ValidationError
        return key

    def to_url(self, value: object) -> str:
        """The digits."""
        return str(value)


def create_app(
    engine: Engine, settings: Settings, session_factory: sessions.Sessions | None = None, *, hears_clock: bool = False
) -> Flask:
    """A Flask application that serves `engine`.

    `hears_clock` says that this process alone serves and sets the clock, or hears of it by a worker inside; otherwise
    a settable clock is read from the database before each request.

    `session_factory` is the one that `engine` was made with; without it the engine keeps its own sessions (as in a
    test that made them). Raises `ConfigurationInvalid` for a secret that is missing or too short.
    """
    app = Application("webapi", static_folder="static", template_folder="templates")
    app.json = OrjsonProvider(app)
    app.url_map.converters["key"] = KeyConverter
    app.extensions[context.ENGINE], app.extensions[context.SETTINGS] = engine, settings
    app.config.update(
        SECRET_KEY=settings.secret(),
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=1_000,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,
        LOGIN_ENDPOINT="tasklist.log_in",
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    if session_factory is not None:
        sessions.register(app, session_factory)
    bell = session_factory.bell if session_factory is not None else Bell(None)
    app.extensions[context.WAITING] = Waiting(engine, bell)
    _register_parts(app, settings, follow_clock=settings.clock == "settable" and not hears_clock)
    return app


def _register_parts(app: Flask, settings: Settings, *, follow_clock: bool) -> None:
    # The order is the order of work: number the request, limit it, then find out who calls.
    logs.register(app)
    metrics.register(app)
    security.register(app, https=settings.cookie_secure)
    errors.register(app)
    limits.register(app, enabled=settings.rate_limits)
    if follow_clock:
        app.before_request(_follow_clock)
    auth.register(app)
    app.before_request(access.guard)
    app.before_request(contract.refuse_unhonoured)
    api.register(app)
    _register_pages(app)


def _follow_clock() -> None:
    # Another process may have set the clock a moment ago, and its notice still be under way.
    if request.endpoint != "static":
        context.engine().clocks.follow()


def _register_pages(app: Flask) -> None:
    for name in PAGES:
        if importlib.util.find_spec(name) is None:
            continue
        room = importlib.import_module(name)
        if hasattr(room, "register"):
            room.register(app)
        if hasattr(room, "blueprint"):
            app.register_blueprint(room.blueprint)
