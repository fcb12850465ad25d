"""Call activities: another process runs inside the same instance, with variables of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn import variables
from engine.bpmn.errors import StepFailed
from engine.bpmn.expressions import Text
from engine.bpmn.model import LATEST, Element
from engine.bpmn.specs.sub_process import SubProcess
from engine.bpmn.tree import Scope
from engine.errors import AmendsError

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token
    from engine.types import Json

_DEEPEST = 50


class CallActivity(SubProcess):
    """`zeebe:calledElement`. The version that it is bound to is called, and kept until the call is over."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, called: Text) -> None:
        super().__init__(process, name, element)
        self.called = called
        self.binding = LATEST
        self.pass_all = self.return_all = True

    def open(self, token: Token) -> Scope:
        """A scope on the called process's model. Raises `StepFailed` where there is none."""
        services = token.execution.services
        process_id = self.called.text(variables.visible(token), services.now(), "the called process")
        if token.scope.depth >= _DEEPEST:
            raise StepFailed("CALLED_ELEMENT_ERROR", f"calls are nested more than {_DEEPEST} deep at {process_id}")
        try:
            model = services.process(process_id, self.binding, token.definition_key)
        except AmendsError as error:
            raise StepFailed("CALLED_ELEMENT_ERROR", error.message) from error
        spec = model.scopes[model.process_id]
        if all(entry.triggered for entry in spec.entries):
            raise StepFailed("CALLED_ELEMENT_ERROR", f"{process_id} has no none start event")
        return token.execution.add_scope(Scope(spec, token.execution, token, model))

    def begin(self, token: Token, scope: Scope) -> None:
        """Hand in all that is visible, or only the input mappings' results."""
        given: dict[str, Json] = {}
        if self.pass_all:
            for _, data in reversed(variables.frames(token, own=False)):
                given |= data
        for name, value in {**given, **token.data}.items():
            variables.put(token.execution, (scope.key, scope.data), name, value)
        super().begin(token, scope)

    def map_outputs(self, token: Token) -> None:
        """Output mappings over the called process's variables; without any, all that it wrote."""
        scope = token.execution.scopes[token.id]
        if self.outputs_map:
            variables.map_outputs(token, self.outputs_map, scope.data)
        elif self.return_all:
            for name in scope.memory.get("written", ()):
                if name not in token.data:
                    variables.assign(token, name, scope.data[name], own=False)
