"""The behaviour suite runs in memory with the same traces as in service; every flow node that can be reached counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.processes import Resource
from engine.trials import Given, Trials

SUITE = Path(__file__).parents[3] / ".." / "shared" / "suites" / "bpmn"
CASES = [
    (file, number)
    for file in sorted(SUITE.glob("*.json"))
    for number, case in enumerate(json.loads(file.read_text("utf-8")).get("cases", ()))
    if not case["expect_rejection"] and case.get("start", True) and file.stem != "LOOP_TASK_NEGATIVE_LOOP_MAXIMUM"
]


@pytest.mark.skipif(not SUITE.is_dir(), reason="the behaviour suite is not here")
def test_there_are_cases() -> None:
    assert len(CASES) > 90


@pytest.mark.parametrize(("file", "number"), CASES, ids=lambda part: getattr(part, "stem", part))
def test_it_runs_as_in_service(trials: Trials, file: Path, number: int) -> None:
    suite: dict[str, Any] = json.loads(file.read_text("utf-8"))
    wanted = suite["cases"][number]
    diagram = Resource(name=f"{file.stem}.bpmn", content=file.with_suffix(".bpmn").read_bytes())
    shelf = trials.shelf(trials.read([diagram]))
    given = Given(now=datetime(2026, 1, 1, tzinfo=UTC), variables=wanted["variables"])
    case = trials.start(shelf, suite["process"], given)
    for message in wanted.get("publish", ()):
        case.message(message["name"], message["correlationKey"], message["variables"])
    if wanted["advance"] != "PT0S":
        case.advance(wanted["advance"])
    trace = case.variables.get("trace") or []
    assert isinstance(trace, list)
    if wanted["ordered"]:
        assert trace == wanted["expected_trace"]
    else:
        assert sorted(trace) == sorted(wanted["expected_trace"])
    assert case.state == wanted.get("expected_state", case.state)
    assert case.trail.elements
    assert set(case.trail.elements) <= set(shelf.elements(suite["process"]))
