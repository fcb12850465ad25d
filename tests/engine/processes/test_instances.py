from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from engine.bootstrap import Engine
from engine.errors import AlreadyCompleted, Conflict, Forbidden, IdempotencyMismatch, Malformed, NotFound, StaleVersion
from engine.processes import StartInstance, Step
from engine.store.process_instance import ElementInstance, ProcessInstance
from engine.store.record import AuditEntry
from engine.types import SYSTEM, Actor, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, one_user_task, user_task

Tasks = Callable[[int], list[str]]
Begin = Callable[..., int]
Complete = Callable[..., None]


def variables(engine: Engine, key: int) -> dict[str, object]:
    page = engine.instances.search_variables(SYSTEM, SearchRequest(filter={"process_instance_key": key}))
    return {variable.name: variable.value for variable in page.items}


def test_a_user_task_is_waited_for_and_completed(
    engine: Engine, start: Begin, open_tasks: Tasks, complete: Complete
) -> None:
    key = start(one_user_task(), colour="red")
    assert open_tasks(key) == ["work"]
    complete(key, "work", colour="blue")
    assert open_tasks(key) == []
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"
    assert variables(engine, key) == {"colour": "blue"}


def test_the_history_tells_where_the_token_was(engine: Engine, start: Begin, complete: Complete) -> None:
    key = start(one_user_task())
    complete(key, "work")
    page = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"process_instance_key": key}))
    seen = {element.element_id: (element.type, element.state) for element in page.items}
    assert seen["work"] == ("USER_TASK", "COMPLETED")
    assert seen["end"] == ("END_EVENT", "COMPLETED")
    assert {element.element_name for element in page.items} >= {"Work"}


def test_a_task_that_is_done_cannot_be_done_again(engine: Engine, start: Begin, complete: Complete) -> None:
    content = START + user_task("one") + user_task("two") + END + flows("start", "one", "two", "end")
    key = start(diagram("twice", content))
    with engine.units() as uow:
        done = uow.session.scalars(select(ElementInstance.key).where(ElementInstance.element_id == "one")).one()
    complete(key, "one")
    step = Step(command=lambda instance: instance.complete(done, {}), completes=done)
    with pytest.raises(AlreadyCompleted), engine.units() as uow:
        engine.advance.run(uow, SYSTEM, key, step)


def test_an_ended_instance_takes_no_more_commands(engine: Engine, start: Begin, complete: Complete) -> None:
    key = start(one_user_task())
    complete(key, "work")
    with pytest.raises(Conflict):
        engine.instances.cancel(SYSTEM, key)


def test_cancelling_ends_everything_in_it(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    key = start(one_user_task())
    engine.instances.cancel(SYSTEM, key)
    assert open_tasks(key) == []
    assert engine.instances.get(SYSTEM, key).state == "TERMINATED"


def test_a_revision_that_is_out_of_date_is_refused(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    seen = engine.instances.get(SYSTEM, key).rev
    engine.instances.set_variables(SYSTEM, key, {"a": 1})
    step = Step(command=lambda instance: instance.cancel(), expected_rev=seen)
    with pytest.raises(StaleVersion), engine.units() as uow:
        engine.advance.run(uow, SYSTEM, key, step)


def test_commands_at_the_same_time_take_turns_and_none_is_lost(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: engine.instances.set_variables(SYSTEM, key, {f"v{i}": i}), range(12)))
    assert variables(engine, key) == {f"v{i}": i for i in range(12)}
    assert engine.instances.get(SYSTEM, key).rev == 13


def test_of_two_who_complete_the_same_task_one_wins(engine: Engine, start: Begin) -> None:
    key = start(one_user_task())
    with engine.units() as uow:
        waiting = uow.session.scalars(select(ElementInstance.key).where(ElementInstance.element_id == "work")).one()

    def done(name: str) -> bool:
        try:
            with engine.units() as uow:
                step = Step(command=lambda instance: instance.complete(waiting, {"by": name}), completes=waiting)
                engine.advance.run(uow, SYSTEM, key, step)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(done, ["one", "two"])) == [False, True]


