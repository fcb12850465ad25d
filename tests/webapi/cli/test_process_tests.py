"""`amends test` and `amends try`: no database, exit status, what is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.engine.processes.diagrams import diagram, one_user_task, reminded
from tests.engine.processes.test_deployments import FORM
from webapi.cli import cli

Amends = Callable[..., Result]
TESTS = """\
process: reminded
given: {variables: {deadline: P2D}}
scenarios:
  - name: in time
    steps: [answer: work]
    expect: {state: completed}
  - name: late
    steps: [advance: P2D]
    expect: {tasks: [work, remind]}
"""


@pytest.fixture
def amends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Amends:
    """Runs a command where there is no database and may be none: its address leads nowhere."""
    monkeypatch.delenv("AMENDS_TEST_RUN")
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    monkeypatch.setenv("AMENDS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AMENDS_LOG_LEVEL", "warning")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, arguments, catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A diagram with tests beside it."""
    made = tmp_path / "flows"
    made.mkdir()
    for resource in (reminded(), one_user_task()):
        (made / resource.name).write_bytes(resource.content)
    (made / "reminded.tests.yaml").write_text(TESTS)
    return made


def test_it_passes_and_tells_what_was_not_reached(amends: Amends, folder: Path) -> None:
    ended = amends("test", str(folder))
    assert ended.exit_code == 0
    assert "flows/reminded.tests.yaml\n  ok    in time (" in ended.stdout
    assert "case: 0/3 elements (0 %), 0/2 sequence flows (0 %)\n    not reached: start, work, end" in ended.stdout
    assert "2 scenarios: 2 passed, 0 failed" in ended.stdout
    assert not (folder.parent / "data").exists()


def test_a_named_diagram_is_tested_by_what_lies_beside_it(amends: Amends, folder: Path) -> None:
    ended = amends("test", str(folder / "reminded.bpmn"), "--json")
    told = json.loads(ended.stdout)
    assert [one["scenario"] for one in told["scenarios"]] == ["in time", "late"]
    assert [(one["process_id"], one["elements_percent"]) for one in told["coverage"]] == [("reminded", 100.0)]
    assert told["coverage"][0]["missed_flows"] == ["remind_end"]
    assert told["passed"]


def test_failures_are_told_as_compilers_do_and_end_with_1(amends: Amends, folder: Path) -> None:
    (folder / "reminded.tests.yaml").write_text(TESTS.replace("[work, remind]", "[work]"))
    ended = amends("test", str(folder))
    assert ended.exit_code == 1
    assert "flows/reminded.tests.yaml:9: [scenario-tasks] Open are remind, work, and expected are work." in ended.stdout
    assert amends("test", str(folder), "--only", "in time").exit_code == 0


def test_too_little_coverage_ends_with_1(amends: Amends, folder: Path) -> None:
    file = str(folder / "reminded.bpmn")
    assert amends("test", file, "--min-coverage", "88").exit_code == 0
    ended = amends("test", file, "--min-coverage", "89")
    assert ended.exit_code == 1
    assert "reminded: 88.8 % is covered, and 89 % is wanted." in ended.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TESTS.replace("answer: work", "answer: wrok"), "reminded.tests.yaml:5 wrok [tests-unknown-element]"),
        ("scenarios: [", "reminded.tests.yaml:1 [tests-yaml]"),
    ],
)
def test_what_cannot_be_read_ends_with_2(amends: Amends, folder: Path, content: str, words: str) -> None:
    (folder / "reminded.tests.yaml").write_text(content)
    ended = amends("test", str(folder))
    assert ended.exit_code == 2
    assert words in ended.stderr


def test_a_broken_diagram_and_no_tests_end_with_2(amends: Amends, folder: Path) -> None:
    (folder / "reminded.bpmn").write_bytes(b"<definitions>")
    assert amends("test", str(folder)).exit_code == 2
    (folder / "reminded.tests.yaml").unlink()
    assert amends("test", str(folder)).exit_code == 2


def test_the_library_is_tested_where_nothing_is_named(amends: Amends) -> None:
    ended = amends("test", "--min-coverage", "100")
    assert ended.exit_code == 0
    assert "complaint-handling: 75/75 elements (100 %)" in ended.stdout


def test_try_shows_where_an_instance_stands(amends: Amends, folder: Path) -> None:
    file = str(folder / "reminded.bpmn")
    at = ("--at", "2026-03-02T09:00:00Z", "--variables", '{"deadline": "P2D"}')
    ended = amends("try", file, *at)
    assert ended.stdout.startswith(
        "active, at 2026-03-02T09:00:00+00:00\npath\n  start\n  work\ntasks\n  work; name Work;"
    )
    assert "timers\n  late; dueDate 2026-03-04T09:00+00:00\n" in ended.stdout
    told = json.loads(amends("try", file, *at, "--advance", "P10D", "--answer", 'remind={"x": 1}', "--json").stdout)
    assert (told["path"], told["state"]) == (["start", "work", "late", "remind", "end"], "active")
    assert told["variables"] == {"deadline": "P2D", "x": 1}
    assert [task["elementId"] for task in told["tasks"]] == ["work"]


def test_try_runs_the_shipped_process_on_a_complaint(amends: Amends) -> None:
    file = next((Path(__file__).parents[3] / "workflows").rglob("investigation.bpmn"))
    plan = 'plan-investigation={"depth": "light", "plan": "x"}'
    facts = 'find-facts={"findings": "x", "needInformation": "yes", "question": "On which day?"}'
    asked = ("--complaint", "{}", "--variables", '{"team": "case-handlers"}')
    ended = amends("try", str(file), *asked, "--answer", plan, "--answer", facts, "--message", "complainant-answer")
    assert ended.exit_code == 0
    assert "letters\n  question\n" in ended.stdout
    assert "find-facts; name Find the facts" in ended.stdout


def test_try_refuses_what_it_cannot_do(amends: Amends, folder: Path) -> None:
    file = folder / "case.bpmn"
    assert amends("try", str(file), "--process", "other").exit_code == 2
    assert amends("try", str(file), "--answer", "work=[1]").exit_code == 2
    assert amends("try", str(file), "--advance", "ten days").exit_code == 2
    assert amends("try", str(file), "--message", "unknown").exit_code == 1
    (folder / "f.form").write_bytes(FORM)
    form = '<zeebe:userTask/><zeebe:formDefinition formId="f"/>'
    start = '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="x" sourceRef="s" targetRef="fill"/>'
    task = f'<bpmn:userTask id="fill"><bpmn:extensionElements>{form}</bpmn:extensionElements></bpmn:userTask>'
    (folder / "p.bpmn").write_bytes(diagram("p", start + task).content)
    ended = amends("try", str(folder / "p.bpmn"), "--answer", 'fill={"b": 1}')
    assert ended.exit_code == 1
    assert "unknown-field" in ended.stderr
