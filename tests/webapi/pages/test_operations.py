"""Pages of process owners: what runs, what is stuck, and everything that can be done with an instance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.processes import Resource, StartInstance
from engine.types import SYSTEM, SearchRequest
from tests.webapi import diagrams
from tests.webapi.pages.visitor import Visitor

Staff = Callable[..., Visitor]
SCRIPT = (
    '<bpmn:scriptTask id="{id}" name="Work out the rate"><bpmn:extensionElements>'
    '<zeebe:script expression="=count(for i in 1..rate return i)" resultVariable="result"/>'
    "</bpmn:extensionElements>{flows}</bpmn:scriptTask>"
)
TASK = diagrams.user_task()


@pytest.fixture
def owner(staff: Staff) -> Visitor:
    """Somebody who looks after processes."""
    return staff("olga", "process-owners")


@pytest.fixture
def deploy(in_force: Engine) -> Callable[..., int]:
    """Deploys a version of `order`; gives its key."""

    def do(*middle: str) -> int:
        resource = Resource(name="order.bpmn", content=diagrams.process("order", *middle))
        return in_force.deployments.deploy(SYSTEM, [resource]).deployments[0].process_definition_key  # type: ignore[union-attr]

    return do


@pytest.fixture
def begin(in_force: Engine) -> Callable[..., int]:
    """Starts an instance of `order`; gives its key."""

    def do(**variables: object) -> int:
        command = StartInstance(process_id="order", variables=variables, business_id="C-2026-000007")  # type: ignore[arg-type]
        return in_force.instances.start(SYSTEM, command).process_instance_key

    return do


def state(engine: Engine, key: int) -> str:
    return engine.instances.get(SYSTEM, key).state


def at(engine: Engine, key: int) -> list[str]:
    wanted = SearchRequest(filter={"process_instance_key": key, "state": "ACTIVE"})
    return [one.element_id for one in engine.instances.search_elements(SYSTEM, wanted).items]


def test_processes_show_what_runs_and_what_is_stuck(
    owner: Visitor, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(TASK, SCRIPT)
    begin()
    definition = deploy(SCRIPT)
    stuck = begin(rate=10**9)
    row = owner.open("/processes").one("//tr[th/a[text()='order']]").text_content().split()
    assert row[:6] == ["order", "order", "2", "(2", "versions)", "2"]
    assert row[-1] == "1"
    owner.open(f"/processes/{definition}?stuck=yes")
    assert owner.one("//tbody//th/a").get("href") == f"/instances/{stuck}"
    assert owner.open(f"/processes/{definition}?element=step-1&q=000007").page.xpath("//tbody//th/a")
    assert owner.open(f"/processes/{definition}?state=COMPLETED").page.xpath("//tbody") == []
    assert owner.client.get(f"/processes/{definition}/diagram.bpmn").mimetype == "application/xml"


def test_an_incident_is_tried_again_after_a_variable_was_set(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(SCRIPT, TASK)
    key = begin(rate=10**9)
    owner.open(f"/instances/{key}")
    assert "What holds it up Work out the rate" in owner.text
    owner.send("/incidents/retry")
    assert "Is the cause gone?" in owner.text
    owner.send("/incidents/retry")
    assert "1 of 1 could not go on: a new incident says why." in owner.text
    owner.open(owner.page.xpath("//dl[@class='variables']//a/@href")[0])
    owner.send("/do/variables", {"value": "ten"}, button="sure=yes")
    assert owner.status == 400
    assert "The value is no JSON" in owner.text
    owner.send("/do/variables", {"value": "10"}, button="sure=yes")
    assert "The variable is set." in owner.text
    owner.send("/incidents/retry").send("/incidents/retry")
    assert "1 incident was tried again." in owner.text
    assert at(in_force, key) == ["step-2"]


def test_many_incidents_are_tried_again_at_once(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(SCRIPT)
    keys = [begin(rate=10**9) for _ in range(3)]
    for key in keys[:2]:
        in_force.instances.set_variables(SYSTEM, key, {"rate": 3})
    owner.open("/incidents?process=order&kind=EXTRACT_VALUE_ERROR")
    ticked = owner.page.xpath("//input[@name='incident']/@value")
    assert len(ticked) == 3
    owner.send("/incidents/retry", {"incident": ticked})
    owner.send("/incidents/retry", {"incident": ticked})
    assert "1 of 3 could not go on" in owner.text
    assert [state(in_force, key) for key in keys] == ["COMPLETED", "COMPLETED", "ACTIVE"]


def test_nothing_ticked_is_told(owner: Visitor, deploy: Callable[..., int], begin: Callable[..., int]) -> None:
    deploy(SCRIPT)
    begin(rate=10**9)
    owner.open("/incidents").send("/incidents/retry", {"incident": []})
    assert "Choose at least one incident" in owner.text


def test_suspend_resume_cancel_and_start_again(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(TASK)
    key = begin(colour="red")
    owner.open(f"/instances/{key}/do/suspend").send("/do/suspend", {"clocks": "STAND"}, button="sure=yes")
    assert "The instance is suspended." in owner.text
    assert state(in_force, key) == "SUSPENDED"
    owner.open(f"/instances/{key}/do/resume").send("/do/resume", button="sure=yes")
    assert state(in_force, key) == "ACTIVE"
    owner.open(f"/instances/{key}/do/cancel").send("/do/cancel", {"reason": "a test"}, button="sure=yes")
    assert state(in_force, key) == "TERMINATED"
    assert "This is not possible" in owner.open(f"/instances/{key}/do/cancel").text
    owner.open(f"/instances/{key}/do/restart").send("/do/restart", button="sure=yes")
    assert "This is the new instance." in owner.text
    assert '"red"' in owner.text
    actions = {one.action for one in in_force.audit.search(SYSTEM, SearchRequest()).items if one.actor_id == "olga"}
    assert {"instance.suspended", "instance.resumed", "instance.cancelled", "instance.restarted"} <= actions


def test_tokens_are_moved_after_a_second_look(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(TASK, TASK)
    key = begin()
    owner.open(f"/instances/{key}/do/modify").send("/do/modify", {"what": "move", "element": "step-2"})
    assert "is moved to" in owner.text
    assert at(in_force, key) == ["step-1"]
    owner.send("/do/modify", button="sure=yes")
    assert at(in_force, key) == ["step-2"]
    owner.open(f"/instances/{key}/do/modify").send("/do/modify", {"what": "add", "element": "step-1"})
    owner.send("/do/modify", button="sure=yes")
    assert sorted(at(in_force, key)) == ["step-1", "step-2"]
    owner.open(f"/instances/{key}/do/reset").send("/do/reset", {"element": "step-1"}).send(
        "/do/reset", button="sure=yes"
    )
    assert at(in_force, key) == ["step-1"]
    owner.open(f"/instances/{key}/do/modify").send("/do/modify", {"what": "cancel"}).send(
        "/do/modify", button="sure=yes"
    )
    assert state(in_force, key) == "TERMINATED"


def test_a_token_cannot_be_put_where_nothing_is(
    owner: Visitor, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(TASK)
    key = begin()
    owner.open(f"/instances/{key}/do/modify")
    form = owner.form("/do/modify")
    data = {**dict(form.fields), "what": "add", "element": "nowhere", "sure": "yes"}
    owner.answer = owner.client.post(form.action, data=data)
    assert owner.status in {404, 422}
    assert "That did not work" in owner.text


def test_one_instance_goes_over_after_a_dry_run(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    deploy(TASK)
    key = begin()
    target = deploy(diagrams.service_task("pack"), TASK)
    owner.open(f"/instances/{key}/migration").send("/migration", {"target": str(target)})
    assert "is of another kind there" in owner.text
    owner.send("/migration", {"target": str(target), "mapping": "step-1"})
    assert owner.status == 422
    owner.send("/migration", {"target": str(target), "mapping": "step-1 = step-2"})
    assert "Look at it becomes Look at it" in owner.text
    assert in_force.instances.get(SYSTEM, key).process_definition_version == 1
    owner.send("/migration", button="sure=yes")
    assert "The instance has gone over." in owner.text
    assert in_force.instances.get(SYSTEM, key).process_definition_version == 2


def test_all_running_instances_go_over_that_can(
    owner: Visitor, in_force: Engine, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    old = deploy(TASK, SCRIPT)
    keys = [begin() for _ in range(3)]
    deploy(TASK)
    owner.open(f"/processes/{old}").open(owner.page.xpath("//a[@class='button secondary']/@href")[0])
    owner.send("/migration")
    assert "3 instances looked at: 3 can go to version 2, 0 stay." in owner.text
    owner.send("/migration", button="sure=yes")
    assert "3 instances have gone over." in owner.text
    assert {in_force.instances.get(SYSTEM, key).process_definition_version for key in keys} == {2}


def test_pages_are_for_those_who_look_after_processes(
    owner: Visitor, staff: Staff, deploy: Callable[..., int], begin: Callable[..., int]
) -> None:
    definition, anna = deploy(TASK), staff("anna", "front-office")
    key = begin()
    assert owner.open("/tasks").page.xpath("//nav//a[text()='Processes']")
    assert not anna.open("/tasks").page.xpath("//nav//a[text()='Processes']")
    for path in (
        "/processes",
        f"/processes/{definition}",
        f"/instances/{key}",
        "/incidents",
        f"/instances/{key}/do/cancel",
    ):
        assert anna.open(path).status == 403
        assert owner.open(path).status == 200


def test_the_pages_of_a_complaint_show_its_process_and_nothing_of_the_complainant(
    owner: Visitor, file_complaint: Callable[..., tuple[str, str]], in_force: Engine
) -> None:
    reference, _ = file_complaint()
    (found,) = in_force.instances.search(SYSTEM, SearchRequest(filter={"business_id": reference})).items
    text = owner.open(f"/instances/{found.process_instance_key}").text
    assert reference in text
    assert "Now at: " in text
    for secret in ("Jo Vermeer", "It broke after one day of use."):
        assert secret not in text
    owner.language = "nl"
    assert "Een variabele zetten" in owner.open(f"/instances/{found.process_instance_key}").text
