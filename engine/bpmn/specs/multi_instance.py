"""Multi-instance activities: one instance for each item of a collection, in parallel or one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import variables
from engine.bpmn.errors import StepFailed
from engine.bpmn.expressions import explained, json_of, shorten
from engine.bpmn.model import Element
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.repeat import Repeat
from engine.feel import Expression
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class MultiInstance(Repeat):
    """`zeebe:loopCharacteristics`. The body remembers the items, the results so far and how many are done.

    The items are fixed when the token arrives. `event` with `behavior` `None` or `One` is thrown for each completed
    instance, or for the first (BPMN 2.0, table 10.30).
    """

    def __init__(self, process: ProcessSpec, name: str, element: Element, inner: str) -> None:
        super().__init__(process, name, element, inner)
        self.collection: Expression | None = None
        self.input_element: str | None = None
        self.output_collection: str | None = None
        self.output_element: Expression | None = None
        self.local_output: str | None = None
        self.condition: Expression | None = None
        self.sequential = False
        self.behavior = "All"
        self.event: Definition | None = None

    def enter(self, token: Token) -> bool:
        """Evaluate the collection and start the first instance, or all. An empty one completes at once."""
        items = self._items(token)
        token._set_state(TaskState.STARTED)
        token.remember("items", items)
        token.remember("done", 0)
        token.remember("results", [None] * len(items))
        if not items:
            self._collect(token)
        for index in range(min(1, len(items)) if self.sequential else len(items)):
            self._next(token, index)
        return not items

    def _items(self, token: Token) -> list[Json]:
        assert self.collection is not None  # noqa: S101  # set when parsed
        value = variables.calculate(token, self.collection, "EXTRACT_VALUE_ERROR")
        items = json_of(value, "EXTRACT_VALUE_ERROR", "the input collection")
        if not isinstance(items, list):
            why = explained(self.collection, variables.visible(token), token.execution.services.now())
            text = f"the input collection {why} is no list: {shorten(value)}"
            raise StepFailed("EXTRACT_VALUE_ERROR", text)
        return items

    def _next(self, token: Token, index: int) -> None:
        local: dict[str, Json] = {}
        if self.input_element:
            local[self.input_element] = token.internal_data["items"][index]
        if self.local_output is not None and self.local_output != self.input_element:
            local[self.local_output] = None  # as in Zeebe: what an instance puts out is its own
        self.add_instance(token, index + 1, local)

    def child_done(self, token: Token, child: Token) -> None:
        """An instance is over."""
        if not self.started(token):
            return
        memory = token.internal_data
        done = memory["done"] + 1
        token.remember("done", done)
        self._take_result(token, child)
        if self.event is not None and (self.behavior == "None" or done == 1):
            self.event.throw(child)
            if not self.started(token):  # the event has interrupted the body
                return
        self._go_on(token, child)

    def child_gone(self, token: Token, child: Token) -> None:
        """It counts as over, and leaves null among the results."""
        if self.started(token):
            token.remember("gone", token.internal_data.get("gone", 0) + 1)
            self._go_on(token, child)

    def _go_on(self, token: Token, child: Token) -> None:
        memory = token.internal_data
        if memory["done"] + memory.get("gone", 0) == len(memory["items"]) or self._satisfied(token, child):
            for other in self.instances(token):
                if other is not child:
                    token.execution.cancel(other)
            self._collect(token)
            self.done(token)
        elif self.sequential:
            self._next(token, memory["created"])

    def _take_result(self, token: Token, child: Token) -> None:
        if self.output_element is None:
            return
        inner = token.execution.scopes.get(child.id)
        value = variables.calculate(child, self.output_element, "EXTRACT_VALUE_ERROR", inner.data if inner else None)
        results = list(token.internal_data["results"])
        counter = child.data["loopCounter"]
        assert isinstance(counter, int)  # noqa: S101  # set in add_instance
        results[counter - 1] = json_of(value, "EXTRACT_VALUE_ERROR", "the output element")
        token.remember("results", results)

    def _collect(self, token: Token) -> None:
        if self.output_collection:
            variables.assign(token, self.output_collection, token.internal_data["results"])

    def _satisfied(self, token: Token, child: Token) -> bool:
        if self.condition is None:
            return False
        memory = token.internal_data
        gone = memory.get("gone", 0)
        counts = {
            "numberOfInstances": len(memory["items"]),
            "numberOfCompletedInstances": memory["done"],
            "numberOfActiveInstances": memory["created"] - memory["done"] - gone,
            "numberOfTerminatedInstances": gone,
        }
        return variables.condition(child, self.condition, counts)
