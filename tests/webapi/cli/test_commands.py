"""Commands of `amends`: what they print, with which status they end, and that they never show a stack trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from engine.settings import library
from tests.webapi import diagrams

Amends = Callable[..., Result]
LIBRARY_PROCESSES = 2


def test_help_lists_every_command(amends: Amends) -> None:
    shown = amends("--help")
    assert shown.exit_code == 0
    for name in ("serve", "worker", "demo", "deploy", "lint", "token", "doctor", "replay"):
        assert f"\n  {name}" in shown.output
        assert amends(name, "--help").exit_code == 0


def test_version_is_told_to_people_and_machines(amends: Amends) -> None:
    assert amends("version").output.startswith("amends ")
    assert json.loads(amends("version", "--json").output)["SpiffWorkflow"] == "3.2.0"


def test_wrong_usage_ends_with_two(amends: Amends) -> None:
    for arguments in (("nonsense",), ("token", "create"), ("deploy",), ("serve", "--port", "x")):
        assert amends(*arguments).exit_code == 2


def test_a_setting_that_nobody_knows_is_refused(amends: Amends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_DATABASE_ULR", "postgresql://x")
    ended = amends("tasks")
    assert ended.exit_code == 1
    assert "AMENDS_DATABASE_URL" in ended.output
    assert "Traceback" not in ended.output


def test_a_token_and_nothing_else_is_printed(amends: Amends) -> None:
    amends("user", "add", "robot", "--group", "integrators", "--no-password")
    made = amends("token", "create", "--user", "robot")
    assert made.exit_code == 0
    assert made.stdout.startswith("amends_")
    assert made.stdout.count("\n") == 1


def test_a_token_for_nobody_is_refused(amends: Amends) -> None:
    ended = amends("token", "create", "--user", "nobody")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "nobody" in ended.stderr


def test_people_are_made_and_listed(amends: Amends) -> None:
    made = amends("user", "add", "ann", "--group", "front-office", "--password-stdin", stdin="long enough\n")
    assert made.exit_code == 0
    assert "long enough" not in made.output
    listed = json.loads(amends("user", "list", "--json").output)
    assert [(one["username"], one["groups"]) for one in listed] == [("ann", ["front-office"])]
    again = amends("user", "add", "ann")
    assert again.exit_code == 1
    wrong = amends("user", "add", "bob", "--group", "no-such-group")
    assert wrong.exit_code == 1
    assert "no-such-group" in wrong.output


def test_demo_people_are_made_once(amends: Amends) -> None:
    first, second = (json.loads(amends("demo", "--json").output) for _ in range(2))
    assert first == second
    assert {group for person in first for group in person["groups"]} >= {
        "front-office", "case-handlers", "reviewers", "managers", "administrators",
    }  # fmt: skip
    assert "front-office-1" in amends("demo").output


def test_a_diagram_of_the_library_is_checked_by_itself_before_the_first_start(amends: Amends) -> None:
    checked = amends("lint", str(library("workflows") / "complaint_handling" / "complaint_handling.bpmn"))
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert "1 files, 0 errors, 0 remarks." in checked.output
    assert amends("lint", "--library").exit_code == 0


def test_the_library_passes_its_own_gate_and_is_deployed(amends: Amends) -> None:
    checked = amends("lint", "--library")
    assert checked.exit_code == 0, checked.output
    deployed = amends("deploy", "--library")
    assert deployed.exit_code == 0
    assert deployed.output.count("process ") == LIBRARY_PROCESSES


def test_what_the_gate_refuses_is_told_line_by_line(amends: Amends, tmp_path: Path) -> None:
    path = tmp_path / "order.bpmn"
    path.write_bytes(diagrams.process("order", diagrams.user_task(form="nobody-has-this")))
    for command in ("deploy", "lint"):
        ended = amends(command, str(path))
        assert ended.exit_code == 1
        assert "order.bpmn" in ended.output
        assert "nobody-has-this" in ended.output
    assert json.loads(amends("lint", str(path), "--json").stdout)[0]["severity"] == "error"


def test_findings_are_told_as_compilers_tell_them(amends: Amends, tmp_path: Path) -> None:
    path = tmp_path / "order.bpmn"
    path.write_bytes(diagrams.process("order", diagrams.user_task(form="nobody-has-this")))
    assert "order.bpmn:1: error unknown-form step-1: There is no form" in amends("lint", str(path)).output


def test_what_waits_is_shown(amends: Amends) -> None:
    assert "No task" in amends("tasks").output
    assert json.loads(amends("timers", "--json").output) == []
    assert amends("incidents").exit_code == 0


def test_an_expression_is_evaluated(amends: Amends) -> None:
    assert amends("feel", "=amount * 2", "--variables", '{"amount": 21}').output == "42\n"
    assert amends("feel", "1 +").exit_code == 1
    assert amends("feel", "1", "--variables", "[]").exit_code == 2


def test_a_table_is_evaluated(amends: Amends) -> None:
    table = next((Path(__file__).parents[3] / "workflows").rglob("*.dmn"))
    unknown = amends("decide", str(table), "--decision", "no-such-decision")
    assert unknown.exit_code == 1
    assert "no-such-decision" in unknown.output


def test_the_doctor_says_what_is_wrong(amends: Amends, monkeypatch: pytest.MonkeyPatch) -> None:
    assert amends("migrate-db").exit_code == 0
    monkeypatch.setenv("AMENDS_CLOCK", "settable")
    ended = amends("doctor", "--json")
    states = {remark["what"]: remark["state"] for remark in json.loads(ended.stdout)}
    assert ended.exit_code == 1
    assert (states["clock"], states["processes"], states["database"]) == ("bad", "bad", "good")


def test_a_database_that_is_not_there_is_one_sentence(amends: Amends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ended = amends("doctor", "--json")
    assert ended.exit_code == 1
    assert "Traceback" not in ended.output


def test_timers_are_shown_moved_and_cancelled(amends: Amends, tmp_path: Path) -> None:
    said = '<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R/P1D</bpmn:timeCycle>'
    path = tmp_path / "daily.bpmn"
    begins = f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition></bpmn:startEvent>"
    plain = diagrams.process("daily", diagrams.user_task()).decode()
    path.write_text(plain.replace("</bpmn:startEvent>", begins))
    assert amends("deploy", str(path)).exit_code == 0
    (timer,) = json.loads(amends("timers", "--starts", "--process", "daily", "--json").stdout)
    key = str(timer["timer_key"])
    assert amends("timers", "--move", key, "2031-05-01").exit_code == 0
    assert "2031-05-01" in amends("timers", "--json").stdout
    assert amends("timers", "--cancel", key).exit_code == 0
    assert json.loads(amends("timers", "--json").stdout) == []
    assert amends("timers", "--fire", key).exit_code == 1
