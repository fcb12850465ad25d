"""Compensation (BPMN 2.0, 10.7): handlers of completed activities run one by one, the latest completed first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.tree import Scope, Token

Record = dict[str, Any]


class Compensation:
    """What has been completed is noted in the scope's memory as `done`: number, node, key, whether it has an inside."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    def completed(self, token: Token) -> None:
        """An activity that can be compensated has completed."""
        inside = token.spec.compensation is None
        record: Record = {"n": self._execution.next_number(), "node": token.spec.name, "key": token.id, "in": inside}
        scope = token.scope
        scope.remember("done", [*scope.memory.get("done", ()), record])

    def start(self, thrower: Token, activity: str | None) -> bool:
        """Begin with the handlers of the thrower's scope. True: there are some, and the thrower waits for them."""
        scope = thrower.scope
        if scope.spec.by_event and scope.parent is not None:
            scope = scope.parent.scope
        plan = self._plan(scope, activity)
        thrower.remember("plan", plan)
        return self._next(thrower)

    def handler_done(self, handler: Token) -> None:
        """A handler is over, completed or interrupted: the next one, or the thrower goes on."""
        thrower = self._execution.tokens.get(handler.internal_data["compensates"])
        if thrower is not None and thrower.state == TaskState.STARTED and not self._next(thrower):
            thrower._ready()

    def _plan(self, scope: Scope, activity: str | None) -> list[list[Any]]:
        """[scope key, node that handles], last to run first; what is planned counts as undone."""
        planned: list[tuple[int, list[list[Any]]]] = []
        kept: list[Record] = []
        for record in scope.memory.get("done", ()):
            if activity not in (None, record["node"].removesuffix("#each")):
                kept.append(record)
            elif record["in"]:
                planned.append((record["n"], self._plan_inside(record)))
            else:
                handler = scope.spec.node(record["node"]).compensation
                planned.append((record["n"], [[scope.key, handler]]))
        if scope.memory.get("done"):
            scope.remember("done", kept)
        return [step for _, steps in sorted(planned, key=lambda p: p[0]) for step in steps]

    def _plan_inside(self, record: Record) -> list[list[Any]]:
        inner = self._execution.scopes.get(record["key"])
        if inner is None:
            return []
        if inner.spec.compensation_handler is not None:
            return [[inner.key, inner.spec.compensation_handler]]
        return self._plan(inner, None)

    def _next(self, thrower: Token) -> bool:
        plan = thrower.internal_data["plan"]
        if not plan:
            return False
        scope_key, handler = plan[-1]
        thrower.remember("plan", plan[:-1])
        scope = self._execution.scopes[scope_key]
        token = self._execution.spawn(scope, scope.spec.node(handler))
        token.remember("compensates", thrower.id)
        return True
