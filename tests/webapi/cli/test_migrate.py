"""`amends migrate`: the look at each instance, who cannot go and why, batches, exit status."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result

from engine.processes import Resource, StartInstance
from engine.types import SYSTEM, SearchRequest
from tests.webapi import diagrams
from webapi.cli import migrate
from webapi.cli.common import open_engine

Amends = Callable[..., Result]
TASK = diagrams.user_task()
REPORT = TASK.replace("Look at it", "Report")


def versions(count: int, *steps: Sequence[str]) -> list[int]:
    """Deploy versions of `order`, with `count` instances on the first; gives their keys."""
    with open_engine() as engine:
        for number, middle in enumerate(steps):
            resource = Resource(name="order.bpmn", content=diagrams.process("order", *middle))
            engine.deployments.deploy(SYSTEM, [resource])
            if number == 0:
                started = [engine.instances.start(SYSTEM, StartInstance(process_id="order")) for _ in range(count)]
    return [one.process_instance_key for one in started]


def on_version(version: int) -> int:
    with open_engine() as engine:
        wanted = SearchRequest(filter={"process_definition_version": version, "state": "ACTIVE"})
        return engine.instances.search(SYSTEM, wanted).total_items


@pytest.mark.usefixtures("environment")
def test_all_instances_go_after_a_dry_run(amends: Amends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "BATCH", 2)
    keys = versions(5, [TASK], [TASK, REPORT])
    looked = amends("migrate", "--from", "order:1", "--to", "order", "--all", "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert f"{keys[0]}: possible: step-1 stays" in looked.stdout
    assert "5 of 5 instances could go to order version 2" in looked.stderr
    assert on_version(1) == 5
    done = amends("migrate", "--from", "order:1", "--to", "order:2", "--all")
    assert (done.exit_code, done.stdout.count(": migrated: ")) == (0, 5)
    assert (on_version(1), on_version(2)) == (0, 5)


@pytest.mark.usefixtures("environment")
def test_who_cannot_go_stays_and_says_why(amends: Amends) -> None:
    first, second, _ = versions(3, [TASK, REPORT], [diagrams.service_task("pack")])
    keys = f"{first}, {second},12345"
    ended = amends("migrate", "--from", "order:1", "--to", "order", "--instances", keys)
    assert ended.exit_code == 1
    assert f"{first}: refused: step-1 [type-changed] step-1 is a USER_TASK" in ended.stdout
    assert "12345: refused: It does not run on this version." in ended.stdout
    assert "0 of 3 instances went to order version 2; 3 stay on version 1." in ended.stderr
    assert on_version(1) == 3


@pytest.mark.usefixtures("environment")
def test_elements_are_mapped_and_machines_read_it(amends: Amends) -> None:
    (key,) = versions(1, [TASK], [diagrams.service_task("pack"), TASK])
    done = amends("migrate", "--from", "order:1", "--to", "order:2", "--all", "--map", "step-1=step-2", "--json")
    (told,) = json.loads(done.stdout)
    assert (told["process_instance_key"], told["state"]) == (key, "MIGRATED")
    assert [change["target_element_id"] for change in told["changes"]] == ["step-2"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--to", "order", "--all"),
        ("--from", "order:1", "--to", "order"),
        ("--from", "order:1", "--to", "order", "--all", "--instances", "1"),
        ("--from", "order:1", "--to", "order", "--instances", "one"),
        ("--from", "order:one", "--to", "order", "--all"),
        ("--from", "order:1", "--to", "order", "--all", "--map", "a"),
        ("--from", "order:1", "--to", "order", "--all", "--map", "a=b", "--map", "a=c"),
        ("--from", "order:9", "--to", "order", "--all"),
    ],
)
def test_wrong_usage_is_told(amends: Amends, environment: Path, arguments: tuple[str, ...]) -> None:
    assert environment.is_dir()
    assert amends("migrate", *arguments).exit_code == 2
