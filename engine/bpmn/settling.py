"""After a state was loaded on another version: what waits there for the first time begins to wait."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.execution import Execution
from engine.bpmn.specs.catching import Boundary
from engine.bpmn.specs.sub_process import EventSubProcess
from engine.bpmn.tree import Scope, Token
from engine.errors import AmendsError, Finding, MigrationRefused
from engine.types import Key

Rename = Callable[[str], str]
_AT_WORK = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def added_waits(old: Execution, scopes: Iterable[Scope], name: Rename, dropped: Collection[Key]) -> Iterator[Token]:
    """Let the boundary events, event sub-processes and events behind gateways wait that `old` did not have.

    What the old version had as well is waiting, or has fired and is over; `dropped` are waits of the old version
    that could not be kept, whose namesakes begin anew. Gives the tokens that wait.
    Raises `MigrationRefused` for one that cannot begin.
    """
    anew = {name(old.tokens[key].spec.name) for key in dropped}
    for scope in list(scopes):
        if scope.completed or scope.root._state != TaskState.STARTED:
            continue
        before = old.scopes[scope.key].spec
        had = {name(trigger) for trigger in before.triggers} - anew
        if not _interrupted(scope):
            yield from _begin(scope, None, [node for node in scope.spec.triggers if node not in had])
        for token in scope.tokens():
            former = old.tokens.get(token.id)
            if former is not None and token._state & _AT_WORK and "on" in token.internal_data:
                yield from _begin(scope, token, _lacking(token, former, name, anew))


def _lacking(token: Token, former: Token, name: Rename, anew: Collection[str]) -> list[str]:
    node = token.spec
    if node.gateway_of_events and token._state == TaskState.WAITING:
        waiting = {child.spec.name for child in token.below}
        return [flow.target for flow in node.flows if flow.target not in waiting]
    if isinstance(node, Boundary) or (node.joins and token._state == TaskState.WAITING):
        return []
    had = {name(boundary) for boundary in former.spec.boundary} - set(anew)
    return [boundary for boundary in node.boundary if boundary not in had]


def _interrupted(scope: Scope) -> bool:
    """Whether an interrupting event sub-process has taken the scope over."""
    return any(
        isinstance(token.spec, EventSubProcess) and token.spec.interrupting and "fired" in token.internal_data
        for token in scope.root.below
    )


def _begin(scope: Scope, parent: Token | None, names: Iterable[str]) -> Iterator[Token]:
    for node in names:
        waiting = scope.execution.spawn(scope, scope.spec.node(node), parent=parent, queued=False)
        try:
            waiting.spec._update(waiting)
        except AmendsError as error:
            cure = "Set the variables that it reads, or correct the new version."
            finding = Finding(rule="wait-fails", message=error.message, cure=cure, element_id=waiting.spec.waits_as)
            raise MigrationRefused(findings=[finding]) from error
        yield waiting
