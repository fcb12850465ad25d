"""Telling once more what an instance waits for: whoever kept the waits has let go of them while it was suspended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.bpmn.events import MessageAwaited, SignalAwaited
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.timer import TimerDefinition, schedule_of, tell

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.tree import Token


def tell_again(execution: Execution, shift: timedelta) -> None:
    """Every timer, message and signal that is waited for. `shift` puts durations and cycles off; a date is a date."""
    for token in list(execution.waiting.values()):
        armed = token.internal_data.get("wait", {})
        for index, memory in armed.items():
            definition = token.spec.definitions[int(index)]
            _tell(token, int(index), definition, _shifted(definition, memory, shift))
        if shift:
            token.remember("wait", {i: _shifted(token.spec.definitions[int(i)], m, shift) for i, m in armed.items()})


def _shifted(definition: Definition, memory: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    if not isinstance(definition, TimerDefinition) or definition.form == "timeDate":
        return memory
    schedule = replace(schedule_of(memory), due=schedule_of(memory).due + shift)
    return {**memory, "due": schedule.due.isoformat()}


def _tell(token: Token, index: int, definition: Definition, memory: dict[str, Any]) -> None:
    about: dict[str, Any] = {
        "key": token.id,
        "index": index,
        "element_id": token.spec.waits_as,
        "process_id": token.process_id,
    }
    if isinstance(definition, TimerDefinition):
        tell(token, index, schedule_of(memory))
    elif definition.kind == "message":
        token.execution.emit(MessageAwaited(**about, name=memory["name"], correlation_key=memory["key"]))
    elif definition.kind == "signal":
        token.execution.emit(SignalAwaited(**about, name=memory["name"]))
