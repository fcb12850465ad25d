"""Several processes, and several versions of one, in an instance: each row says which one it belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.errors import DeploymentRefused
from engine.processes import Resource, StartInstance
from engine.store.process_instance import ElementInstance
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


# -- which version is called


def deploy(engine: Engine, *resources: Resource) -> dict[str, int]:
    """Versions of the processes that were deployed."""
    found = engine.deployments.deploy(SYSTEM, resources).deployments
    return {
        one.process_definition_id: one.process_definition_version
        for one in found
        if hasattr(one, "process_definition_id")
    }


def inner(task: str, tag: str | None = None) -> Resource:
    """The called process, told apart by its task."""
    drawn = diagram("inner", START + user_task(task) + END + flows("start", task, "end"))
    if tag is None:
        return drawn
    said = f'<bpmn:extensionElements><zeebe:versionTag value="{tag}"/></bpmn:extensionElements>'
    marked = drawn.content.replace(b'isExecutable="true">', b'isExecutable="true">' + said.encode())
    return Resource(name=drawn.name, content=marked)


def begin(engine: Engine, process_id: str = "outer") -> list[str]:
    """Start an instance; gives the tasks that are open in it."""
    key = engine.instances.start(SYSTEM, StartInstance(process_id=process_id)).process_instance_key
    with engine.units() as uow:
        rows = select(ElementInstance.element_id).where(
            ElementInstance.instance_key == key, ElementInstance.element_type == "USER_TASK"
        )
        return sorted(uow.session.scalars(rows))


LATEST = 'processId="inner"'
TOGETHER = 'processId="inner" bindingType="deployment"'
TAGGED = 'processId="inner" bindingType="versionTag" versionTag="v1"'


def test_the_latest_version_is_called_unless_the_diagram_binds_another(engine: Engine) -> None:
    deploy(engine, inner("one", "v1"), calls("outer", LATEST, TOGETHER, TAGGED))
    assert begin(engine) == ["one", "one", "one", "work"]
    deploy(engine, inner("two", "v2"))
    assert begin(engine) == ["one", "one", "two", "work"]
    deploy(engine, inner("three", "v1"))
    assert begin(engine) == ["one", "three", "three", "work"]


def test_two_versions_of_a_called_process_are_told_apart(engine: Engine) -> None:
    deploy(engine, inner("one"), calls("outer", LATEST, TOGETHER))
    deploy(engine, inner("one", "v2"))
    begin(engine)
    found = engine.instances.search_elements(SYSTEM, SearchRequest(filter={"element_id": "one"})).items
    assert len({element.process_definition_key for element in found}) == 2


def test_what_is_bound_together_changes_together(engine: Engine) -> None:
    outer, middle = (
        calls("outer", 'processId="middle" bindingType="deployment"'),
        calls("middle", TOGETHER, element="m"),
    )
    assert deploy(engine, inner("one"), middle, outer) == {"inner": 1, "middle": 1, "outer": 1}
    assert deploy(engine, inner("one"), middle, outer) == {"inner": 1, "middle": 1, "outer": 1}
    assert deploy(engine, inner("two"), middle, outer) == {"inner": 2, "middle": 2, "outer": 2}
    assert begin(engine) == ["m", "two", "work"]
    assert deploy(engine, inner("two"), middle, calls("outer", LATEST, TOGETHER)) == {
        "inner": 2,
        "middle": 2,
        "outer": 3,
    }
    assert begin(engine) == ["two", "two", "work"]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (TOGETHER, "unbound-process"),
        (TAGGED, "unbound-process"),
        ('processId="inner" bindingType="versionTag"', "binding"),
        ('processId="inner" bindingType="newest"', "binding"),
    ],
)
def test_a_version_that_there_is_not_is_refused(engine: Engine, said: str, rule: str) -> None:
    deploy(engine, inner("one"))
    with pytest.raises(DeploymentRefused) as refused:
        deploy(engine, calls("outer", said))
    assert [(finding.rule, finding.element_id) for finding in refused.value.findings] == [(rule, "call-0")]


def form(label: str, tag: str | None = None) -> Resource:
    """A form of one field."""
    field = {"type": "number", "id": "f", "key": "mark", "label": label}
    said = {"id": "mark", "type": "default", "schemaVersion": 16, "components": [field]} | (
        {"versionTag": tag} if tag else {}
    )
    return Resource(name="mark.form", content=json.dumps(said).encode())


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("", ["B"]),
        (' bindingType="deployment"', ["A"]),
        (' bindingType="versionTag" versionTag="v1"', ["A"]),
    ],
)
def test_forms_are_bound_too(engine: Engine, said: str, labels: list[str]) -> None:
    task = user_task("work", form="mark").replace('formId="mark"', f'formId="mark"{said}')
    deploy(engine, form("A", "v1"), diagram("asking", START + task + END + flows("start", "work", "end")))
    deploy(engine, form("B", "v2"))
    begin(engine, "asking")
    (found,) = engine.tasks.search(SYSTEM, SearchRequest()).items
    shown = engine.tasks.form(SYSTEM, found.user_task_key, "en")
    assert [component["label"] for component in shown.schema["components"]] == labels


def table(answer: int, tag: str | None = None) -> Resource:
    """A decision that always gives the same."""
    said = f'<extensionElements><zeebe:versionTag value="{tag}"/></extensionElements>' if tag else ""
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test"'
        ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
        f'<decision id="size" name="size">{said}<variable name="size"/>'
        f"<literalExpression><text>{answer}</text></literalExpression></decision></definitions>"
    )
    return Resource(name="size.dmn", content=xml.encode())


@pytest.mark.parametrize(
    ("said", "answer"),
    [("", 2), (' bindingType="deployment"', 1), (' bindingType="versionTag" versionTag="v1"', 1)],
)
def test_decisions_are_bound_too(engine: Engine, said: str, answer: int) -> None:
    rule = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements>'
        f'<zeebe:calledDecision decisionId="size" resultVariable="size"{said}/></bpmn:extensionElements>'
        "</bpmn:businessRuleTask>"
    )
    drawn = diagram("deciding", START + rule + user_task("work") + END + flows("start", "rule", "work", "end"))
    deploy(engine, table(1, "v1"), drawn)
    deploy(engine, table(2, "v2"))
    begin(engine, "deciding")
    (variable,) = engine.instances.search_variables(SYSTEM, SearchRequest()).items
    assert variable.value == answer
