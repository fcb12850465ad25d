from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from engine.bootstrap import Engine
from engine.errors import DeploymentRefused, Forbidden, NotFound
from engine.processes import Resource, StartInstance
from engine.store.deployment import Deployment, ProcessDefinition
from engine.store.deployment import Resource as ResourceRow
from engine.types import SYSTEM, Actor, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, one_user_task, service_task, user_task

DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
  <decision id="double" name="Double"><variable name="double"/>
    <literalExpression><text>n * 2</text></literalExpression></decision>
</definitions>"""

FORM = b'{"type": "default", "id": "f", "components": [{"type": "textfield", "id": "a", "key": "a", "label": "A"}]}'


def version(engine: Engine, resource: Resource) -> int:
    return engine.deployments.deploy(SYSTEM, [resource]).deployments[0].process_definition_version  # type: ignore[union-attr]


def test_the_version_rises_only_when_the_content_has_changed(engine: Engine) -> None:
    changed = diagram("case", START + user_task("other") + END + flows("start", "other", "end"))
    assert [version(engine, r) for r in (one_user_task(), one_user_task(), changed, changed)] == [1, 1, 2, 2]


def test_instances_keep_their_version_and_new_ones_take_the_latest(engine: Engine) -> None:
    version(engine, one_user_task())
    version(engine, diagram("case", START + user_task("other") + END + flows("start", "other", "end")))
    started = engine.instances.start(SYSTEM, StartInstance(process_id="case"))
    first = engine.instances.start(SYSTEM, StartInstance(process_id="case", version=1))
    assert (started.process_definition_version, first.process_definition_version) == (2, 1)
    with pytest.raises(NotFound):
        engine.instances.start(SYSTEM, StartInstance(process_id="case", version=3))


def test_one_bad_resource_refuses_all_and_leaves_nothing(engine: Engine) -> None:
    broken = Resource(name="broken.bpmn", content=b"<definitions>")
    with pytest.raises(DeploymentRefused) as refusal:
        engine.deployments.deploy(SYSTEM, [one_user_task(), broken, Resource(name="notes.txt", content=b"")])
    assert {finding.file for finding in refusal.value.findings} == {"broken.bpmn", "notes.txt"}
    with engine.units() as uow:
        for table in (Deployment, ResourceRow, ProcessDefinition):
            assert uow.session.scalar(select(func.count()).select_from(table)) == 0


def test_what_a_diagram_refers_to_must_exist(engine: Engine) -> None:
    content = START + user_task("work", form="nowhere") + END + flows("start", "work", "end")
    with pytest.raises(DeploymentRefused) as refusal:
        engine.deployments.deploy(SYSTEM, [diagram("case", content)])
    finding = refusal.value.findings[0]
    assert (finding.rule, finding.element_id, finding.file) == ("unknown-form", "work", "case.bpmn")


def test_an_unknown_job_type_or_group_is_only_a_warning(engine: Engine) -> None:
    content = (
        START
        + service_task("paint", "paint")
        + user_task("work", groups="nobody")
        + END
        + flows("start", "paint", "work", "end")
    )
    found = engine.deployments.deploy(SYSTEM, [diagram("case", content)]).findings
    assert {(f.rule, f.severity) for f in found} >= {
        ("unknown-job-type", "warning"),
        ("unknown-candidate-group", "warning"),
    }


def test_a_form_may_come_in_the_same_deployment(engine: Engine) -> None:
    content = START + user_task("work", form="f") + END + flows("start", "work", "end")
    form = Resource(name="f.form", content=FORM)
    assert len(engine.deployments.deploy(SYSTEM, [diagram("case", content), form]).deployments) == 2


def test_a_dry_run_tells_everything_and_stores_nothing(engine: Engine) -> None:
    tried = engine.deployments.deploy(SYSTEM, [one_user_task()], dry_run=True)
    assert len(tried.deployments) == 1
    assert engine.deployments.search_processes(SYSTEM, SearchRequest()).total_items == 0
    with pytest.raises(NotFound):
        engine.instances.start(SYSTEM, StartInstance(process_id="case"))


def test_the_same_process_twice_is_refused(engine: Engine) -> None:
    twin = Resource(name="twin.bpmn", content=one_user_task().content)
    with pytest.raises(DeploymentRefused, match="refused"):
        engine.deployments.deploy(SYSTEM, [one_user_task(), twin])


def test_deployments_at_the_same_time_get_versions_of_their_own(engine: Engine) -> None:
    def deploy(i: int) -> int:
        return version(engine, diagram("case", START + user_task(f"t{i}") + END + flows("start", f"t{i}", "end")))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(deploy, range(6))) == [1, 2, 3, 4, 5, 6]


def test_the_diagram_comes_back_byte_for_byte(engine: Engine) -> None:
    key = engine.deployments.deploy(SYSTEM, [one_user_task()]).deployments[0].process_definition_key  # type: ignore[union-attr]
    assert engine.deployments.xml(SYSTEM, key) == one_user_task().content


def test_tokens_are_counted_by_element(engine: Engine) -> None:
    key = engine.deployments.deploy(SYSTEM, [one_user_task()]).deployments[0].process_definition_key  # type: ignore[union-attr]
    for _ in range(2):
        engine.instances.start(SYSTEM, StartInstance(process_definition_key=key))
    counts = {row.element_id: (row.active, row.completed) for row in engine.history.counts(SYSTEM, key)}
    assert counts["work"] == (2, 0)
    assert counts["start"] == (0, 2)


def test_a_decision_is_evaluated_on_its_own(engine: Engine) -> None:
    engine.deployments.deploy(SYSTEM, [Resource(name="double.dmn", content=DECISION.encode())])
    assert engine.deployments.evaluate_decision(SYSTEM, "double", {"n": 21}).output == 42
    with pytest.raises(NotFound):
        engine.deployments.evaluate_decision(SYSTEM, "triple", {})


def test_who_may_not_deploy_is_refused(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        engine.deployments.deploy(Actor(username="stranger"), [one_user_task()])
