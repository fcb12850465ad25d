"""A holiday is added and the worker started again: open dates move, the timeline says so, timers follow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.complaints import DeadlineView, Received
from engine.settings import Settings
from engine.store.timer import Timer
from engine.types import SYSTEM, SearchRequest
from engine.worker import Worker
from tests.engine.complaints.desk import Desk

PATIENCE = 20.0
"""Seconds after which the test gives up; nothing is asserted about how long anything takes."""
DAY = '\n[[days]]\ndate = 2026-03-05\nname = "Day of mourning"\n'


@pytest.fixture
def restarted(
    settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock, tmp_path: Path, database_url: str
) -> Iterator[Callable[[str], Engine]]:
    """Starts engine and worker as a new process would, with more in the default calendar."""
    workers: list[Worker] = []

    def start(more: str) -> Engine:
        folder = tmp_path / "own" / "calendars"
        folder.mkdir(parents=True, exist_ok=True)
        text = Settings().config_file("calendars/default.toml").read_text("utf-8")
        (folder / "default.toml").write_text(text + more, "utf-8")
        own = Settings(
            data=settings.data, database_url=settings.database_url, clock="settable", config=tmp_path / "own"
        )
        engine = make_engine(own, session_factory, clock)
        worker = Worker(engine, database_url)
        worker.start()
        workers.append(worker)
        return engine

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds."""

    def wait(holds: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.02)):
            if holds():
                return
            pause.wait(0.02)
        pytest.fail("it did not happen")

    return wait


def final(engine: Engine, filed: Received) -> DeadlineView:
    """The clock of our answer."""
    found = engine.complaints.get(SYSTEM, filed.reference).deadlines
    return next(clock for clock in found if clock.kind == "final_response")


def due(engine: Engine) -> dict[str, datetime]:
    """When the timers of the only case are due."""
    with engine.units() as uow:
        return {timer.element_id: timer.due_at for timer in uow.session.scalars(select(Timer))}


def moves(engine: Engine, filed: Received) -> list[str]:
    """Reasons on the timeline why dates moved."""
    found = engine.complaints.timeline(SYSTEM, filed.reference)
    return [str(entry.details["because"]) for entry in found if entry.event == "deadlines-moved"]


def test_a_restart_with_a_new_holiday_moves_dates_and_timers(
    engine: Engine,
    restarted: Callable[[str], Engine],
    until: Callable[[Callable[[], bool]], None],
) -> None:
    desk = Desk(engine)
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    before, timers = final(engine, filed).due_at, due(engine)
    assert timers["level-2-due"] == before

    engine = restarted(DAY)
    until(lambda: moves(engine, filed) == ["calendar"])

    after = final(engine, filed).due_at
    assert after.date() == before.date() + timedelta(days=1)
    assert due(engine)["level-2-due"] == after
    assert due(engine)["level-1-due"] > timers["level-1-due"]
    (entry,) = (e for e in engine.complaints.timeline(SYSTEM, filed.reference) if e.event == "deadlines-moved")
    moved = entry.details["deadlines"]
    assert isinstance(moved, dict)
    assert moved["final_response"] == {"from": before.isoformat(), "to": after.isoformat()}
    audited = engine.audit.search(SYSTEM, SearchRequest(filter={"business_id": filed.reference})).items
    assert any(row.details.get("because") == "calendar" for row in audited)

    engine.set_clock(SYSTEM, before + timedelta(minutes=1))
    assert engine.complaints.get(SYSTEM, filed.reference).escalation_level == 1
    engine.set_clock(SYSTEM, after + timedelta(minutes=1))
    assert engine.complaints.get(SYSTEM, filed.reference).escalation_level == 2
