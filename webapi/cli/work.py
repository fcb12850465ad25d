"""`amends worker`: timers and built-in jobs in a process of their own."""

from __future__ import annotations

import signal
import threading

import click

from webapi.cli.common import err, settings
from webapi.runtime import Runtime


@click.command()
@click.option("--watch-parent", "parent", type=int, hidden=True, help="End when this pipe is closed.")
def worker(parent: int | None) -> None:
    """Fire timers and do built-in jobs until told to stop. Any number may run over one database."""
    from webapi.cli.supervision import end_with_parent  # noqa: PLC0415 - only a child has a parent to watch

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with Runtime.open(settings()) as runtime:
        runtime.migrate()
        if parent is not None:
            end_with_parent(parent)
        with runtime.worker():
            err().print("The worker is at work.")
            ended.wait()
