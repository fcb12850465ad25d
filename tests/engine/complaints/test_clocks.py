"""Clocks of a case: they stand still, are put off, follow a calendar, and timers of the process follow them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import make_engine
from engine.clock import SettableClock
from engine.complaints import DeadlineView, Postponement, Received
from engine.errors import Conflict, Refused
from engine.settings import Settings
from engine.store.timer import Timer
from engine.types import SYSTEM
from tests.engine.complaints.desk import HANDLER, Desk

WHY = "The supplier has not answered yet."


def clocks(desk: Desk, filed: Received) -> dict[str, DeadlineView]:
    """The latest round of each clock."""
    return {clock.kind: clock for clock in desk.engine.complaints.get(SYSTEM, filed.reference).deadlines}


def timers(desk: Desk) -> dict[str, datetime]:
    """When the timers of the only case are due."""
    with desk.engine.units() as uow:
        return {timer.element_id: timer.due_at for timer in uow.session.scalars(select(Timer))}


def later(desk: Desk, **much: float) -> None:
    """Let time pass."""
    desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(**much))


def asked(desk: Desk, **changes: object) -> Received:
    """A complaint whose complainant has to answer a question."""
    filed = desk.file(**changes)
    desk.until(filed.reference, "find-facts")
    desk.do(filed.reference, "find-facts", needInformation="yes", question="Which colour was it?")
    return filed


def test_while_the_complainant_is_asked_our_clocks_stand_still(desk: Desk) -> None:
    filed = asked(desk)
    assert {kind for kind, clock in clocks(desk, filed).items() if clock.state == "paused"} == {
        "level_1",
        "final_response",
        "level_3",
    }
    before = clocks(desk, filed)["final_response"].started_at
    later(desk, days=7)
    desk.engine.complaints.answer(filed.tracking_code, "Blue.")
    final = clocks(desk, filed)["final_response"]
    assert (final.state, final.started_at) == ("running", before)
    assert {"days": 5}.items() <= next(step for step in final.derivation if step["rule"] == "stood-still").items()
    assert timers(desk)["level-2-due"] == final.due_at
    events = [entry.event for entry in desk.engine.complaints.timeline(SYSTEM, filed.reference)]
    assert events.count("clocks-paused") == events.count("clocks-resumed") == 1


def test_silence_lets_the_clocks_go_on_by_themselves(desk: Desk) -> None:
    filed = asked(desk)
    limit = clocks(desk, filed)["complainant_reply"].due_at
    desk.engine.set_clock(SYSTEM, limit + timedelta(minutes=1))
    assert "find-facts" in desk.tasks(filed.reference)
    assert clocks(desk, filed)["final_response"].state == "running"
    assert desk.engine.complaints.get(SYSTEM, filed.reference).escalation_level == 0


def test_a_clock_of_the_law_never_stands_still(desk: Desk) -> None:
    filed = asked(desk, regime="nl-wkkgz")
    law = clocks(desk, filed)["statutory_response"]
    assert (law.statutory, law.state) == (True, "running")
    later(desk, days=13)
    desk.engine.complaints.answer(filed.tracking_code, "Blue.")
    assert clocks(desk, filed)["statutory_response"].due_at == law.due_at
    assert clocks(desk, filed)["final_response"].due_at <= law.due_at


def test_the_answer_is_put_off_with_reasons_and_a_letter(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)
    view = desk.engine.complaints.extend(HANDLER, filed.reference, Postponement(until=date(2026, 4, 30), reason=WHY))
    after = clocks(desk, filed)
    final = after["final_response"]
    assert final.due_at.date() == date(2026, 4, 30)
    assert [(given.reason, given.actor, given.due_before) for given in final.extensions] == [
        (WHY, "hana", before["final_response"].due_at)
    ]
    assert after["level_1"].due_at < final.due_at < after["level_3"].due_at
    assert timers(desk) | {
        "level-1-due": after["level_1"].due_at,
        "level-2-due": final.due_at,
        "level-3-due": after["level_3"].due_at,
    } == timers(desk)
    assert view.deadlines
    letter = desk.engine.complaints.messages(SYSTEM, filed.reference)[-1]
    assert (letter.kind, WHY in letter.body, "30 April 2026" in letter.body) == ("extension", True, True)
    assert desk.engine.complaints.status(filed.tracking_code).deadlines["final_response"] == final.due_at
    desk.engine.set_clock(SYSTEM, before["final_response"].due_at + timedelta(days=1))
    assert desk.engine.complaints.get(SYSTEM, filed.reference).escalation_level == 0
    desk.engine.set_clock(SYSTEM, final.due_at + timedelta(minutes=1))
    assert desk.engine.complaints.get(SYSTEM, filed.reference).escalation_level == 2


@pytest.mark.parametrize(
    ("until", "reason"), [(date(2026, 3, 1), WHY), (date(2026, 3, 10), WHY), (date(2026, 5, 1), "  ")]
)
def test_no_date_is_put_off_without_reasons_or_to_an_earlier_day(desk: Desk, until: date, reason: str) -> None:
    filed = desk.file()
    before = clocks(desk, filed)
    with pytest.raises(Refused):
        desk.engine.complaints.extend(HANDLER, filed.reference, Postponement(until=until, reason=reason))
    assert clocks(desk, filed) == before
    assert len(desk.engine.complaints.messages(SYSTEM, filed.reference)) == 1


def test_the_regime_says_how_far_and_consent_goes_further(desk: Desk) -> None:
    filed = desk.file(regime="nl-wkkgz")  # six weeks from 2 March end on 13 April, four more on 11 May
    extend = desk.engine.complaints.extend
    with pytest.raises(Refused) as refusal:
        extend(HANDLER, filed.reference, Postponement(until=date(2026, 5, 12), reason=WHY))
    assert [finding.rule for finding in refusal.value.findings] == ["too-late"]
    extend(HANDLER, filed.reference, Postponement(until=date(2026, 5, 11), reason=WHY))
    with pytest.raises(Refused):
        extend(HANDLER, filed.reference, Postponement(until=date(2026, 5, 12), reason=WHY))
    extend(HANDLER, filed.reference, Postponement(until=date(2026, 6, 1), reason=WHY, consent=True))
    assert clocks(desk, filed)["statutory_response"].due_at == clocks(desk, filed)["final_response"].due_at


def test_after_the_answer_nothing_is_put_off(desk: Desk) -> None:
    filed = desk.answered()
    with pytest.raises(Conflict):
        desk.engine.complaints.extend(HANDLER, filed.reference, Postponement(until=date(2026, 6, 1), reason=WHY))


@pytest.fixture
def with_holiday(
    desk: Desk, settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock, tmp_path: Path
) -> Callable[[], Desk]:
    """Starts the engine again, with Thursday 5 March a holiday."""

    def start() -> Desk:
        folder = tmp_path / "own" / "calendars"
        folder.mkdir(parents=True)
        text = settings.config_file("calendars/default.toml").read_text("utf-8")
        day = '\n[[days]]\ndate = 2026-03-05\nname = "Day of mourning"\n'
        (folder / "default.toml").write_text(text + day, "utf-8")
        own = Settings(
            data=settings.data, database_url=settings.database_url, clock="settable", config=tmp_path / "own"
        )
        desk.engine = make_engine(own, session_factory, clock)
        return desk

    return start


def test_a_holiday_that_comes_later_moves_open_dates_and_says_so(desk: Desk, with_holiday: Callable[[], Desk]) -> None:
    filed, closed = desk.file(), desk.file()
    desk.engine.complaints.withdraw(closed.tracking_code)
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)["final_response"].due_at
    assert desk.engine.complaints.recompute_deadlines() == 0
    with_holiday()
    assert desk.engine.complaints.recompute_deadlines() == 1
    assert desk.engine.complaints.recompute_deadlines() == 0
    final = clocks(desk, filed)["final_response"]
    assert final.due_at > before
    assert "Day of mourning" in str(final.derivation)
    assert timers(desk)["level-2-due"] == final.due_at
    entry = desk.engine.complaints.timeline(SYSTEM, filed.reference)[-1]
    assert (entry.event, entry.details["because"]) == ("deadlines-moved", "calendar")
