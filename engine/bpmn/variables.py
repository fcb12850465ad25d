"""Who sees which variable. One JSON document per instance; local ones on tokens and in called processes.

A token sees its own local variables, then those of each sub-process around it, then the process's. A called process is
a world of its own. What is written goes to the innermost place that has the name, else to the process (Camunda 8:
"variable propagation").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.bpmn.errors import StepFailed
from engine.bpmn.events import VariableSet
from engine.bpmn.expressions import evaluate, explained, json_of, shorten
from engine.feel import Expression
from engine.types import Json, Key

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.tree import Scope, Token


class Visible(Mapping[str, object]):
    """Several mappings as one, the first wins; nothing is copied."""

    __slots__ = ("_maps",)

    def __init__(self, maps: list[Mapping[str, object]]) -> None:
        self._maps = maps

    def __getitem__(self, name: str) -> object:
        for mapping in self._maps:
            if name in mapping:
                return mapping[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in mapping for mapping in self._maps)

    def __iter__(self) -> Iterator[str]:
        return iter({name: None for mapping in reversed(self._maps) for name in mapping})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def frames(token: Token, *, own: bool = True) -> list[tuple[Key, dict[str, Json]]]:
    """The variables that a token sees, innermost first, each with the key of its scope."""
    found = [(token.id, token.data)] if own else []
    above = token.above
    if above is not None and above.data:
        found.append((above.id, above.data))
    scope: Scope | None = token.workflow
    while scope is not None:
        found.append((scope.key, scope.data))
        scope = None if scope.parent is None or scope.spec.isolated else scope.parent.workflow
    return found


def visible(token: Token, extra: Mapping[str, object] | None = None, *, own: bool = True) -> Visible:
    """What an expression at a token may read: `extra`, the variables in sight, the names of `Services.context`."""
    maps: list[Mapping[str, object]] = [] if extra is None else [extra]
    maps += [data for _, data in frames(token, own=own) if data]
    maps.append(token.execution.context)
    return Visible(maps)


def calculate(token: Token, expression: Expression, reason: str, extra: Mapping[str, object] | None = None) -> object:
    """The FEEL value of an expression as a token sees it. Raises `StepFailed` with `reason`."""
    return evaluate(expression, visible(token, extra), token.execution.services.now(), reason)


def condition(token: Token, expression: Expression, extra: Mapping[str, object] | None = None) -> bool:
    """A condition that has to be true or false: anything else, null too, fails the step as in Zeebe."""
    value = calculate(token, expression, "CONDITION_ERROR", extra)
    if isinstance(value, bool):
        return value
    why = explained(expression, visible(token, extra), token.execution.services.now())
    raise StepFailed("CONDITION_ERROR", f"the condition is neither true nor false: {why} gave {shorten(value)}")


def put(execution: Execution, frame: tuple[Key, dict[str, Json]], name: str, value: Json) -> None:
    """Set a variable in one scope and tell it."""
    key, data = frame
    execution.journal.set(data, name, value)
    execution.touched = True
    execution.emit(VariableSet(scope_key=key, name=name, value=value))


def assign(token: Token, name: str, value: Json, *, own: bool = True) -> None:
    """Write a variable where it is known, else in the process; `own=False`: beyond the token's local variables."""
    found = frames(token, own=own)
    frame = next((f for f in found if name in f[1]), found[-1])
    put(token.execution, frame, name, value)
    _note_written(token, frame[0], name)


def _note_written(token: Token, key: Key, name: str) -> None:
    """A called process gives back what it wrote, and nothing that its caller may have changed meanwhile."""
    scope: Scope = token.workflow
    while scope.parent is not None and not scope.spec.isolated:
        scope = scope.parent.workflow
    written = scope.memory.get("written", ())
    if scope.parent is not None and scope.key == key and name not in written:
        scope.remember("written", [*written, name])


def set_local(token: Token, name: str, value: Json) -> None:
    """Set a variable that only the token, and what is inside it, sees."""
    put(token.execution, (token.id, token.data), name, value)


def map_inputs(token: Token, mappings: list[tuple[Expression, str]]) -> None:
    """Input mappings: evaluated outside the token, one after the other; the results become its local variables.

    An instance of a repeated activity also reads what the repetition gave it (its item and counter).
    """
    inputs: dict[str, object] = {name: token.data[name] for name in token.spec.given if name in token.data}
    for source, target in mappings:
        seen = visible(token, inputs, own=False)
        value = evaluate(source, seen, token.execution.services.now(), "IO_MAPPING_ERROR")
        inputs[target] = value
        set_local(token, target, json_of(value, "IO_MAPPING_ERROR", f"input {target}"))


def map_outputs(
    token: Token, mappings: list[tuple[Expression, str]], extra: Mapping[str, object] | None = None
) -> None:
    """Output mappings: evaluated inside the token, written outside it."""
    for source, target in mappings:
        value = calculate(token, source, "IO_MAPPING_ERROR", extra)
        assign(token, target, json_of(value, "IO_MAPPING_ERROR", f"output {target}"), own=False)
