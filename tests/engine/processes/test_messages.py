from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.errors import Conflict, Malformed, NotFound
from engine.store.message import MessageCorrelation
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import waiting

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]
Complete = Callable[..., None]
HOUR = 3_600_000


def test_a_message_reaches_who_waits_for_it(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    mine, other = start(waiting(), reference="C-1"), start(waiting(), reference="C-2")
    for key in (mine, other):
        complete(key, "before")
    sent = engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1", variables={"text": "yes"})
    assert sent.process_instance_keys == (mine,)
    assert (open_tasks(mine), open_tasks(other)) == (["after"], [])
    found = engine.instances.search_variables(SYSTEM, SearchRequest(filter={"name": "text"}))
    assert [(v.process_instance_key, v.value) for v in found.items] == [(mine, "yes")]


def test_a_message_is_kept_for_who_waits_later(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(waiting(), reference="C-1")
    engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1", time_to_live=HOUR)
    assert open_tasks(key) == ["before"]
    complete(key, "before")
    assert open_tasks(key) == ["after"]


def test_a_kept_message_expires(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete, clock: SettableClock
) -> None:
    key = start(waiting(), reference="C-1")
    engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1", time_to_live=HOUR)
    clock.pin(clock.now() + timedelta(hours=1))
    complete(key, "before")
    assert open_tasks(key) == []


def test_a_message_without_time_to_live_is_not_kept(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(waiting(), reference="C-1")
    assert engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1").process_instance_keys == ()
    complete(key, "before")
    assert open_tasks(key) == []


def test_a_message_reaches_a_process_once(engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete) -> None:
    first, second = start(waiting(), reference="C-1"), start(waiting(), reference="C-1")
    engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1", time_to_live=HOUR)
    complete(first, "before")
    complete(second, "before")
    assert (open_tasks(first), open_tasks(second)) == (["after"], [])


def test_the_same_message_id_is_taken_once_while_it_is_kept(engine: Engine, clock: SettableClock) -> None:
    def publish() -> None:
        engine.messages.publish(SYSTEM, name="answer", correlation_key="C-1", time_to_live=HOUR, message_id="m1")

    publish()
    with pytest.raises(Conflict):
        publish()
    clock.pin(clock.now() + timedelta(hours=2))
    publish()


def test_correlating_needs_somebody_who_waits(engine: Engine, start: Begin, complete: Complete) -> None:
    key = start(waiting(), reference="C-1")
    with pytest.raises(NotFound):
        engine.messages.correlate(SYSTEM, name="answer", correlation_key="C-1")
    complete(key, "before")
    assert engine.messages.correlate(SYSTEM, name="answer", correlation_key="C-1").process_instance_key == key


def test_a_message_and_a_wait_that_missed_each_other_are_brought_together(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(waiting(), reference="C-1")
    complete(key, "before")
    sender = engine.messages
    # Two commands at the same moment do not see each other: as if the publication had not seen the wait.
    sender._receivers = lambda *_: []  # type: ignore[method-assign]
    sender.publish(SYSTEM, name="answer", correlation_key="C-1", time_to_live=HOUR)
    del sender._receivers  # type: ignore[method-assign]
    assert open_tasks(key) == []
    assert (sender.match_kept(), sender.match_kept()) == (1, 0)
    assert open_tasks(key) == ["after"]


def test_expired_messages_are_forgotten(engine: Engine, clock: SettableClock) -> None:
    engine.messages.publish(SYSTEM, name="answer", time_to_live=HOUR, message_id="m1")
    clock.pin(clock.now() + timedelta(hours=2))
    engine.messages.match_kept()
    with engine.units() as uow:
        assert uow.session.execute(delete(MessageCorrelation)).rowcount == 0  # type: ignore[attr-defined]


def test_names_that_make_no_sense_are_refused(engine: Engine) -> None:
    with pytest.raises(Malformed):
        engine.messages.publish(SYSTEM, name="")
    with pytest.raises(Malformed):
        engine.messages.publish(SYSTEM, name="answer", variables={"a": "\0"})
