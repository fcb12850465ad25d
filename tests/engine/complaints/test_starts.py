"""What a clock of a case counts by and from: the unit's calendar, the complete file, the level of an escalation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import make_engine
from engine.clock import SettableClock
from engine.complaints import DeadlineView, Postponement, Received
from engine.complaints.context import NEVER
from engine.complaints.regimes import load_regimes
from engine.errors import ConfigurationInvalid, Conflict, Refused
from engine.settings import Settings
from engine.store.timer import Timer
from engine.types import SYSTEM
from tests.conftest import MONDAY
from tests.engine.complaints.desk import HANDLER, Desk

WEEK = ("monday", "tuesday", "wednesday", "thursday")
NORTH = 'zone = "Europe/Amsterdam"\nunits = ["north"]\n[hours]\n' + "\n".join(
    f'{day} = ["08:00-12:00", "13:00-16:00"]' for day in WEEK
)
"""A unit that works four days a week, in two shifts."""


def clocks(desk: Desk, filed: Received) -> dict[str, DeadlineView]:
    """The latest round of each clock."""
    return {clock.kind: clock for clock in desk.engine.complaints.get(SYSTEM, filed.reference).deadlines}


def timers(desk: Desk) -> dict[str, object]:
    """When the timers of the only case are due."""
    with desk.engine.units() as uow:
        return {timer.element_id: timer.due_at for timer in uow.session.scalars(select(Timer))}


@pytest.fixture
def configured(
    desk: Desk, settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock, tmp_path: Path
) -> Callable[..., Desk]:
    """Starts the engine anew with further calendars."""

    def start(**calendars: str) -> Desk:
        folder = tmp_path / "own" / "calendars"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in calendars.items():
            (folder / f"{name}.toml").write_text(text, "utf-8")
        own = Settings(
            data=settings.data, database_url=settings.database_url, clock="settable", config=tmp_path / "own"
        )
        desk.engine = make_engine(own, session_factory, clock)
        return desk

    return start


def test_our_clocks_count_by_the_calendar_of_the_unit_and_the_law_by_its_own(configured: Callable[..., Desk]) -> None:
    desk = configured(north=NORTH)
    here, north = desk.file(), desk.file(unit="north")
    assert desk.engine.complaints.get(SYSTEM, north.reference).calendar == "north"
    usual, theirs = clocks(desk, here)["final_response"], clocks(desk, north)["final_response"]
    assert usual.due_at.date() == date(2026, 3, 30)
    assert theirs.due_at.isoformat() == "2026-04-06T14:00:00+00:00"  # twenty days of four a week, close at 16:00
    law = clocks(desk, desk.file(unit="north", regime="payment-services"))
    assert law["statutory_response"].due_at.date() == date(2026, 3, 23)
    assert law["final_response"].due_at == law["statutory_response"].due_at  # ours must not outlast it


def test_the_calendar_of_a_unit_that_changes_moves_its_cases_only(configured: Callable[..., Desk]) -> None:
    desk = configured(north=NORTH)
    here, north = desk.file(), desk.file(unit="north")
    before = clocks(desk, here)["final_response"].due_at
    desk = configured(north=NORTH + '\n[[days]]\ndate = 2026-03-05\nname = "Moving house"\n')
    assert desk.engine.complaints.recompute_deadlines() == 1
    assert clocks(desk, here)["final_response"].due_at == before
    assert "Moving house" in str(clocks(desk, north)["final_response"].derivation)


@pytest.mark.parametrize("units", ['units = "north"', "units = [1]", 'units = ["south"]'])
def test_units_that_cannot_be_read_or_keep_two_calendars_are_refused(tmp_path: Path, units: str) -> None:
    files = dict(Settings().config_files("calendars"))
    for name in ("one", "two"):
        files[name] = tmp_path / f"{name}.toml"
        files[name].write_text(NORTH.replace('units = ["north"]', units))
    with pytest.raises(ConfigurationInvalid, match=r"(one|two)\.toml"):
        load_regimes(Settings().config_files("regimes"), files)


def test_a_clock_that_waits_for_the_complete_file_starts_with_it(desk: Desk) -> None:
    filed = desk.file(regime="eu-adr")
    desk.until(filed.reference, "plan-investigation")
    view = desk.engine.complaints.get(SYSTEM, filed.reference)
    waiting = {"final_response", "statutory_response", "level_1", "level_3"}
    assert set(view.waiting_for_file) == waiting
    assert waiting.isdisjoint(clocks(desk, filed))
    assert timers(desk)["level-2-due"] == NEVER
    with pytest.raises(Conflict, match="not started"):
        desk.engine.complaints.extend(HANDLER, filed.reference, Postponement(until=date(2026, 9, 1), reason="Why."))
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=100))
    assert desk.engine.complaints.get(SYSTEM, filed.reference).escalation_level == 0
    desk.engine.complaints.complete_file(HANDLER, filed.reference)
    law = clocks(desk, filed)["statutory_response"]
    assert (law.started_by, law.started_at) == ("complete-file", MONDAY + timedelta(days=100))
    assert law.due_at.date() == (law.started_at + timedelta(days=90)).date()
    assert timers(desk)["level-2-due"] == clocks(desk, filed)["final_response"].due_at
    entry = desk.engine.complaints.timeline(SYSTEM, filed.reference)[-1]
    assert (entry.event, entry.actor) == ("file-complete", "hana")
    with pytest.raises(Conflict):
        desk.engine.complaints.complete_file(HANDLER, filed.reference)


def test_the_file_may_have_been_complete_on_an_earlier_day(desk: Desk) -> None:
    filed = desk.file(regime="eu-adr")
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=10))
    for day in (date(2026, 3, 1), date(2026, 3, 13)):
        with pytest.raises(Refused):
            desk.engine.complaints.complete_file(HANDLER, filed.reference, day)
    desk.engine.complaints.complete_file(HANDLER, filed.reference, date(2026, 3, 5))
    assert clocks(desk, filed)["statutory_response"].due_at.date() == date(2026, 6, 3)


def test_a_case_that_waits_for_no_file_is_not_completed(desk: Desk) -> None:
    with pytest.raises(Conflict, match="No clock"):
        desk.engine.complaints.complete_file(HANDLER, desk.file().reference)


def test_each_level_restarts_its_own_clock_and_never_that_of_the_law(desk: Desk) -> None:
    filed = desk.file(regime="nl-wkkgz")
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)
    assert "escalation" not in before
    seen = []
    for kind in ("level_1", "final_response", "level_3"):
        desk.engine.set_clock(SYSTEM, clocks(desk, filed)[kind].due_at + timedelta(minutes=1))
        now = clocks(desk, filed)
        seen.append((now["escalation"].started_at, now["escalation"].started_by, now["escalation"].limit["amount"]))
        law = now["statutory_response"]
        assert (law.due_at, law.started_at) == (before["statutory_response"].due_at, MONDAY)
        assert now["final_response"].started_at == MONDAY
    assert [(by, amount) for _, by, amount in seen] == [("escalation", 3), ("escalation", 2), ("escalation", 1)]
    assert len({at for at, _, _ in seen}) == 3
    rounds = [c for c in desk.engine.complaints.get(SYSTEM, filed.reference).deadlines if c.kind == "escalation"]
    assert [clock.state for clock in rounds] == ["stopped", "stopped", "running"]
    desk.until(filed.reference, "decide")
    desk.do(filed.reference, "decide")
    assert clocks(desk, filed)["escalation"].state == "met"


@pytest.mark.parametrize(("days", "state"), [(2, "met"), (10, "over")])
def test_settling_early_is_a_chance_and_no_duty(desk: Desk, days: int, state: str) -> None:
    filed = desk.file(regime="fca-disp")
    desk.until(filed.reference, "decide")
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=days))
    assert clocks(desk, filed)["summary_resolution"].state == ("running" if state == "met" else "over")
    desk.do(filed.reference, "decide")
    assert clocks(desk, filed)["summary_resolution"].state == state
