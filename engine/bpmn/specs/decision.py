"""Business rule tasks that call a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.errors import StepFailed
from engine.bpmn.events import DecisionEvaluated
from engine.bpmn.expressions import Text, json_of
from engine.bpmn.model import LATEST, Element
from engine.bpmn.specs.node import Node
from engine.bpmn.variables import visible
from engine.errors import AmendsError

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Decision(Node):
    """`zeebe:calledDecision`."""

    calls_out = True

    def __init__(self, process: ProcessSpec, name: str, element: Element, decision: Text, result: str) -> None:
        super().__init__(process, name, element)
        self.decision, self.result, self.element_id = decision, result, element.id
        self.binding = LATEST

    def _run_hook(self, token: Token) -> bool | None:
        services, seen = token.execution.services, visible(token)
        decision_id = self.decision.text(seen, services.now(), "the decision id")
        try:
            value, trace = services.decide(decision_id, seen, self.binding, token.definition_key)
        except AmendsError as error:
            raise StepFailed("DECISION_EVALUATION_ERROR", f"{decision_id}: {error.message}") from error
        event = DecisionEvaluated(
            key=token.id, element_id=self.element_id, process_id=token.process_id, decision_id=decision_id, trace=trace
        )
        token.execution.emit(event)
        self.keep(token, self.result, json_of(value, "DECISION_EVALUATION_ERROR", self.result))
        return True
