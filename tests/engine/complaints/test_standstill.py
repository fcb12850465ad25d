"""The ledger: what our clocks stood still, for what reason, and how much of the budget is used."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.complaints import ComplaintView, DeadlineView, Received, Standstill
from engine.errors import Conflict, Forbidden, Refused
from engine.types import SYSTEM
from tests.conftest import MONDAY
from tests.engine.complaints.desk import HANDLER, REVIEWER, Desk

FRIDAY = date(2026, 3, 13)


def view(desk: Desk, filed: Received) -> ComplaintView:
    """The case."""
    return desk.engine.complaints.get(SYSTEM, filed.reference)


def final(desk: Desk, filed: Received) -> DeadlineView:
    """The clock of our answer."""
    return next(clock for clock in view(desk, filed).deadlines if clock.kind == "final_response")


def pause(desk: Desk, filed: Received, until: date = FRIDAY, reason: str = "third-party") -> None:
    """Let the clocks stand still."""
    desk.engine.complaints.pause(HANDLER, filed.reference, Standstill(reason=reason, until=until))


def test_what_the_clocks_stood_still_is_in_the_ledger_and_not_in_the_budget(desk: Desk) -> None:
    filed = desk.file()
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=2))
    assert final(desk, filed).used == 2
    pause(desk, filed)
    assert final(desk, filed).state == "paused"
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=7))
    assert final(desk, filed).used == 2
    desk.engine.complaints.resume(HANDLER, filed.reference)
    (row,) = view(desk, filed).pauses
    assert (row.reason, row.ended_at, row.expected_at.date()) == ("third-party", MONDAY + timedelta(days=7), FRIDAY)
    assert final(desk, filed).due_at.date() == date(2026, 4, 2)  # three working days later
    events = [(entry.event, entry.actor) for entry in desk.engine.complaints.timeline(SYSTEM, filed.reference)]
    assert events[-2:] == [("clocks-paused", "hana"), ("clocks-resumed", "hana")]


def test_another_target_keeps_what_was_used_and_what_stood_still(desk: Desk) -> None:
    filed = desk.file()
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=2))
    pause(desk, filed)
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=7))
    desk.engine.complaints.resume(HANDLER, filed.reference)
    before = final(desk, filed)
    desk.do(filed.reference, "assess", severity="critical")
    after = final(desk, filed)
    assert (after.limit["amount"], after.basis) == (5, "decision")
    assert (after.used, after.started_at) == (before.used, before.started_at)
    assert after.due_at.date() == date(2026, 3, 12)  # five days from the 2nd, three of which did not count


def test_clocks_of_the_law_run_on(desk: Desk) -> None:
    filed = desk.file(regime="nl-wkkgz")
    law = next(c for c in view(desk, filed).deadlines if c.kind == "statutory_response")
    pause(desk, filed, date(2026, 4, 30))
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=30))
    now = next(c for c in view(desk, filed).deadlines if c.kind == "statutory_response")
    assert (now.state, now.due_at, now.used) == ("running", law.due_at, 30)
    assert final(desk, filed).due_at <= law.due_at


def test_after_the_latest_day_the_clocks_go_on_by_themselves(desk: Desk) -> None:
    filed = desk.file()
    pause(desk, filed)
    due = final(desk, filed).due_at
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=14))
    assert (final(desk, filed).state, final(desk, filed).due_at) == ("running", due)
    pause(desk, filed, date(2026, 3, 20))
    assert [row.ended_at is None for row in view(desk, filed).pauses] == [False, True]


def test_a_question_does_not_end_what_staff_stopped(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "find-facts")
    pause(desk, filed)
    desk.do(filed.reference, "find-facts", needInformation="yes", question="Which colour was it?")
    desk.engine.complaints.answer(filed.tracking_code, "Blue.")
    assert final(desk, filed).state == "paused"
    desk.engine.complaints.resume(HANDLER, filed.reference)
    assert final(desk, filed).state == "running"


def test_staff_do_not_end_the_wait_for_an_answer(desk: Desk) -> None:
    filed = desk.file()
    with pytest.raises(Conflict, match="do not stand still"):
        desk.engine.complaints.resume(HANDLER, filed.reference)
    desk.until(filed.reference, "find-facts")
    desk.do(filed.reference, "find-facts", needInformation="yes", question="Which colour was it?")
    with pytest.raises(Conflict, match="has answered"):
        desk.engine.complaints.resume(HANDLER, filed.reference)
    with pytest.raises(Conflict, match="already"):
        pause(desk, filed)


@pytest.mark.parametrize(
    ("reason", "until", "rule"),
    [
        ("holiday", FRIDAY, "options"),
        ("question", FRIDAY, "options"),
        ("third-party", date(2026, 3, 1), "date"),
        ("third-party", date(2027, 3, 4), "date"),
    ],
)
def test_no_clock_stands_still_without_reason_or_end(desk: Desk, reason: str, until: date, rule: str) -> None:
    filed = desk.file()
    with pytest.raises(Refused) as refused:
        pause(desk, filed, until, reason)
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert view(desk, filed).pauses == ()


def test_after_the_answer_and_for_those_who_only_read_there_is_nothing_to_stop(desk: Desk) -> None:
    filed = desk.answered()
    with pytest.raises(Conflict, match="has been given"):
        pause(desk, filed)
    reader = REVIEWER.__class__(username="vera", permissions=frozenset({"complaint:read"}))
    with pytest.raises(Forbidden):
        desk.engine.complaints.pause(reader, filed.reference, Standstill(reason="third-party", until=FRIDAY))
