"""The unit of work without a database: plain questions are answered, others refused, attempts taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from engine.store.case_note import CaseNote
from engine.store.complaint import REFERENCE_NUMBERS
from engine.store.party import Party
from engine.trials.memory import MemoryUnit, NoDatabase

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def unit() -> MemoryUnit:
    made = MemoryUnit(NOW)
    names = [("complainant", "A", None), ("representative", "B", "b@example.org"), ("contact", "C", "c@example.org")]
    made.session.add_all(
        Party(key=made.new_key(), complaint_key=1, role=role, name=name, email=email) for role, name, email in names
    )
    return made


def names(unit: MemoryUnit, *where: object) -> list[str]:
    return list(unit.session.scalars(select(Party.name).where(*where).order_by(Party.name.desc())))  # type: ignore[arg-type]  # clauses


def test_plain_questions_are_answered(unit: MemoryUnit) -> None:
    assert names(unit) == ["C", "B", "A"]
    assert names(unit, Party.role == "contact") == ["C"]
    assert names(unit, Party.role.in_(("contact", "complainant"))) == ["C", "A"]
    assert names(unit, Party.email.is_not(None), Party.complaint_key == 1) == ["C", "B"]
    assert names(unit, Party.email.is_(None) | (Party.role != "contact")) == ["B", "A"]
    assert names(unit, Party.email != "b@example.org") == ["C"]
    assert unit.session.execute(select(Party.name, Party.role).limit(1)).one().role == "complainant"
    assert unit.session.scalar(select(Party).where(Party.complaint_key == 2)) is None
    assert unit.session.scalar(select(CaseNote.value)) is None
    assert [unit.session.scalar(REFERENCE_NUMBERS.next_value()) for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        update(Party).values(name="D"),
        select(func.count()).select_from(Party),
        select(Party).where(func.lower(Party.name) == "a"),
        select(Party).where(Party.name.like("A%")),
    ],
)
def test_other_questions_are_refused_rather_than_answered_wrong(unit: MemoryUnit, statement: object) -> None:
    with pytest.raises(NoDatabase):
        unit.session.execute(statement)  # type: ignore[call-overload]  # any statement


def test_an_attempt_is_taken_back_whole(unit: MemoryUnit) -> None:
    party = unit.session.scalar(select(Party))
    assert party is not None
    unit.scratch["kept"] = {"a": 1}
    attempt = unit.attempt()
    party.name, party.phone = "Z", "1"
    unit.scratch["kept"]["b"] = 2
    unit.append(Party, key=9, complaint_key=1, role="unit", name="U")
    attempt.undo()
    assert (party.name, party.phone, unit.scratch) == ("A", None, {"kept": {"a": 1}})
    assert len(names(unit)) == 3
