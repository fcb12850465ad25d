"""The behaviour suite (62 diagrams, 109 cases) as somebody outside runs it: against a running service, over HTTP.

Each case is on its own: its diagram is deployed anew, and what it leaves running is cancelled. The clock moves in steps
of a second.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn.timers import parse_duration
from tests.conformance.conftest import Client

SUITE = Path(__file__).parents[2] / ".." / "shared" / "suites" / "bpmn"
SECOND = timedelta(seconds=1)


@pytest.mark.skipif(not SUITE.is_dir(), reason=f"no behaviour suite at {SUITE}")
@pytest.mark.parametrize("service", ["live", "reloaded"], indirect=True)
def test_every_case_behaves_as_the_suite_says(service: Client) -> None:
    problems, count = {}, 0
    for path in sorted(SUITE.glob("*.json")):
        suite = json.loads(path.read_text())
        for number, case in enumerate(suite["cases"]):
            count += 1
            wrong = Run(service, path.with_suffix(".bpmn"), suite["process"], case).problems()
            if wrong:
                problems[f"{path.stem}-{number}"] = wrong
    assert problems == {}
    assert count == 109


class Run:
    """One case."""

    def __init__(self, service: Client, path: Path, process: str, case: dict[str, Any]) -> None:
        self.service, self.path, self.process, self.case = service, path, process, case

    def problems(self) -> list[str]:
        """What is not as expected."""
        answer = self.service.deploy(self.path)
        if answer.status_code == 422:
            may = self.case.get("expect_rejection") or self.case.get("expect_error") == "rejection_or_incident"
            return [] if may else [f"refused: {answer.text}"]
        assert answer.status_code == 200, answer.text
        if self.case.get("expect_rejection"):
            return ["accepted"]
        try:
            return self.played()
        finally:
            for left in self.service.found("process-instances", state="ACTIVE"):
                self.service.post(f"/process-instances/{left['processInstanceKey']}/cancellation")

    def played(self) -> list[str]:
        case = self.case
        others = [self.start(other["process"], other["variables"]) for other in case.get("start_first", [])]
        key = self.start(self.process, case["variables"])
        for message in case.get("publish", []):
            self.service.post("/messages/publication", {"timeToLive": 0, **message})
        self.advance()
        wrong = self.compared(key, case, ordered=bool(case.get("ordered")))
        for other, expected in zip(others, case.get("other_instances", []), strict=True):
            wrong += self.compared(other, expected, ordered=False)
        return wrong

    def start(self, process: str, variables: dict[str, Any]) -> str:
        started = self.service.post("/process-instances", {"processDefinitionId": process, "variables": variables})
        return str(started["processInstanceKey"])

    def advance(self) -> None:
        now = datetime.fromisoformat(self.service.http.get("/clock").json()["now"])
        end = parse_duration(self.case["advance"]).after(now)
        while now < end:
            now = min(now + SECOND, end)
            self.service.set_clock(now)

    def compared(self, key: str, expected: dict[str, Any], *, ordered: bool) -> list[str]:
        """State and trace of an instance, where they differ from what is expected."""
        (instance,) = self.service.found("process-instances", processInstanceKey=key)
        variables = self.service.found("variables", processInstanceKey=key, name="trace")
        trace = [entry for variable in variables for entry in json.loads(variable["value"])]
        order = list if ordered else sorted
        wrong = [] if order(trace) == order(expected["expected_trace"]) else [f"trace {trace}"]
        state, wanted = instance["state"].lower(), expected.get("expected_state")
        if expected.get("expect_error"):
            return wrong if instance["hasIncident"] else [*wrong, "no incident"]
        over = {"completed": state in ("completed", "terminated"), "active": state == "active"}
        return wrong if wanted is None or over[wanted] else [*wrong, f"state {state}"]
