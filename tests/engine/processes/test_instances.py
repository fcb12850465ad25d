from __future__ import annotations

from collections.abc import Callable

from engine.bootstrap import Engine
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import one_user_task

Tasks = Callable[[int], list[str]]


def test_a_user_task_is_waited_for_and_completed(
    engine: Engine, start: Callable[..., int], open_tasks: Tasks, complete: Callable[..., None]
) -> None:
    key = start(one_user_task(), colour="red")
    assert open_tasks(key) == ["work"]
    complete(key, "work", colour="blue")
    assert open_tasks(key) == []
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"
    variables = engine.instances.search_variables(SYSTEM, SearchRequest(filter={"process_instance_key": key}))
    assert [(v.name, v.value) for v in variables.items] == [("colour", "blue")]
