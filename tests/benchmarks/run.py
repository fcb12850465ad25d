"""Figures of the hot paths, printed by `make bench`. Nothing is asserted: machines differ, so look at the ratios.

Each figure is the median over `ROUNDS` commands on a throw-away installation with the embedded PostgreSQL.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine as Database
from sqlalchemy import event, func, select

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.complaints import PartyData, Receipt
from engine.settings import Settings
from engine.store import embedded
from engine.store.connection import connect, sessions
from engine.store.migrations import upgrade
from engine.store.process_instance import ProcessInstance
from engine.types import SYSTEM, Actor, Json, SearchRequest
from webapi.runtime import library_resources

STAFF = Actor(username="bench", groups=frozenset({"front-office"}), permissions=frozenset({"*"}))
ROUNDS = 150
WARM_UP = 20
WORDS = {
    "receive": "receive a complaint, acknowledge it, first task",
    "complete": "complete a user task, live cache",
    "complete_loaded": "complete a user task, loaded from its bytes",
    "read_task": "read one task",
    "inbox": "inbox, first page of 50",
}
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASSESSMENT: Mapping[str, Json] = {
    "category": "service-poor",
    "severity": "medium",
    "safety": False,
    "complexity": "normal",
    "impact": "one",
    "immediateAction": "none",
    "inScope": "yes",
}


class Statements:
    """Counts what is sent to the database."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database, "before_cursor_execute", self._seen)

    def _seen(self, *_: object) -> None:
        self.count += 1


class Bench:
    """One throw-away installation, and the figures that were taken on it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.factory = sessions(database)
        self.statements = Statements(database)
        self.rows: dict[str, tuple[float, float, float]] = {}

    def engine(self) -> Engine:
        """An engine with caches of its own, as another process would have."""
        return make_engine(self.settings, self.factory, SettableClock(MONDAY))

    def measure(self, **calls: Iterator[Callable[[], object]]) -> None:
        """Median milliseconds and statements of each kind of call; the kinds take turns, so that a machine that is
        busy for a moment is so for all of them."""
        taken: dict[str, list[tuple[float, float, int]]] = {what: [] for what in calls}
        for turn in zip(*calls.values(), strict=True):
            for what, call in zip(calls, turn, strict=True):
                taken[what].append(self._once(call))
        for what, figures in taken.items():
            wall, cpu, sent = (statistics.median(column) for column in zip(*figures[WARM_UP:], strict=True))
            self.rows[what] = (wall * 1000, cpu * 1000, sent)

    def _once(self, call: Callable[[], object]) -> tuple[float, float, int]:
        sent, wall, cpu = self.statements.count, time.perf_counter(), time.process_time()
        call()
        return time.perf_counter() - wall, time.process_time() - cpu, self.statements.count - sent


def receipt(number: int) -> Receipt:
    """A complaint."""
    who = PartyData(name=f"Complainant {number}", email=f"complainant-{number}@example.org")
    return Receipt(description="The parcel never came, and nobody answers the phone. " * 20, complainant=who)


def completions(engine: Engine, keys: list[int]) -> Iterator[Callable[[], object]]:
    """One completion of the first user task for each key."""
    return (lambda key=key: engine.tasks.complete(STAFF, key, ASSESSMENT) for key in keys)  # type: ignore[misc]


def open_tasks(engine: Engine) -> list[int]:
    """All tasks that wait for an assessment."""
    request = SearchRequest(filter={"element_id": "assess", "state": "CREATED"}, limit=1000)
    return [task.user_task_key for task in engine.tasks.search(SYSTEM, request).items]


def receive(engine: Engine, count: int) -> Iterator[Callable[[], object]]:
    """Receipts of complaints."""
    return (lambda number=number: engine.complaints.receive(SYSTEM, receipt(number)) for number in range(count))  # type: ignore[misc]


def run(bench: Bench) -> dict[str, float]:
    """Take all figures; returns ratios of processor time by name."""
    warm, cold = bench.engine(), bench.engine()
    warm.deployments.deploy(SYSTEM, library_resources())
    rounds = ROUNDS + WARM_UP
    bench.measure(receive=receive(warm, 2 * rounds))
    keys = open_tasks(warm)
    # Every second case is completed by an engine that has never seen it and loads it from its bytes.
    live, loaded = completions(warm, keys[:rounds]), completions(cold, keys[rounds : 2 * rounds])
    bench.measure(complete=live, complete_loaded=loaded, read_task=reads(warm, rounds), inbox=inboxes(warm, rounds))
    cpu = {what: figures[1] for what, figures in bench.rows.items()}
    return {
        "complete, loaded / live": cpu["complete_loaded"] / cpu["complete"],
        "receive / complete": cpu["receive"] / cpu["complete"],
        "complete / read one task": cpu["complete"] / cpu["read_task"],
    }


def reads(engine: Engine, count: int) -> Iterator[Callable[[], object]]:
    """Reads of one task."""
    key = engine.tasks.search(SYSTEM, SearchRequest(limit=1)).items[0].user_task_key
    return (lambda: engine.tasks.get(SYSTEM, key) for _ in range(count))


def inboxes(engine: Engine, count: int) -> Iterator[Callable[[], object]]:
    """First pages of the open tasks."""
    request = SearchRequest(filter={"state": "CREATED"}, limit=50)
    return (lambda: engine.tasks.search(SYSTEM, request) for _ in range(count))


def state_size(database: Database) -> float:
    """Median bytes of the saved state of a running case."""
    with database.connect() as connection:
        sizes = connection.scalars(
            select(func.length(ProcessInstance.snapshot)).where(ProcessInstance.snapshot.is_not(None))
        )
        return statistics.median(sizes)


@contextmanager
def installation() -> Iterator[Bench]:
    """A throw-away database with all tables."""

    with tempfile.TemporaryDirectory(prefix="amends-") as folder:
        data = Path(folder)
        url = embedded.start(data)
        upgrade(url)
        database = connect(url)
        try:
            yield Bench(database, Settings(data=data, database_url=url, clock="settable"))
        finally:
            database.dispose()
            embedded.stop(data)


def main() -> None:
    """Measure and print."""
    with installation() as bench:
        ratios = run(bench)
        size = state_size(bench.database)
    table = Table(
        "command", "ms", "ms of this process", "statements", title=f"medians of {ROUNDS}", title_justify="left"
    )
    for what, (wall, cpu, statements) in bench.rows.items():
        table.add_row(WORDS[what], f"{wall:.2f}", f"{cpu:.2f}", f"{statements:.0f}")
    console = Console()
    console.print(table)
    for name, ratio in ratios.items():
        console.print(f"{name}: {ratio:.2f}")
    console.print(f"saved state of a running case: {size:,.0f} bytes")


if __name__ == "__main__":
    main()
