"""Process tests that are sent with a deployment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.errors import DeploymentRefused, Finding
from engine.processes import Resource
from engine.settings import Settings
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, one_user_task, user_task
from tests.engine.processes.test_deployments import FORM

PASSING = b"scenarios:\n  - name: fine\n    expect: {tasks: [work]}\n"
FAILING = b"scenarios:\n  - name: fine\n    expect: {tasks: []}\n"
Requiring = Callable[[str], Engine]


@pytest.fixture
def requiring(settings: Settings, session_factory: sessionmaker[Session], clock: SettableClock) -> Requiring:
    """An engine whose deployments require process tests so far."""

    def made(required: str) -> Engine:
        chosen = replace(settings, require_process_tests=required)  # type: ignore[arg-type]  # one of three words
        return make_engine(chosen, session_factory, clock)

    return made


def scenarios(content: bytes) -> Resource:
    return Resource(name="case.tests.yaml", content=content)


def refused(engine: Engine, *resources: Resource) -> list[Finding]:
    with pytest.raises(DeploymentRefused) as refusal:
        engine.deployments.deploy(SYSTEM, resources)
    assert engine.deployments.search_processes(SYSTEM, SearchRequest()).items == ()
    return list(refusal.value.findings)


def test_failing_scenarios_are_remarks_unless_they_are_required(engine: Engine) -> None:
    done = engine.deployments.deploy(SYSTEM, [one_user_task(), scenarios(FAILING)])
    (finding,) = done.findings
    assert (finding.severity, finding.rule, finding.file, finding.line) == (
        "warning",
        "scenario-tasks",
        "case.tests.yaml",
        3,
    )
    assert len(done.deployments) == 1


def test_required_they_refuse_the_deployment_with_element_and_cure(requiring: Requiring) -> None:
    engine = requiring("sent")
    (finding,) = refused(engine, one_user_task(), scenarios(FAILING))
    assert (finding.rule, finding.element_id, finding.line) == ("scenario-tasks", "work", 3)
    assert finding.message == "Scenario 'fine': Open are work, and expected are none."
    assert finding.cure is not None
    assert engine.deployments.deploy(SYSTEM, [one_user_task(), scenarios(PASSING)]).findings == ()
    assert engine.deployments.deploy(SYSTEM, [one_user_task("other")]).findings == ()


def test_a_house_may_want_tests_of_every_process(requiring: Requiring) -> None:
    engine = requiring("all")
    (finding,) = refused(
        engine, one_user_task(), one_user_task("other"), scenarios(PASSING.replace(b"- ", b"- process: case\n    "))
    )
    assert (finding.rule, finding.element_id, finding.file) == ("process-untested", "other", "other.bpmn")
    assert [f.rule for f in refused(engine, one_user_task())] == ["process-untested"]


def test_tests_that_cannot_be_read_always_refuse(engine: Engine) -> None:
    (finding,) = refused(engine, one_user_task(), scenarios(b"scenarios:\n  - name: a\n    steps: [answer: wrok]\n"))
    assert (finding.rule, finding.line, finding.cure) == ("tests-unknown-element", 3, "Is 'work' meant?")


def test_a_diagram_that_cannot_run_is_refused_for_that_alone(engine: Engine) -> None:
    broken = diagram("case", START + user_task("work") + flows("start", "nowhere"))
    assert not {f.rule for f in refused(engine, broken, scenarios(FAILING))} & {"scenario-tasks", "process-tests"}


def test_scenarios_run_on_what_is_deployed_besides(requiring: Requiring) -> None:
    engine = requiring("sent")
    engine.deployments.deploy(SYSTEM, [Resource(name="f.form", content=FORM), one_user_task("called")])
    call = (
        '<bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="called"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    content = START + user_task("fill", form="f") + call + END + flows("start", "fill", "call", "end")
    scenario = (
        b"scenarios:\n  - name: a\n    steps:\n      - {answer: fill, with: {b: 1}, refused: unknown-field}\n"
        b"      - {answer: fill, with: {a: text}}\n      - answer: work\n    expect: {state: completed}\n"
    )
    assert engine.deployments.deploy(SYSTEM, [diagram("case", content), scenarios(scenario)]).findings == ()


def test_tests_alone_are_no_deployment(engine: Engine) -> None:
    assert refused(engine, scenarios(PASSING)) == []
