"""`amends worker`: timers and built-in jobs in a process of their own."""

from __future__ import annotations

import signal
import threading

import click

from engine.worker import Duties
from engine.worker.jobs import LOCK_SECONDS
from webapi.cli.common import err, settings
from webapi.runtime import Runtime


@click.command()
@click.option("--timers", is_flag=True, help="Fire timers; and nothing else, unless that is asked for too.")
@click.option("--jobs", is_flag=True, help="Do built-in jobs of every type; and nothing else, unless asked for too.")
@click.option("--jobs-of", "types", multiple=True, metavar="TYPE", help="Do built-in jobs of this type; repeatable.")
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="Jobs done at a time.")
@click.option(
    "--lock",
    type=click.FloatRange(2, 86_400),
    default=LOCK_SECONDS,
    show_default=True,
    help="Seconds after which a job of a worker that is gone is given to another.",
)
@click.option("--watch-parent", "parent", type=int, hidden=True, help="End when this pipe is closed.")
def worker(**given: object) -> None:
    """Fire timers and do built-in jobs until told to stop. Any number may run over one database, on any machines.

    On SIGTERM it finishes what it is doing and gives back what it has not begun; it waits twenty seconds at most.
    """
    from webapi.cli.supervision import end_with_parent  # noqa: PLC0415 - only a child has a parent to watch

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    duties, parent = _duties(given), given["parent"]
    with Runtime.open(settings()) as runtime:
        runtime.migrate()
        _check_types(runtime, duties)
        if isinstance(parent, int):
            end_with_parent(parent)
        with runtime.seen(duties.roles), runtime.worker(duties):
            err().print(f"The worker is at work: {', '.join(duties.roles)}.")
            ended.wait()


def _duties(given: dict[str, object]) -> Duties:
    types = frozenset(given["types"]) if isinstance(given["types"], tuple) else frozenset()
    timers, jobs = bool(given["timers"]), bool(given["jobs"]) or bool(types)
    if not timers and not jobs:
        timers = jobs = True
    return Duties(
        timers=timers,
        jobs=jobs,
        of_types=None if given["jobs"] or not types else types,
        threads=int(str(given["threads"])),
        lock=float(str(given["lock"])),
    )


def _check_types(runtime: Runtime, duties: Duties) -> None:
    unknown = sorted((duties.of_types or frozenset()) - set(runtime.engine.handlers))
    if unknown:
        known = ", ".join(sorted(runtime.engine.handlers))
        raise click.UsageError(f"--jobs-of: there is no built-in job {unknown[0]!r}; there are {known}.")
