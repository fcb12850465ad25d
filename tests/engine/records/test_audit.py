from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.errors import Forbidden
from engine.records import About, Action, audit, note_read
from engine.store.record import ReadEntry
from engine.types import SYSTEM, Actor, SearchRequest


def test_an_entry_is_written_with_its_command(engine: Engine) -> None:
    with engine.units() as uow:
        audit(uow, SYSTEM, Action.DEPLOYED, About(subject="1", business_id="C-1"), {"count": 2})
    (entry,) = engine.audit.search(SYSTEM, SearchRequest(filter={"business_id": "C-1"})).items
    assert (entry.action, entry.actor_id, entry.entity_key, entry.details) == ("deployed", "system", "1", {"count": 2})


def test_a_command_that_fails_leaves_no_entry(engine: Engine) -> None:
    def fail() -> None:
        with engine.units() as uow:
            audit(uow, SYSTEM, Action.DEPLOYED, About())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert engine.audit.search(SYSTEM, SearchRequest()).total_items == 0


def test_the_trail_is_read_by_who_may(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        engine.audit.search(Actor(username="stranger"), SearchRequest())


def test_looks_at_confidential_content_are_noted(engine: Engine) -> None:
    with engine.units() as uow:
        note_read(uow, Actor(username="ann"), "C-1", "description")
    with engine.units() as uow:
        entry = uow.session.scalars(select(ReadEntry)).one()
        assert (entry.actor, entry.subject, entry.part) == ("ann", "C-1", "description")
