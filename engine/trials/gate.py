"""Process tests as part of the gate: scenarios that are sent with a deployment are run before it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from engine.bpmn import ProcessModel
from engine.dmn import Model
from engine.errors import DeploymentRefused, Finding, Refused, Severity
from engine.feel import Functions
from engine.processes import InForce, Resource
from engine.trials.errors import ProcessTestsInvalid
from engine.trials.running import How, Outcome, Report, Trials
from engine.trials.shelf import Filed, Shelf, file_form

Required: TypeAlias = Literal["off", "sent", "all"]
"""Failing scenarios are told and nothing more; refuse the deployment; and so does a process without scenarios."""
LONGEST = 60.0
"""Seconds that the scenarios of one deployment may take."""
_MEND = "Mend the diagram or table; or the scenario, if that is what is wrong."


class Gate:
    """What a deployment asks; see `engine.processes.hooks.TryOut`."""

    def __init__(self, trials: Trials, functions: Functions, required: Required) -> None:
        self._trials, self._functions, self._required = trials, functions, required

    def __call__(self, files: Sequence[Resource], tests: Sequence[Resource], in_force: InForce) -> list[Finding]:
        """What is to be said; findings that are errors refuse the deployment. Tests that cannot be read always do."""
        if not tests and self._required != "all":
            return []
        severity: Severity = "warning" if self._required == "off" else "error"
        try:
            shelf = self._trials.shelf(self._trials.read(files), _Deployed(in_force, self._functions))
            report = self._trials.run(shelf, tests, How(covered=(), within=LONGEST))
        except (ProcessTestsInvalid, DeploymentRefused) as error:
            return list(error.findings)
        except Refused as error:
            late = Finding(rule="process-tests", message=error.message, file=tests[0].name, cure="Send fewer at once.")
            return [replace(late, severity=severity)]
        failed = [replace(one, severity=severity) for outcome in report.outcomes for one in _told(outcome)]
        return [*failed, *(self._untested(shelf, report) if self._required == "all" else ())]

    def _untested(self, shelf: Shelf, report: Report) -> Iterator[Finding]:
        """A finding for each process at hand that no scenario starts."""
        tested = {outcome.process_id for outcome in report.outcomes}
        for model in shelf.at_hand.processes.values():
            if model.process_id not in tested:
                yield Finding(
                    rule="process-untested",
                    message=f"No scenario tests the process {model.process_id!r}.",
                    cure="Send a tests.yaml with the diagram.",
                    file=model.resource_name,
                    element_id=model.process_id,
                )


def _told(outcome: Outcome) -> Iterator[Finding]:
    for finding in outcome.findings:
        yield replace(finding, message=f"Scenario {outcome.scenario!r}: {finding.message}", cure=finding.cure or _MEND)


class _Deployed:
    """What is in force, as scenarios take it."""

    def __init__(self, in_force: InForce, functions: Functions) -> None:
        self._in_force, self._functions = in_force, functions

    def process(self, process_id: str) -> ProcessModel:
        """A process; raises `NotFound`."""
        return self._in_force.process(process_id)

    def decision(self, decision_id: str) -> Model:
        """The model that holds a decision; raises `NotFound`."""
        return self._in_force.decision(decision_id)

    def form(self, form_id: str) -> Filed:
        """A form; raises `NotFound`."""
        return file_form(self._in_force.form(form_id), self._functions)
