from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import SettableClock
from engine.store.bulk import Upsert
from engine.store.job import Job
from engine.store.process_instance import Variable
from engine.store.record import AuditEntry
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.store.user_task import UserTask
from engine.types import Json

_VARIABLES = Upsert(table=Variable, unique=("scope_key", "name"), changed=("value", "updated_at"))
_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def units(session_factory: sessionmaker[Session], clock: SettableClock) -> UnitsOfWork:
    return UnitsOfWork(session_factory, clock)


def entry(uow: UnitOfWork, **values: object) -> int:
    key = uow.new_key()
    row = {"at": uow.now(), "actor": "test", "action": "tested", "subject": None, "details": {}}
    uow.append(AuditEntry, key=key, **row | values)
    return key


@pytest.fixture(scope="module")
def any_json() -> list[Json]:
    found: list[Json] = []

    @given(_JSON)
    def collect(value: Json) -> None:
        found.append(value)

    collect()
    return [*found, None, "\\x41", "\ud7ff", {"a": None}]


def test_json_comes_back_as_it_went_in(units: UnitsOfWork, any_json: list[Json]) -> None:
    with units() as uow:
        keys = [entry(uow, details={"value": value}, subject=str(value)) for value in any_json]
    with units() as uow:
        rows = {row.key: row for row in uow.session.scalars(select(AuditEntry))}
        assert [rows[key].details["value"] for key in keys] == any_json
        assert [rows[key].subject for key in keys] == [str(value) for value in any_json]
        assert rows[keys[0]].at == uow.now()


def test_null_is_a_value_of_a_variable_and_what_is_there_gets_the_new_one(units: UnitsOfWork) -> None:
    for value in ("first", None):
        with units() as uow:
            row = {"key": uow.new_key(), "instance_key": 1, "scope_key": 1, "name": "v", "value": value}
            uow.put(_VARIABLES, [row | {"updated_at": uow.now()}])
    with units() as uow:
        assert [row.value for row in uow.session.scalars(select(Variable))] == [None]
        assert uow.session.scalar(select(Variable.key).where(Variable.value == None)) is None  # noqa: E711 - no SQL NULL


def test_lists_and_rows_with_other_columns(units: UnitsOfWork) -> None:
    with units() as uow:
        key = uow.new_key()
        job = {"job_type": "t", "state": "CREATED", "retries": 1, "available_at": uow.now(), "created_at": uow.now()}
        uow.append(Job, key=uow.new_key(), headers={}, variables={}, **job)
        uow.append(Job, key=uow.new_key(), headers={}, variables={}, business_id="b", **job)
        where = dict.fromkeys(("element_instance_key", "instance_key", "definition_key"), 1)
        texts = dict.fromkeys(("process_id", "element_id", "state"), "x")
        groups = ["a,b", 'c"d', "{e}", ""]
        lists = {"candidate_groups": groups, "candidate_users": []}
        uow.append(UserTask, key=key, priority=50, created_at=uow.now(), **where, **texts, **lists)
    with units() as uow:
        task = uow.session.get_one(UserTask, key)
        assert (task.candidate_groups, task.candidate_users, task.rev) == (groups, [], 0)
        assert {row.business_id for row in uow.session.scalars(select(Job))} == {None, "b"}


def test_a_naive_time_is_refused(units: UnitsOfWork) -> None:
    with pytest.raises(TypeError) as refused, units() as uow:
        entry(uow, at=datetime(2026, 3, 2))  # noqa: DTZ001 - the point of the test
    assert "offset" in str(refused.value.__cause__)
