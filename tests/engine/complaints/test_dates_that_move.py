"""Dates of a case that move while its process waits: what has fired, what is still to come, who starts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import make_engine
from engine.clock import SettableClock
from engine.complaints import DeadlineView, Postponement, Received
from engine.processes import Resource
from engine.settings import Settings
from engine.store.case_note import CaseNote
from engine.store.complaint import Complaint
from engine.store.timer import Timer
from engine.types import SYSTEM, SearchRequest
from engine.worker import Duties, Worker
from tests.engine.complaints.desk import HANDLER, ROOT, Desk

WHY = "The supplier has not answered yet."


def clocks(desk: Desk, filed: Received) -> dict[str, DeadlineView]:
    return {clock.kind: clock for clock in desk.engine.complaints.get(SYSTEM, filed.reference).deadlines}


def timers(desk: Desk) -> dict[str, datetime]:
    with desk.engine.units() as uow:
        return {timer.element_id: timer.due_at for timer in uow.session.scalars(select(Timer))}


def escalations(desk: Desk, filed: Received) -> list[int]:
    found = desk.engine.complaints.timeline(SYSTEM, filed.reference)
    return [entry.details["level"] for entry in found if entry.event == "escalated"]  # type: ignore[misc]  # JSON


def extended(desk: Desk, filed: Received, until: date) -> None:
    desk.engine.complaints.extend(HANDLER, filed.reference, Postponement(until=until, reason=WHY))


def test_a_date_that_has_escalated_escalates_again_when_it_is_put_off_and_passes(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    first = clocks(desk, filed)["final_response"].due_at
    desk.engine.set_clock(SYSTEM, first + timedelta(hours=1))
    assert (escalations(desk, filed)[-1], "level-2-due" in timers(desk)) == (2, False)
    extended(desk, filed, date(2026, 4, 30))
    final = clocks(desk, filed)["final_response"].due_at
    assert timers(desk)["level-2-due"] == final
    assert desk.engine.complaints.get(SYSTEM, filed.reference).escalation_level == 2
    desk.engine.set_clock(SYSTEM, final + timedelta(hours=1))
    assert escalations(desk, filed).count(2) == 2
    desk.until(filed.reference, "decide")
    desk.do(filed.reference, "decide")
    assert "level-2-due" not in timers(desk)


def test_what_an_operator_has_moved_stays_until_the_date_of_the_case_moves(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    wanted = SearchRequest(filter={"element_id": "level-2-due"})
    (timer,) = desk.engine.timers.search(SYSTEM, wanted).items
    elsewhere = datetime(2026, 3, 10, 12, tzinfo=UTC)
    desk.engine.timers.move(SYSTEM, timer.timer_key, elsewhere)
    desk.do(filed.reference, "plan-investigation")
    assert timers(desk)["level-2-due"] == elsewhere
    extended(desk, filed, date(2026, 4, 30))
    assert timers(desk)["level-2-due"] == clocks(desk, filed)["final_response"].due_at


def test_a_diagram_puts_the_answer_off(desk: Desk) -> None:
    plain = (ROOT / "workflows/complaint_handling/complaint_handling.bpmn").read_bytes()
    head, mark, tail = plain.partition(b'<bpmn:serviceTask id="escalate-1"')
    changed = head + mark + tail.replace(b'type="escalate"', b'type="extend-deadline"', 1)
    desk.engine.deployments.deploy(SYSTEM, [Resource(name="complaint_handling.bpmn", content=changed)])
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)
    given = {"extendUntil": "2026-04-30", "extensionConsent": "no"}
    desk.engine.instances.set_variables(SYSTEM, filed.process_instance_key, given)
    with desk.engine.units() as uow:
        case = uow.session.scalars(select(Complaint.key)).one()
        about = {"complaint_key": case, "element_id": "plan-investigation", "actor": "hana", "at": uow.now()}
        uow.session.add(CaseNote(key=uow.new_key(), field="extensionReason", value=WHY, **about))
    desk.engine.set_clock(SYSTEM, before["level_1"].due_at)
    final = clocks(desk, filed)["final_response"]
    assert (final.due_at.date(), [given.reason for given in final.extensions]) == (date(2026, 4, 30), [WHY])
    assert timers(desk)["level-2-due"] == final.due_at
    assert desk.engine.complaints.messages(SYSTEM, filed.reference)[-1].kind == "extension"


def test_without_a_date_the_diagram_waits_with_an_incident(desk: Desk) -> None:
    plain = (ROOT / "workflows/complaint_handling/complaint_handling.bpmn").read_bytes()
    head, mark, tail = plain.partition(b'<bpmn:serviceTask id="escalate-1"')
    changed = head + mark + tail.replace(b'type="escalate"', b'type="extend-deadline"', 1)
    desk.engine.deployments.deploy(SYSTEM, [Resource(name="complaint_handling.bpmn", content=changed)])
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)
    desk.engine.set_clock(SYSTEM, before["level_1"].due_at)
    (incident,) = desk.engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items
    assert incident.element_id == "escalate-1"
    assert clocks(desk, filed)["final_response"].due_at == before["final_response"].due_at


@pytest.fixture
def with_holiday(
    settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock, tmp_path: Path
) -> Callable[[Desk], None]:
    """Starts the engine again, with Thursday 5 March a holiday."""

    def start(desk: Desk) -> None:
        folder = tmp_path / "own" / "calendars"
        folder.mkdir(parents=True)
        text = settings.config_file("calendars/default.toml").read_text("utf-8")
        (folder / "default.toml").write_text(f'{text}\n[[days]]\ndate = 2026-03-05\nname = "Mourning"\n', "utf-8")
        own = tmp_path / "own"
        changed = Settings(data=settings.data, database_url=settings.database_url, clock="settable", config=own)
        desk.engine = make_engine(changed, session_factory, clock)

    return start


def test_a_worker_reckons_anew_before_it_fires_anything(
    desk: Desk, with_holiday: Callable[[Desk], None], clock: SettableClock, database_url: str
) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    before = clocks(desk, filed)["final_response"].due_at
    with_holiday(desk)
    clock.pin(before + timedelta(minutes=1))  # late by the old calendar, in time by the new one
    with Worker(desk.engine, database_url, Duties(jobs=False)):
        pause = Event()
        while clocks(desk, filed)["final_response"].due_at == before:
            pause.wait(0.02)
    assert timers(desk)["level-2-due"] == clocks(desk, filed)["final_response"].due_at > before
    assert 2 not in escalations(desk, filed)
