"""The long form, `python -m tests.faults --long` or `make faults`: prints tables, ends with 1 if something is wrong."""

from __future__ import annotations

import argparse
import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from engine.bootstrap import Engine, make_engine
from engine.clock import Clock, SettableClock, SystemClock
from engine.settings import Settings
from engine.store.connection import connect, sessions
from engine.store.migrations import upgrade
from tests.engine.processes.diagrams import reminded
from tests.faults.checker import Line
from tests.faults.crowd import Cost, break_all, due_later, fire, gather, lateness
from tests.faults.failover import FailOver
from tests.faults.network import why_not
from tests.faults.partition import LETTERS, TIMERS, Partition
from tests.faults.postgres import Postgres
from tests.faults.storm import Plan, Storm

HOUR = timedelta(hours=1)
OUT = Console(width=110)
PARTS = ("storm", "crowd", "partition", "failover")


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--long", action="store_true", help="20,000 timers in the storm, a million in the crowd")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be repeated")
    parser.add_argument("--timers", type=int, help="timers due in the storm")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("tests.faults").setLevel(logging.INFO)
    logging.getLogger("engine.processes").setLevel(logging.CRITICAL)  # a process that fails is part of the crowd
    parts = {
        "storm": lambda: storm(given.timers, given.seed, long=given.long),
        "crowd": lambda: crowd(long=given.long),
        "partition": partition,
        "failover": failover,
    }
    return max([parts[part]() for part in given.only or PARTS])


def storm(timers: int | None, seed: int, *, long: bool) -> int:
    """Processes killed, connections cut, PostgreSQL crashed, under load."""
    plan = Plan(seed=seed, timers=timers or 300, pause=0.5)
    if long:
        plan = Plan(seed=seed, timers=timers or 20_000, horizon=180, every=8, patience=900)
    report = Storm(plan).run()
    faults, calls = report.faults, report.journal.calls
    OUT.print(
        f"\n[bold]Storm[/]: {plan.servers} servers, {plan.workers} workers, {plan.clients} clients, "
        f"{report.seconds:.0f} s; {faults.kills} processes killed with -9, {faults.cuts} connections cut, "
        f"{faults.crashes} crash of PostgreSQL"
    )
    wrong = show(report.lines)
    OUT.print("calls: " + ", ".join(f"{kind} {count:,}" for kind, count in calls.most_common()))
    OUT.print(f"mails: {report.mails:,} different, {report.deliveries:,} received")
    OUT.print(f"lateness of timers: median {report.lateness[0]:.2f} s, 99 % within {report.lateness[1]:.2f} s")
    return wrong


def show(lines: list[Line]) -> int:
    """Print what was checked; 1 where something is wrong."""
    table = Table("checked", "expected", "found", "wrong", box=None)
    for line in lines:
        mark = "" if line.good else "  <-- wrong"
        table.add_row(line.what, f"{line.expected:,}", f"{line.found:,}", f"{line.wrong:,}{mark}")
    OUT.print(table)
    return 0 if all(line.good for line in lines) else 1


def crowd(*, long: bool) -> int:
    """What a sweep costs beside many waiting timers, how late timers are, and what a broken process does to others."""
    due, many = (1_000, 1_000_000) if long else (100, 100_000)
    costs: list[Cost] = []
    clock = SettableClock()
    clock.pin(SystemClock().now())
    with installation(clock) as (engine, _):
        for waiting in (1_000, many):
            due_later(engine, due, lambda _: HOUR)
            gather(engine, waiting - (costs[-1].waiting if costs else 0))
            clock.pin(clock.now() + 2 * HOUR)
            costs.append(fire(engine, waiting))
    table = Table("waiting", "due and fired", "seconds", "ms each", "blocks a claim", "index", box=None)
    for cost in costs:
        each = cost.seconds / cost.fired * 1_000
        row = (f"{cost.waiting:,}", f"{cost.fired:,}", f"{cost.seconds:.2f}", f"{each:.2f}", str(cost.blocks))
        table.add_row(*row, cost.index)
    OUT.print("\n[bold]Crowd[/]")
    OUT.print(table)
    wrong = any(cost.fired != due or cost.index != "ix_timer_due" for cost in costs)
    return int(_late(due) or wrong)


def _late(due: int) -> bool:
    wrong = False
    for broken in (0, due):
        late = _lateness_beside(due, broken)
        wrong |= len(late) != due
        median, most = late[len(late) // 2], late[len(late) * 99 // 100]
        OUT.print(
            f"{len(late):,} of {due:,} timers fired that were due within 30 s, beside {broken:,} of a broken process: "
            f"late by {median:.3f} s (median), {most:.3f} s (99 %), {late[-1]:.3f} s at most"
        )
    return wrong


def _lateness_beside(due: int, broken: int) -> list[float]:
    chance, wall = random.Random(1), SystemClock()
    with installation(wall) as (engine, url):
        ready = wall.now() + timedelta(seconds=5 + (due + broken) / 10)  # when all are started, on a busy machine too
        keys = due_later(engine, due, lambda _: ready + timedelta(seconds=chance.uniform(0, 30)) - wall.now())
        if broken:
            due_later(engine, broken, lambda _: ready - wall.now(), reminded("broken"))
            break_all(engine, "broken")
        fresh = make_engine(engine.settings, engine.units.session_factory, SystemClock())
        return lateness(fresh, url, keys, 240)


@contextmanager
def installation(clock: Clock) -> Iterator[tuple[Engine, str]]:
    """An engine over a PostgreSQL of its own, and its address."""
    postgres, folder = Postgres(), Path(tempfile.mkdtemp(prefix="amends-crowd-"))
    try:
        postgres.make()
        postgres.start()
        upgrade(postgres.url())
        pool = connect(postgres.url())
        yield make_engine(Settings(data=folder, database_url=postgres.url()), sessions(pool), clock), postgres.url()
        pool.dispose()
    finally:
        postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)


def partition() -> int:
    """A machine that is cut off in the middle of a job, and comes back."""
    OUT.print("\n[bold]Partition[/]")
    reason = why_not()
    if reason is not None:
        OUT.print(f"left out: {reason}")
        return 0
    outcome = Partition(whole=True).run()
    OUT.print(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in asdict(outcome).items()))
    good = (outcome.different, outcome.jobs_done, outcome.told_twice) == (LETTERS + 1, LETTERS + 1, 0)
    good &= (outcome.timers_fired, outcome.fired_twice) == (TIMERS, 0)
    return 0 if good and outcome.gave_up and outcome.came_back else 1


def failover() -> int:
    """The primary dies for good, and its synchronous replica takes over."""
    lines = FailOver().run()
    OUT.print("\n[bold]Fail-over[/]: two servers, two workers, four clients, an address that names both databases")
    return show(lines)


if __name__ == "__main__":
    sys.exit(main())
