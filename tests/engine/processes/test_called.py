"""Several processes, and several versions of one, in an instance: each row says which one it belongs to."""

from __future__ import annotations

from collections.abc import Callable

from engine.bootstrap import Engine
from engine.processes import Resource
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, reminded, user_task

Begin = Callable[..., int]


def calls(process_id: str, *called: str, element: str = "work") -> Resource:
    """A process that calls others at the same time, and has a user task `work` of its own beside them."""
    fork, join = '<bpmn:parallelGateway id="fork"/>', '<bpmn:parallelGateway id="join"/>'
    at = [f"call-{number}" for number, _ in enumerate(called)]
    activities = "".join(
        f'<bpmn:callActivity id="{name}"><bpmn:extensionElements><zeebe:calledElement {said}/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
        for name, said in zip(at, called, strict=True)
    )
    ways = "".join(flows("fork", name, "join") for name in [*at, element])
    content = START + fork + user_task(element) + activities + join + END
    return diagram(process_id, content + ways + flows("start", "fork") + flows("join", "end"))


def test_timers_of_called_processes_say_whose_they_are(engine: Engine, start: Begin) -> None:
    engine.deployments.deploy(SYSTEM, [reminded("inner", "PT1H")])
    start(calls("outer", 'processId="inner"'))
    (timer,) = engine.timers.search(SYSTEM, SearchRequest()).items
    assert (timer.element_id, timer.process_definition_id) == ("late", "inner")
    elements = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"element_id": "work"})).items
    assert sorted(element.process_definition_id for element in elements) == ["inner", "outer"]
