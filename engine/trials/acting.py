"""Going through the steps of a scenario; the first that cannot be done ends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import AmendsError, Finding, FormInvalid
from engine.trials.case import Case
from engine.trials.comparing import Compared
from engine.trials.scenario import (
    Advance,
    Answer,
    Complainant,
    Expected,
    Job,
    Message,
    Retry,
    Scenario,
    SetVariables,
    Signal,
    Step,
    Until,
)
from engine.types import Json

MOST_ANSWERS = 200
"""User tasks that one `until` may complete."""


class StepImpossible(Exception):
    """A step cannot be done; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


class Actor:
    """Does the steps of one scenario on its case."""

    def __init__(self, file: str, scenario: Scenario, case: Case) -> None:
        self._file, self._scenario, self._case = file, scenario, case
        self._completed: Counter[str] = Counter()
        self.findings: list[Finding] = []

    def go(self) -> list[Finding]:
        """All steps, and what is expected at the end; what is wrong."""
        try:
            for step in self._scenario.steps:
                self._step(step)
        except StepImpossible as impossible:
            return [*self.findings, *impossible.findings]
        self._look(self._scenario.expected, self._scenario.line, last=True)
        return self.findings

    def _step(self, step: Step) -> None:
        act = self._ACTS[type(step.action)]
        try:
            act(self, step.action, step.line)
        except AmendsError as error:
            raise StepImpossible(self._told(step, error)) from error

    def _told(self, step: Step, error: AmendsError) -> list[Finding]:
        fields = [f"{one.element_id}: {one.message}" if one.element_id else one.message for one in error.findings]
        message = " ".join([error.message, *fields])
        element_id = getattr(step.action, "element_id", None)
        return [Finding(rule="scenario-step", message=message, file=self._file, line=step.line, element_id=element_id)]

    def _look(self, expected: Expected, line: int, *, last: bool = False) -> None:
        self.findings += Compared(self._case, self._file, line).findings(expected, last=last)

    # -- one kind of step each

    def _answer(self, action: Answer, line: int) -> None:
        answers = {**self._usual(action.element_id), **action.answers}
        if action.refused is None:
            self._complete(action.element_id, answers, action.by)
            return
        try:
            self._case.complete(action.element_id, answers, action.by)
        except AmendsError as error:
            rules = {error.code, *(finding.rule for finding in error.findings)}
            if action.refused in rules:
                return
            message = f"It was refused, but for {', '.join(sorted(rules))} and not for {action.refused}."
        else:
            self._completed[action.element_id] += 1
            message = f"{action.element_id} was completed; it should have been refused ({action.refused})."
        raise StepImpossible(
            [
                Finding(
                    rule="scenario-refusal", message=message, file=self._file, line=line, element_id=action.element_id
                )
            ]
        )

    def _usual(self, element_id: str) -> Mapping[str, Json]:
        rounds = self._scenario.answers.get(element_id, ({},))
        return rounds[min(self._completed[element_id], len(rounds) - 1)]

    def _complete(self, element_id: str, answers: Mapping[str, Json], by: str | None = None) -> None:
        try:
            self._case.complete(element_id, answers, by)
        except FormInvalid as error:
            raise FormInvalid(
                f"The form of {element_id} does not take the answers.", findings=error.findings
            ) from error
        self._completed[element_id] += 1

    def _until(self, action: Until, line: int) -> None:
        wanted, before = action.element_id, len(self._case.trail.path)
        for _ in range(MOST_ANSWERS):
            tasks = [task.element_id for task in self._case.tasks]
            if wanted in tasks or wanted in self._case.trail.elements[before:]:
                return
            if not tasks:
                break
            self._complete(tasks[0], self._usual(tasks[0]))
        if wanted in self._case.trail.elements[before:]:
            return
        message = f"{wanted} was not reached: {self._standing()}."
        raise StepImpossible(
            [Finding(rule="scenario-step", message=message, file=self._file, line=line, element_id=wanted)]
        )

    def _standing(self) -> str:
        case = self._case
        if case.state != "active":
            return f"the instance is {case.state}"
        incidents = [f"{row.element_id} has an incident ({row.message})" for row in case.incidents]
        return "; ".join(incidents) or f"it waits at {', '.join(case.waits_at)}"

    def _advance(self, action: Advance, _: int) -> None:
        if action.duration is not None:
            self._case.advance(action.duration)
        elif action.timer is not None:
            self._case.advance_to_timer(action.timer)
        elif action.instant is not None:
            self._case.advance_to(action.instant)

    _ACTS: Mapping[type, Callable[[Actor, Any, int], None]] = {
        Answer: _answer,
        Until: _until,
        Job: lambda self, action, _: self._case.end_job(action.element_id, action.result),
        Message: lambda self, action, _: self._case.message(action.name, action.key, action.variables),
        Signal: lambda self, action, _: self._case.signal(action.name, action.variables),
        Complainant: lambda self, action, _: self._case.complainant(action.does),
        Advance: _advance,
        Retry: lambda self, action, _: self._case.retry(action.element_id),
        SetVariables: lambda self, action, _: self._case.set_variables(action.variables),
        Expected: lambda self, action, line: self._look(action, line),
    }
