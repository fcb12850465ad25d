"""Staff read, correct, write and attach; what they looked at and what stood there before stays known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.complaints import ComplaintChanges, Upload
from engine.complaints.cases import get_case, happened
from engine.complaints.events import Event
from engine.errors import Forbidden, NotFound, Refused, StaleVersion
from engine.store.record import ReadEntry
from engine.types import SYSTEM, Actor, SearchRequest
from tests.engine.complaints.desk import FRONT, Desk

STRANGER = Actor(username="eve", permissions=frozenset({"task:work"}))


def test_a_correction_keeps_the_old_value(desk: Desk) -> None:
    reference = desk.file().reference
    changes = {"problem_date": date(2026, 2, 1), "party.complainant.email": "ann@work.example", "category": "price"}
    view = desk.engine.complaints.update(FRONT, reference, ComplaintChanges(fields=changes))
    assert view.parties["complainant"].email == "ann@work.example"
    assert {(c.field, c.old, c.new, c.actor) for c in view.changes} == {
        ("problem_date", None, "2026-02-01", "fred"),
        ("party.complainant.email", "ann@home.example", "ann@work.example", "fred"),
        ("category", None, "price", "fred"),
    }
    assert desk.engine.complaints.timeline(FRONT, reference)[-1].event == "corrected"


def test_of_two_who_correct_at_once_the_second_reads_again(desk: Desk) -> None:
    complaints, reference = desk.engine.complaints, desk.file().reference
    seen = complaints.get(FRONT, reference).rev
    complaints.update(FRONT, reference, ComplaintChanges(fields={"category": "price"}, if_match=seen))
    with pytest.raises(StaleVersion):
        complaints.update(FRONT, reference, ComplaintChanges(fields={"category": "other"}, if_match=seen))


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("status", "closed", "unknown-field"),
        ("party.king.name", "x", "unknown-field"),
        ("party.complainant.key", "x", "unknown-field"),
        ("description", "", "required"),
        ("may_disclose", "yes", "type"),
        ("problem_date", "2026-01-01", "type"),
        ("category", "weather", "options"),
        ("language", "?", "language"),
        ("party.complainant.email", "nobody", "email"),
        ("order_reference", "a\x00", "null-byte"),
    ],
)
def test_a_correction_that_makes_no_sense_changes_nothing(desk: Desk, name: str, value: Any, rule: str) -> None:
    reference = desk.file().reference
    fields = {"product_or_service": "a lamp", name: value}
    with pytest.raises(Refused) as refused:
        desk.engine.complaints.update(FRONT, reference, ComplaintChanges(fields=fields))
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert desk.engine.complaints.get(FRONT, reference).product_or_service is None


def test_every_look_at_a_case_is_written_down(desk: Desk) -> None:
    reference = desk.file().reference
    desk.engine.complaints.get(FRONT, reference)
    desk.engine.complaints.messages(FRONT, reference)
    with desk.engine.units() as uow:
        seen = uow.session.execute(select(ReadEntry.actor, ReadEntry.subject, ReadEntry.part)).all()
    assert {tuple(row) for row in seen} == {("fred", reference, "complaint"), ("fred", reference, "messages")}


def test_a_stranger_sees_and_does_nothing(desk: Desk) -> None:
    complaints, reference = desk.engine.complaints, desk.file().reference
    for act in (
        lambda: complaints.get(STRANGER, reference),
        lambda: complaints.search(STRANGER, SearchRequest()),
        lambda: complaints.timeline(STRANGER, reference),
        lambda: complaints.messages(STRANGER, reference),
        lambda: complaints.attachments(STRANGER, reference),
        lambda: complaints.write(STRANGER, reference, "x"),
        lambda: complaints.update(STRANGER, reference, ComplaintChanges(fields={})),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_case_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.engine.complaints.get(SYSTEM, "C-1999-000001")


def test_search_finds_by_code_and_pages_by_cursor(desk: Desk) -> None:
    filed = [desk.file(category=category).reference for category in ("price", "other", "price")]
    search = desk.engine.complaints.search
    page = search(FRONT, SearchRequest(filter={"category": "price"}, limit=1))
    assert (page.total_items, page.items[0].reference) == (2, filed[2])
    following = search(FRONT, SearchRequest(filter={"category": "price"}, limit=1, after=page.end_cursor))
    assert following.items[0].reference == filed[0]


def test_equal_files_are_kept_once_and_named_by_their_content(desk: Desk) -> None:
    complaints, reference = desk.engine.complaints, desk.file().reference
    for name in ("../a.txt", "b.txt"):
        complaints.attach(FRONT, reference, Upload(name=name, content=b"the same words"))
    assert [row.name for row in complaints.attachments(FRONT, reference)] == ["a.txt", "b.txt"]
    kept = [path for path in Path(desk.engine.settings.attachments).rglob("*") if path.is_file()]
    assert len(kept) == 1


def test_free_text_of_forms_is_in_the_case_and_in_no_variable(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "find-facts")
    notes = desk.engine.complaints.get(SYSTEM, filed.reference).notes
    assert [(note.field, note.value, note.actor) for note in notes] == [("plan", "Read the file.", "hana")]
    variables = desk.engine.instances.search_variables(SYSTEM, SearchRequest())
    assert "plan" not in {variable.name for variable in variables.items}


def test_the_calculation_follows_the_decision_table_after_assessment(desk: Desk) -> None:
    filed = desk.file()
    desk.do(filed.reference, "assess", severity="critical", safety=True)
    clocks = {clock.kind: clock for clock in desk.engine.complaints.get(SYSTEM, filed.reference).deadlines}
    assert clocks["final_response"].basis == "decision"
    assert clocks["final_response"].due_at < filed.deadlines["final_response"]
    assert clocks["level_1"].due_at < clocks["final_response"].due_at < clocks["level_3"].due_at


def test_two_commands_that_read_the_same_number_both_count(desk: Desk) -> None:
    complaints, filed = desk.engine.complaints, desk.file()
    with desk.engine.units() as uow:  # as a step of the process does: it locks the instance, not the case
        case = get_case(uow, filed.reference)
        complaints.write_public(filed.tracking_code, "Is there news?")
        for level in (1, 2):
            happened(uow, case, Event.ESCALATED, SYSTEM, {"level": level})
        uow.session.flush()
        happened(uow, case, Event.ESCALATED, SYSTEM, {"level": 3})
    assert complaints.get(SYSTEM, filed.reference).rev == len(complaints.timeline(SYSTEM, filed.reference))


def test_a_search_tells_no_free_text(desk: Desk) -> None:
    desk.file(remedy_sought="My money back.")
    (found,) = desk.engine.complaints.search(FRONT, SearchRequest()).items
    assert (found.description, found.remedy_sought) == (None, None)
