"""What an evaluation gives: the value, and the trace of how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from engine.feel import Diagnostic, LazyContext, Limits, to_json
from engine.feel.convert import is_context
from engine.feel.limits import Run
from engine.types import Json

MAX_RULES = 1000
"""So many matched rules of one decision are kept in its trace."""


@dataclass(frozen=True, kw_only=True)
class EvaluatedInput:
    """A value that a decision read: an input column of its table, or a required decision or input datum."""

    id: str | None
    name: str
    value: object


@dataclass(frozen=True, kw_only=True)
class EvaluatedOutput:
    """What a rule gives in one output column."""

    id: str | None
    name: str
    value: object


@dataclass(frozen=True, kw_only=True)
class MatchedRule:
    """A rule that matched; `index` counts from 1 in the order of the table, `outputs` stand in that of the columns."""

    id: str | None
    index: int
    outputs: tuple[EvaluatedOutput, ...]


@dataclass(frozen=True, kw_only=True)
class EvaluatedDecision:
    """One decision that was evaluated, with the rules of its table that matched."""

    decision_id: str
    name: str
    kind: str
    inputs: tuple[EvaluatedInput, ...]
    matched_rules: tuple[MatchedRule, ...]
    output: object


@dataclass(frozen=True, kw_only=True)
class DecisionResult:
    """The value of a decision (a FEEL value), all decisions evaluated for it in order, and why parts are null."""

    value: object
    evaluated: tuple[EvaluatedDecision, ...]
    diagnostics: tuple[Diagnostic, ...]

    def to_json(self) -> dict[str, Json]:
        """The trace for the audit, in the words of Camunda's `evaluatedDecisions`; of contexts that were given as
        variables, only the entries that were read.
        """
        return {
            "output": _json(self.value),
            "evaluatedDecisions": [_decision(decision) for decision in self.evaluated],
            "diagnostics": [
                {
                    "code": found.code,
                    "message": found.message,
                    "elementId": found.element_id,
                    "line": found.line,
                    "column": found.column,
                }
                for found in self.diagnostics
            ],
        }


def _decision(decision: EvaluatedDecision) -> Json:
    return {
        "decisionDefinitionId": decision.decision_id,
        "decisionDefinitionName": decision.name,
        "decisionDefinitionType": decision.kind,
        "output": _json(decision.output),
        "evaluatedInputs": [
            {"inputId": read.id, "inputName": read.name, "inputValue": _json(read.value)} for read in decision.inputs
        ],
        "matchedRules": [
            {
                "ruleId": rule.id,
                "ruleIndex": rule.index,
                "evaluatedOutputs": [
                    {"outputId": given.id, "outputName": given.name, "outputValue": _json(given.value)}
                    for given in rule.outputs
                ],
            }
            for rule in decision.matched_rules
        ],
    }


def _json(value: object) -> Json:
    return to_json(_seen(value))


def _seen(value: object) -> object:
    """What was read of a value: a lazily converted context is not loaded for the sake of the trace."""
    if isinstance(value, LazyContext):
        return {name: _seen(entry) for name, entry in value.seen().items()}
    if isinstance(value, list):
        return [_seen(item) for item in value]
    return {name: _seen(entry) for name, entry in value.items()} if is_context(value) else value


@dataclass
class Frame:
    """Notes on the decision that is being evaluated."""

    inputs: list[EvaluatedInput] = field(default_factory=list)
    rules: list[MatchedRule] = field(default_factory=list)


class DecisionRun(Run):
    """A run that keeps the trace."""

    def __init__(self, now: Callable[[], datetime], limits: Limits) -> None:
        super().__init__(now, limits)
        self.evaluated: list[EvaluatedDecision] = []
        self._frames: list[Frame] = []

    @property
    def frame(self) -> Frame:
        """The decision under way."""
        return self._frames[-1] if self._frames else Frame()

    @contextmanager
    def deciding(self, element_id: str | None) -> Iterator[Frame]:
        """Collect what the evaluation of one decision reads and matches."""
        outer, self.element_id = self.element_id, element_id
        frame = Frame()
        self._frames.append(frame)
        try:
            yield frame
        finally:
            self._frames.pop()
            self.element_id = outer
