"""Bringing an event to those who wait for it: by key, by name, or outwards from where it was thrown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.errors import StepFailed
from engine.bpmn.specs.conditional import ConditionalDefinition
from engine.bpmn.specs.timer import TimerDefinition
from engine.bpmn.waits import disarm
from engine.types import Json

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.specs.catching import Catching
    from engine.bpmn.tree import Token


def _armed(token: Token) -> dict[str, dict[str, Json]]:
    wait: dict[str, dict[str, Json]] = token.internal_data.get("wait", {})
    return wait


def signal(execution: Execution, name: str, variables: Mapping[str, Json]) -> int:
    """To every wait of this instance for the signal. Gives how many there were."""
    found = [
        (token, int(index))
        for token in execution.waiting.values()
        for index, armed in _armed(token).items()
        if _spec(token).definitions[int(index)].kind == "signal" and armed["name"] == name
    ]
    for token, index in found:
        if token.id in execution.waiting and str(index) in _armed(token):
            _spec(token).trigger(token, index, variables)
    return len(found)


def follow(execution: Execution, names: frozenset[str]) -> None:
    """Look again at the dates of waiting timers whose expression reads one of `names`."""
    for token in list(execution.waiting.values()):
        for index, armed in list(_armed(token).items()):
            definition = _spec(token).definitions[int(index)]
            if isinstance(definition, TimerDefinition):
                moved = definition.followed(token, int(index), armed, names)
                if moved is None:
                    disarm(token, int(index))
                elif moved is not armed:
                    token.remember("wait", {**_armed(token), index: moved})


def check_conditions(execution: Execution) -> None:
    """Fire the conditional events whose condition has become true."""
    execution.touched = False
    for token in list(execution.waiting.values()):
        for index in list(_armed(token)):
            definition = _spec(token).definitions[int(index)]
            if isinstance(definition, ConditionalDefinition) and token.id in execution.waiting:
                _check(token, index, definition)


def _check(token: Token, index: str, definition: ConditionalDefinition) -> None:
    wait = _armed(token)
    holds, was = definition.holds(token), wait[index]["was"]
    if holds != was:
        token.remember("wait", {**wait, index: {"was": holds}})
    if holds and not was:
        _spec(token).trigger(token, int(index), {})


def error(token: Token, code: str, message: str, variables: Mapping[str, Json], *, from_activity: bool) -> None:
    """To the innermost error event with this code or without one. Raises `StepFailed` where there is none."""
    if not outwards(token, "error", code, variables, from_activity=from_activity):
        text = f"the error {code!r} is not caught" + (f": {message}" if message else "")
        raise StepFailed("UNHANDLED_ERROR_EVENT", text)


def outwards(token: Token, kind: str, code: str | None, variables: Mapping[str, Json], *, from_activity: bool) -> bool:
    """Error, escalation, cancel: to the innermost handler around the token. Gives whether there was one.

    `from_activity`: the activity itself has failed, so its own boundary events come first. A handler for just this
    code goes before one for all codes at the same place.
    """
    at: Token | None = token
    while at is not None:
        boundary = _boundary(at) if at is not token or from_activity else []
        for waits in (boundary, _event_sub_processes(at)):
            hits = _matching(waits, kind, code)
            if hits:
                catcher, index = hits[0]
                _spec(catcher).trigger(catcher, index, variables)
                return True
        at = at.scope.parent
    return False


def _boundary(token: Token) -> list[Token]:
    """Waiting boundary events on the activity that the token is, or is an instance of."""
    above = token.above
    return [other for host in (token, above) if host is not None for other in host.below if other.spec.catches]


def _event_sub_processes(token: Token) -> list[Token]:
    """Waiting event sub-processes of the token's scope; they do not catch what comes out of one of themselves."""
    if token.spec.name in token.scope.spec.triggers:
        return []
    triggers = token.scope.spec.triggers
    return [other for other in token.scope.root.below if other.spec.name in triggers and "wait" in other.internal_data]


def _matching(waits: list[Token], kind: str, code: str | None) -> list[tuple[Token, int]]:
    found = [
        (definition.name is None, token, int(index))
        for token in waits
        for index in _armed(token)
        for definition in (_spec(token).definitions[int(index)],)
        if definition.kind == kind and definition.name in (None, code)
    ]
    return [(token, index) for _, token, index in sorted(found, key=lambda hit: hit[0])]


def _spec(token: Token) -> Catching:
    spec: Catching = token.task_spec  # only catching nodes are asked
    return spec
