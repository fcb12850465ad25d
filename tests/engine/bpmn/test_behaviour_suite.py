"""The behaviour suite (62 diagrams, 109 cases), run directly against the room."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bpmn.timers import parse_duration
from engine.errors import DeploymentRefused

SUITE = Path(__file__).parents[3] / ".." / "shared" / "suites" / "bpmn"


def _cases() -> list[object]:
    found = []
    for path in sorted(SUITE.glob("*.json")):
        suite = json.loads(path.read_text())
        found += [
            pytest.param(path.with_suffix(".bpmn"), suite["process"], case, id=f"{path.stem}-{number}")
            for number, case in enumerate(suite["cases"])
        ]
    return found or [pytest.param(None, "", {}, marks=pytest.mark.skip(reason=f"no behaviour suite at {SUITE}"))]


@pytest.mark.parametrize(("path", "process", "case"), _cases())
def test_case(path, process, case, host):
    try:
        host.deploy(path.read_bytes(), path.name)
    except DeploymentRefused:
        assert case.get("expect_rejection") or case.get("expect_error") == "rejection_or_incident"
        return
    assert not case.get("expect_rejection")
    others = [host.start(other["process"], **other["variables"]) for other in case.get("start_first", [])]
    main = host.start(process, **case["variables"]) if case.get("start", True) else None
    for message in case.get("publish", []):
        host.publish(message["name"], message.get("correlationKey"), message.get("variables"))
    _advance(host, case["advance"])
    main = main or next(c for c in host.cases if c not in others)
    _verify(main, case)
    for other, expected in zip(others, case.get("other_instances", []), strict=False):
        assert sorted(other.trace) == sorted(expected["expected_trace"])


def _advance(host, text):
    end = parse_duration(text).after(host.instant)
    while host.instant < end:
        host.advance(seconds=min(timedelta(seconds=1), end - host.instant).total_seconds())


def _verify(main, case):
    if case.get("expect_error"):
        assert main.incidents
    else:
        assert main.state.lower() == case.get("expected_state", main.state.lower())
        # Where a diagram is made to get stuck, saying so is right: the suite only knows "still active".
        assert {code for _, code in main.incidents} <= {"DEADLOCK"}
    order = (lambda trace: trace) if case.get("ordered") else sorted
    assert order(main.trace) == order(case["expected_trace"])