def test_what_fails_leaves_nothing_half_written(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    key = start(one_user_task(), colour="red")
    before = engine.instances.get(SYSTEM, key)

    def break_down() -> None:
        with engine.units() as uow:
            engine.advance.run(uow, SYSTEM, key, Step(command=lambda i: i.set_variables(key, {"colour": "blue"})))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_down()
    assert engine.instances.get(SYSTEM, key) == before
    assert variables(engine, key) == {"colour": "red"}
    engine.instances.set_variables(SYSTEM, key, {"size": 1})
    assert variables(engine, key) == {"colour": "red", "size": 1}


def test_a_repeated_start_gives_the_first_instance(engine: Engine) -> None:
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    command = StartInstance(process_id="case", variables={"a": 1}, idempotency="k1")
    with ThreadPoolExecutor(3) as pool:
        started = list(pool.map(lambda _: engine.instances.start(SYSTEM, command), range(3)))
    assert len({s.process_instance_key for s in started}) == 1
    with pytest.raises(IdempotencyMismatch):
        engine.instances.start(SYSTEM, StartInstance(process_id="case", variables={"a": 2}, idempotency="k1"))
    with engine.units() as uow:
        assert uow.session.scalar(select(func.count()).select_from(ProcessInstance)) == 1


def test_a_start_that_fails_may_be_repeated_with_its_key(engine: Engine) -> None:
    command = StartInstance(process_id="case", idempotency="k1")
    with pytest.raises(NotFound):
        engine.instances.start(SYSTEM, command)
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    assert engine.instances.start(SYSTEM, command).process_definition_version == 1


@pytest.mark.parametrize("bad", [{"a": "\0"}, {"a": float}])
def test_variables_that_cannot_be_stored_are_refused(engine: Engine, bad: dict[str, object]) -> None:
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    with pytest.raises(Malformed):
        engine.instances.start(SYSTEM, StartInstance(process_id="case", variables=bad))  # type: ignore[arg-type]


def test_who_may_not_is_refused(engine: Engine, start: Begin) -> None:
    key, stranger = start(one_user_task()), Actor(username="stranger")
    with pytest.raises(Forbidden):
        engine.instances.cancel(stranger, key)
    with pytest.raises(Forbidden):
        engine.instances.start(stranger, StartInstance(process_id="case"))


def test_the_cache_and_the_codec_give_the_same(engine: Engine, start: Begin, complete: Complete) -> None:
    content = START + "".join(user_task(f"t{i}") for i in range(4)) + END
    resource = diagram("long", content + flows("start", "t0", "t1", "t2", "t3", "end"))
    cached, loaded = start(resource, n=0), start(resource, n=0)
    for i in range(4):
        complete(cached, f"t{i}", n=i)
        engine.advance.forget(loaded)
        complete(loaded, f"t{i}", n=i)
    assert variables(engine, cached) == variables(engine, loaded) == {"n": 3}
    states = {engine.instances.get(SYSTEM, key).state for key in (cached, loaded)}
    assert states == {"COMPLETED"}


def test_searching_reads_page_by_page_without_gaps(engine: Engine) -> None:
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    keys = [
        engine.instances.start(SYSTEM, StartInstance(process_id="case", business_id=f"B{i % 2}")).process_instance_key
        for i in range(7)
    ]
    seen: list[int] = []
    after: str | None = None
    while True:
        page = engine.instances.search(SYSTEM, SearchRequest(sort=[("business_id", "desc")], limit=3, after=after))
        if not page.items:
            break
        seen += [view.process_instance_key for view in page.items]
        after = page.end_cursor
        assert page.total_items == 7
    assert seen == sorted(keys[1::2], reverse=True) + sorted(keys[::2], reverse=True)


def test_a_search_by_an_unknown_field_is_refused(engine: Engine) -> None:
    with pytest.raises(Malformed):
        engine.instances.search(SYSTEM, SearchRequest(filter={"nonsense": 1}))


def test_start_and_end_stand_in_the_audit_trail(engine: Engine, start: Begin, complete: Complete) -> None:
    key = start(one_user_task(), business_id="C-1")
    complete(key, "work")
    with engine.units() as uow:
        rows = select(AuditEntry.action).where(AuditEntry.business_id == "C-1").order_by(AuditEntry.key)
        assert list(uow.session.scalars(rows)) == ["instance.started", "instance.completed"]
