"""`amends serve`: the service, in one process or in several behind one socket."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import NoReturn

import click
from waitress.server import create_server  # type: ignore[import-untyped]  # has no types

from engine.settings import Settings
from engine.worker import Duties
from webapi.app import create_app
from webapi.cli.common import out, settings
from webapi.cli.supervision import Family, end_with_parent
from webapi.release import release
from webapi.runtime import Runtime
from webapi.waiting import PLACES

THREADS = PLACES + 8
"""More threads than requests that may wait: those who do not wait always find one."""
BACKLOG = 512


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands on the command line."""

    host: str
    port: int
    workers: int
    with_worker: bool
    demo: bool
    listener: int | None
    parent: int | None


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8_000, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that serve.")
@click.option("--no-worker", "with_worker", flag_value=False, default=True, help="Fire no timers and do no jobs here.")
@click.option("--demo", is_flag=True, help="Make demo people of every role and show how to log in.")
@click.option("--listener", type=int, hidden=True, help="Serve this inherited socket.")
@click.option("--watch-parent", "parent", type=int, hidden=True, help="End when this pipe is closed.")
def serve(**given: object) -> None:
    """Serve pages and API. Starts the embedded PostgreSQL where AMENDS_DATABASE_URL names no other, brings the
    tables up to date and deploys the process library at the first start.
    """
    options = Options(**given)  # type: ignore[arg-type]  # click read them by their types
    if options.listener is not None:
        _serve_as_child(options)
        return
    listener = _listen(options)
    with ExitStack() as stack:
        stack.callback(listener.close)
        address = _address(listener)
        runtime = stack.enter_context(Runtime.open(_reached_at(settings(), address)))
        password = runtime.prepare()
        # From here on a caller waits instead of being turned away, until the threads or the children are there.
        listener.listen(BACKLOG)
        _welcome(runtime, options, address, password)
        if options.workers == 1:
            _serve(runtime, listener, with_worker=options.with_worker)
        else:
            sys.exit(_serve_by_children(runtime, listener, options))


def _listen(options: Options) -> socket.socket:
    # Bound before anything is started, so that a port that is taken is told at once.
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        raise click.ClickException(f"{options.host}:{options.port} cannot be used: {error.strerror}.") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not bound to
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"


def _reached_at(found: Settings, address: str) -> Settings:
    # Links in letters lead here where nothing else is said: as good as it gets on one's own machine.
    return found if "AMENDS_PUBLIC_URL" in os.environ else replace(found, public_url=address)


def _welcome(runtime: Runtime, options: Options, address: str, password: str | None) -> None:
    out().print(f"Amends {release()} serves {address}", highlight=False)
    if password is not None:
        out().print(f"Administrator: admin, password {password} (shown once)", markup=False, highlight=False)
    if options.demo:
        from webapi.cli.demo import ensure_people, show  # noqa: PLC0415 - only for a demonstration

        show(ensure_people(runtime.engine), address)
    sys.stdout.flush()


def _serve(runtime: Runtime, listener: socket.socket, *, with_worker: bool) -> None:
    """Serve until SIGTERM or SIGINT; requests that are under way are finished."""
    app = create_app(runtime.engine, runtime.settings, runtime.sessions, hears_clock=with_worker)
    signal.signal(signal.SIGTERM, _end)
    with ExitStack() as stack:
        stack.enter_context(runtime.seen(("api", *(Duties().roles if with_worker else ()))))
        if with_worker:
            stack.enter_context(runtime.worker())
        server = create_server(
            app,
            sockets=[listener],
            threads=THREADS,
            backlog=BACKLOG,
            ident="amends",
            asyncore_use_poll=True,
            connection_limit=1_000,
            # The application tells what is too large as a problem; this is the wall behind it.
            max_request_body_size=runtime.settings.max_request_bytes * 2,
            clear_untrusted_proxy_headers=not runtime.settings.trusted_proxies,
        )
        server.run()


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


def _serve_as_child(options: Options) -> None:
    assert options.listener is not None  # noqa: S101 - the caller asked
    listener = socket.socket(fileno=options.listener)
    with Runtime.open(settings()) as runtime:
        if options.parent is not None:
            end_with_parent(options.parent)
        _serve(runtime, listener, with_worker=False)


def _serve_by_children(runtime: Runtime, listener: socket.socket, options: Options) -> int:
    """Children serve, one more does timers and jobs; this process starts, watches and ends them."""
    listener.set_inheritable(True)
    family = Family(environment=_environment(runtime), listener=listener)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: family.ending.set())
    for _ in range(options.workers):
        family.add("serve", "--listener", str(listener.fileno()))
    if options.with_worker:
        family.add("worker")
    return family.watch()


def _environment(runtime: Runtime) -> dict[str, str]:
    # Children are told the database's address: the embedded one is started and stopped by the parent alone.
    found = {name: value for name, value in os.environ.items() if name != "AMENDS_DATABASE_URL_FILE"}
    return {**found, "AMENDS_DATABASE_URL": runtime.url, "AMENDS_PUBLIC_URL": runtime.settings.public_url}
