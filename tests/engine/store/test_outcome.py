"""Commands whose connection is lost: nothing half done, and no doubt about a commit where there need be none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import SettableClock
from engine.errors import OutcomeUnknown, Unavailable
from engine.store import era, outcome
from engine.store.connection import connect, sessions
from engine.store.deployment import Deployment
from engine.store.record import ReadEntry
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from tests.faults.severing import Cut, Way


@pytest.fixture
def way(database_url: str) -> Iterator[Way]:
    way = Way(database_url)
    yield way
    way.close()


@pytest.fixture
def units(way: Way, session_factory: sessionmaker[Session], clock: SettableClock) -> Iterator[UnitsOfWork]:
    pool = connect(way.url, pool_size=2)
    yield UnitsOfWork(sessions(pool), clock)
    pool.dispose()


def append(uow: UnitOfWork) -> None:
    uow.append(ReadEntry, key=uow.new_key(), at=uow.now(), actor="a", subject="s", part="p")


def add(uow: UnitOfWork) -> None:
    key = uow.new_key()
    uow.session.add(Deployment(key=key, number=key, deployed_at=uow.now(), deployed_by="test"))


def count(factory: sessionmaker[Session]) -> int:
    with factory() as session:
        rows = select(func.count())
        return sum(session.scalar(rows.select_from(table)) or 0 for table in (ReadEntry, Deployment))


def run(units: UnitsOfWork, way: Way, cut: Cut, *writes: object) -> list[str]:
    after: list[str] = []
    with units() as uow:
        for write in writes:
            write(uow)  # type: ignore[operator]
        uow.after_commit(lambda: after.append("told"))
        way.cut = cut
    return after


@pytest.mark.parametrize("write", [append, add])
def test_a_commit_whose_answer_was_lost_stands(
    units: UnitsOfWork, way: Way, session_factory: sessionmaker[Session], write: object
) -> None:
    assert run(units, way, "after", write) == ["told"]
    assert (way.cuts, count(session_factory)) == (1, 1)


@pytest.mark.parametrize("write", [append, add])
def test_a_commit_that_never_arrived_can_be_tried_again(
    units: UnitsOfWork, way: Way, session_factory: sessionmaker[Session], write: object
) -> None:
    with pytest.raises(Unavailable) as refused:
        run(units, way, "before", write)
    assert not isinstance(refused.value, OutcomeUnknown)
    assert (way.cuts, count(session_factory)) == (1, 0)


def test_after_a_fail_over_nobody_vouches_for_an_old_number(
    units: UnitsOfWork, way: Way, session_factory: sessionmaker[Session]
) -> None:
    def fail_over(_: UnitOfWork) -> None:
        era.saw("another timeline")

    with pytest.raises(OutcomeUnknown):
        run(units, way, "after", append, fail_over)


def test_a_fail_over_takes_another_block_of_keys(units: UnitsOfWork, clock: SettableClock) -> None:
    with units() as uow:
        first = uow.new_key()
        era.saw("a third timeline")
        assert uow.new_key() >= first + 999


def test_a_connection_that_was_ended_is_told_as_unavailable(units: UnitsOfWork, database: Database) -> None:
    def ended() -> None:
        with units() as uow:
            add(uow)
            pid = uow.session.scalar(text("SELECT pg_backend_pid()"))
            with database.begin() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            uow.session.flush()

    with pytest.raises(Unavailable):
        ended()
    with units() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Deployment)) == 0


def test_no_server_at_all_is_told_as_unavailable(units: UnitsOfWork, way: Way) -> None:
    way.close()

    def ask() -> None:
        with units() as uow:
            uow.session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        ask()


def test_a_number_that_the_server_never_gave_was_not_committed(session_factory: sessionmaker[Session]) -> None:
    assert outcome.outcome(session_factory, str(2**31), era.era()) == "aborted"
    assert outcome.outcome(session_factory, None, era.era()) == "unknown"
