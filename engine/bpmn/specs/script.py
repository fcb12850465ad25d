"""Script tasks: a FEEL expression and the variable for its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.expressions import json_of
from engine.bpmn.model import Element
from engine.bpmn.specs.node import Node
from engine.bpmn.variables import calculate
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Script(Node):
    """`zeebe:script`."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, script: Expression, result: str) -> None:
        super().__init__(process, name, element)
        self.script, self.result = script, result

    def _run_hook(self, token: Token) -> bool | None:
        value = calculate(token, self.script, "EXTRACT_VALUE_ERROR")
        self.keep(token, self.result, json_of(value, "EXTRACT_VALUE_ERROR", self.result))
        return True
