from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import SettableClock
from engine.store.deployment import Deployment
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork


@pytest.fixture
def units(session_factory: sessionmaker[Session], clock: SettableClock) -> UnitsOfWork:
    return UnitsOfWork(session_factory, clock)


def add(uow: UnitOfWork) -> int:
    key = uow.new_key()
    uow.session.add(Deployment(key=key, number=key, deployed_at=uow.now(), deployed_by="test"))
    return key


def count(units: UnitsOfWork) -> int:
    with units() as uow:
        return uow.session.scalar(select(func.count()).select_from(Deployment)) or 0


def test_leaving_the_block_commits_and_then_runs_what_waits_for_it(units: UnitsOfWork) -> None:
    seen: list[int] = []
    with units() as uow:
        add(uow)
        uow.after_commit(lambda: seen.append(count(units)))
        assert seen == []
    assert seen == [1]


def test_an_error_leaves_nothing_behind(units: UnitsOfWork) -> None:
    def fail() -> None:
        with units() as uow:
            add(uow)
            uow.session.flush()
            uow.after_commit(lambda: pytest.fail("ran without a commit"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count(units) == 0


def test_keys_are_unique_over_blocks_and_over_processes(units: UnitsOfWork) -> None:
    other = UnitsOfWork(units.session_factory, units.clock)
    with units() as one, other() as two:
        keys = [uow.new_key() for _ in range(1_500) for uow in (one, two)]
    assert len(set(keys)) == 3_000


def test_a_naive_time_is_refused(units: UnitsOfWork) -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - the point of the test
    with units() as uow:
        row = Deployment(key=uow.new_key(), number=1, deployed_at=naive, deployed_by="test")
        uow.session.add(row)
        with pytest.raises(StatementError, match="offset"):
            uow.session.flush()
        uow.session.rollback()


def test_times_come_back_as_they_went_in(units: UnitsOfWork) -> None:
    with units() as uow:
        key, now = add(uow), uow.now()
    with units() as uow:
        assert uow.session.get_one(Deployment, key).deployed_at == now
