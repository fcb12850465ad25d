"""Receipt: registered, clocks started, acknowledged, under way; or refused, and nothing is there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.complaints import PartyData, Receipt, Upload
from engine.errors import AmendsError, Forbidden, IdempotencyMismatch, Refused, TooLarge, UnsupportedContent
from engine.processes import Resource
from engine.store.base import Base
from engine.store.complaint import Complaint
from engine.store.job import Job
from engine.store.party import Party
from engine.store.process_instance import ProcessInstance
from engine.types import SYSTEM, Actor
from tests.engine.complaints.desk import ROOT, Desk


def count(desk: Desk, table: type[Base]) -> int:
    with desk.engine.units() as uow:
        return uow.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_complaint_is_acknowledged_at_once_with_promised_dates(desk: Desk) -> None:
    filed = desk.file()
    assert filed.acknowledged_at == desk.engine.clock.now()
    assert filed.reference.startswith("C-2026-")
    assert {"acknowledgement", "final_response", "progress_update"} == set(filed.deadlines)
    seen = desk.engine.complaints.status(filed.tracking_code)
    assert (seen.reference, seen.status) == (filed.reference, "assessing")
    assert [message.kind for message in seen.messages] == ["acknowledgement"]


def test_staff_see_clocks_with_their_calculation(desk: Desk) -> None:
    view = desk.engine.complaints.get(SYSTEM, desk.file().reference)
    clocks = {clock.kind: clock for clock in view.deadlines}
    assert clocks["acknowledgement"].state == "met"
    assert clocks["final_response"].state == "running"
    assert clocks["final_response"].basis == "iso10002"
    assert [step["rule"] for step in clocks["final_response"].derivation][:2] == ["started", "counted"]


def test_the_process_knows_the_reference_and_no_person(desk: Desk) -> None:
    filed = desk.file()
    with desk.engine.units() as uow:
        instance = uow.session.scalars(select(ProcessInstance)).one()
        assert instance.business_id == filed.reference
        assert instance.key == filed.process_instance_key
        assert not any(word in (instance.snapshot or b"") for word in (b"home.example", b"parcel", b"Example"))


def test_the_code_is_kept_nowhere_and_finds_only_its_own_case(desk: Desk) -> None:
    first, second = desk.file(), desk.file()
    assert desk.engine.complaints.status(first.tracking_code.lower()).reference == first.reference
    assert desk.engine.complaints.status(second.tracking_code).reference == second.reference
    with desk.engine.units() as uow:
        rows = uow.session.execute(select(Complaint.tracking_digest, func.to_jsonb(Complaint.description))).all()
    assert first.tracking_code.replace("-", "").encode() not in b"".join(row[0] for row in rows)
    assert all(first.tracking_code not in message.body for message in _letters(desk, first.reference))


def _letters(desk: Desk, reference: str) -> Any:
    return desk.engine.complaints.messages(SYSTEM, reference)


def test_a_wrong_code_and_an_unknown_one_get_the_same_answer(desk: Desk) -> None:
    filed = desk.file()
    answers = set()
    for code in ("", "nonsense", "7K2MA-7K2MA-7K2MA-7K2MA", filed.tracking_code[:-1], "\x00" * 50, "é" * 10_000):
        with pytest.raises(AmendsError) as refused:
            desk.engine.complaints.status(code)
        answers.add((refused.value.code, refused.value.message))
    assert len(answers) == 1


def test_a_repeat_with_the_same_key_gives_the_first_answer(desk: Desk) -> None:
    assert desk.file("once") == desk.file("once")
    assert count(desk, Complaint) == count(desk, ProcessInstance) == 1
    with pytest.raises(IdempotencyMismatch):
        desk.file("once", description="Something else.")


def test_an_anonymous_complaint_has_no_party_and_no_mail(desk: Desk) -> None:
    filed = desk.file(complainant=None, anonymous=True)
    assert count(desk, Party) == count(desk, Job) == 0
    assert desk.engine.complaints.messages(SYSTEM, filed.reference)[0].delivery == "page"


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"description": "  "}, "description", "required"),
        ({"description": "a\x00b"}, "description", "null-byte"),
        ({"description": "\ud800"}, "description", "null-byte"),
        ({"channel": "pigeon"}, "channel", "options"),
        ({"language": "Klingon!"}, "language", "language"),
        ({"origin": "elsewhere"}, "origin", "options"),
        ({"category": "weather"}, "category", "options"),
        ({"regime": "hammurabi"}, "regime", "regime"),
        ({"complainant": None}, "complainant", "required"),
        ({"anonymous": True}, "complainant", "anonymous"),
        ({"complainant": PartyData(name="A", email="a@b, c@d")}, "complainant.email", "email"),
        ({"complainant": PartyData(name="x" * 2_000)}, "complainant.name", "max-length"),
        ({"problem_date": date(2030, 1, 1)}, "problem_date", "date"),
        ({"attachments": (Upload(name="a.txt", content=b""),)}, "attachments", "required"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(desk: Desk, changes: Any, field: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        desk.file(**changes)
    assert (field, rule) in {(finding.element_id, finding.rule) for finding in refused.value.findings}
    assert count(desk, Complaint) == count(desk, ProcessInstance) == 0


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"description": "x" * 10_000_000}, TooLarge),
        ({"remedy_sought": "x" * 30_000}, TooLarge),
        ({"attachments": (Upload(name="a.bin", content=b"%PDF-" + b"x" * 10_000_001),)}, TooLarge),
        ({"attachments": tuple(Upload(name="a.txt", content=b"x") for _ in range(11))}, TooLarge),
        ({"attachments": (Upload(name="a.exe", content=b"MZ\x90\x00"),)}, UnsupportedContent),
    ],
)
def test_what_is_too_large_or_of_the_wrong_kind_is_refused(desk: Desk, changes: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        desk.file(**changes)
    assert count(desk, Complaint) == 0


def test_staff_need_the_permission_to_file(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.engine.complaints.receive(Actor(username="nobody"), Receipt(description="x"))


def test_a_dutch_complaint_is_answered_in_dutch_by_the_clocks_of_its_regime(desk: Desk) -> None:
    filed = desk.file(language="nl-BE", regime="nl-wkkgz")
    (letter,) = desk.engine.complaints.messages(SYSTEM, filed.reference)
    assert letter.language == "nl"
    assert "13 april 2026" in letter.body


def test_the_table_of_regimes_chooses_the_periods(desk: Desk) -> None:
    chosen = desk.file(unit="care")
    assert desk.engine.complaints.get(SYSTEM, chosen.reference).regime == "nl-wkkgz"
    named = desk.file(unit="care", regime="fca-disp")
    assert desk.engine.complaints.get(SYSTEM, named.reference).regime == "fca-disp"


@pytest.mark.parametrize("answer", ['"code-of-hammurabi"', "12", "unit.nothing"])
def test_a_table_of_regimes_that_is_wrong_keeps_nobody_from_complaining(desk: Desk, answer: str) -> None:
    path = ROOT / "workflows" / "complaint_handling" / "regime.dmn"
    text = path.read_text("utf-8").replace('<text>"iso10002"</text>', f"<text>{answer}</text>")
    if answer == "12":
        text = text.replace('name="regime" typeRef="string"', 'name="regime" typeRef="Any"')
    desk.engine.deployments.deploy(SYSTEM, [Resource(name=path.name, content=text.encode())])
    assert desk.engine.complaints.get(SYSTEM, desk.file().reference).regime == "iso10002"
