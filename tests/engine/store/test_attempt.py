from __future__ import annotations

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import SettableClock
from engine.store.deployment import Deployment
from engine.store.record import ReadEntry
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork


@pytest.fixture
def units(session_factory: sessionmaker[Session], clock: SettableClock) -> UnitsOfWork:
    return UnitsOfWork(session_factory, clock)


def add(uow: UnitOfWork, by: str) -> Deployment:
    key = uow.new_key()
    row = Deployment(key=key, number=key, deployed_at=uow.now(), deployed_by=by)
    uow.session.add(row)
    return row


def append(uow: UnitOfWork, subject: str) -> None:
    uow.append(ReadEntry, key=uow.new_key(), at=uow.now(), actor="a", subject=subject, part="p")


def test_what_an_attempt_wrote_is_taken_back_and_all_else_stands(units: UnitsOfWork) -> None:
    with units() as uow:
        loaded_later = add(uow, "loaded").key
    with units() as uow:
        before = add(uow, "before")
        append(uow, "before")
        uow.scratch["list"] = ["before"]
        attempt = uow.attempt()
        before.deployed_by = "changed"
        flushed = add(uow, "flushed")
        uow.session.flush()
        waiting, read = add(uow, "waiting"), uow.session.get_one(Deployment, loaded_later)
        read.deployed_by = "changed"
        append(uow, "during")
        uow.scratch["list"].append("during")
        uow.scratch["more"] = True
        attempt.undo()
        assert before.deployed_by == "before"
        assert read.deployed_by == "loaded"
        assert inspect(flushed).transient
        assert inspect(waiting).transient
        assert uow.scratch == {"list": ["before"]}
        before.deployed_by = "after"
    with units() as uow:
        assert set(uow.session.scalars(select(Deployment.deployed_by))) == {"loaded", "after"}
        assert list(uow.session.scalars(select(ReadEntry.subject))) == ["before"]


def test_an_attempt_that_went_well_is_written_with_the_command(units: UnitsOfWork) -> None:
    with units() as uow:
        for name in ("first", "second"):
            attempt = uow.attempt()
            add(uow, name)
            append(uow, name)
            attempt.keep()
    with units() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Deployment)) == 2
        assert uow.session.scalar(select(func.count()).select_from(ReadEntry)) == 2


def test_an_attempt_in_a_broken_transaction_leaves_it_to_the_command(units: UnitsOfWork) -> None:
    with units() as uow:
        attempt = uow.attempt()
        uow.session.rollback()
        attempt.undo()
        uow.abandon()
