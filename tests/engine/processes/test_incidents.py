from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.errors import Conflict, NotFound
from engine.processes.incidents import IncidentView
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task

Begin = Callable[..., int]
GATEWAY = (
    '<bpmn:exclusiveGateway id="split"/>'
    '<bpmn:sequenceFlow id="f1" sourceRef="split" targetRef="big"><bpmn:conditionExpression'
    ' xsi:type="bpmn:tFormalExpression">=size &gt; 10</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="small"><bpmn:conditionExpression'
    ' xsi:type="bpmn:tFormalExpression">=size &lt;= 10</bpmn:conditionExpression></bpmn:sequenceFlow>'
)
SPLIT = diagram(
    "sizes",
    START + GATEWAY + user_task("big") + user_task("small") + END
    + flows("start", "split") + flows("big", "end") + flows("small", "end"),
)  # fmt: skip


def active(engine: Engine) -> list[IncidentView]:
    return list(engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items)


def test_an_element_that_cannot_go_on_waits_with_an_incident(engine: Engine, start: Begin) -> None:
    key = start(SPLIT)
    (incident,) = active(engine)
    assert (incident.element_id, incident.process_instance_key) == ("split", key)
    assert engine.instances.get(SYSTEM, key).state == "ACTIVE"


def test_resolving_runs_the_element_again(engine: Engine, start: Begin, open_tasks: Callable[[int], list[str]]) -> None:
    key = start(SPLIT)
    (incident,) = active(engine)
    engine.instances.set_variables(SYSTEM, key, {"size": 12})
    engine.incidents.resolve(SYSTEM, incident.incident_key)
    assert (open_tasks(key), active(engine)) == (["big"], [])
    with pytest.raises(Conflict):
        engine.incidents.resolve(SYSTEM, incident.incident_key)


def test_an_element_that_fails_again_has_a_new_incident(engine: Engine, start: Begin) -> None:
    start(SPLIT)
    (incident,) = active(engine)
    engine.incidents.resolve(SYSTEM, incident.incident_key)
    (again,) = active(engine)
    assert again.incident_key != incident.incident_key


def test_an_unknown_incident_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.incidents.resolve(SYSTEM, 1)
