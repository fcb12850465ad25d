"""What an instance waits for, changed or told once more from outside.

Whoever kept the waits lets go of them while the instance is suspended; timers are put elsewhere or given up by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.bpmn.events import MessageAwaited, SignalAwaited, TimerDisarmed
from engine.bpmn.specs.catching import Boundary, Catching
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.sub_process import EventSubProcess
from engine.bpmn.specs.timer import TimerDefinition, memory_of, schedule_of, tell
from engine.bpmn.timers import Schedule
from engine.errors import Refused

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.tree import Token


def tell_again(execution: Execution, shift: timedelta) -> None:
    """Every timer, message and signal that is waited for. `shift` puts durations and cycles off; a date is a date.

    A cycle that the diagram puts on dates or days of the week stays on them: what passed meanwhile is left out.
    """
    now = execution.services.now()
    for token in list(execution.waiting.values()):
        armed = {
            index: _shifted(token.spec.definitions[int(index)], memory, shift, now)
            for index, memory in token.internal_data.get("wait", {}).items()
        }
        for index, memory in armed.items():
            _tell(token, int(index), token.spec.definitions[int(index)], memory)
        if shift and armed:
            token.remember("wait", armed)


def put_off(token: Token, index: int, due: datetime) -> None:
    """Let a timer fire at `due` (aware), earlier or later; the next turns of a cycle stay where they are."""
    wait: dict[str, dict[str, Any]] = token.internal_data["wait"]
    memory = wait[str(index)]
    moved = schedule_of(memory).put_at(due)
    kept = {name: memory[name] for name in ("said", "begun") if name in memory}
    token.remember("wait", {**wait, str(index): {**memory_of(moved), **kept}})
    tell(token, index, moved)


def give_up(token: Token, index: int) -> None:
    """Let a timer fire no more, with all turns that are left. Raises `Refused` where its token would wait for ever."""
    spec = token.spec
    assert isinstance(spec, Catching)  # noqa: S101  # nothing else has timers
    if spec.parallel:
        raise Refused("The event waits for all of its definitions: without the timer it would never come.")
    if not isinstance(spec, Boundary | EventSubProcess) and len(token.internal_data["wait"]) == 1:
        above = token.above
        others = [] if above is None else [other for other in above.below if other is not token]
        if not others or not all(other.spec.catches for other in others):
            raise Refused("Nothing else would move the token on: let the timer fire now, or move the token.")
    disarm(token, index)


def disarm(token: Token, index: int) -> None:
    """The timer is over; what waits for nothing else is over with it."""
    wait: dict[str, Any] = token.internal_data["wait"]
    token.remember("wait", {i: memory for i, memory in wait.items() if i != str(index)})
    token.execution.emit(TimerDisarmed(key=token.id, index=index))
    if not token.internal_data["wait"]:
        token.execution.cancel(token)


def _shifted(definition: Definition, memory: dict[str, Any], shift: timedelta, now: datetime) -> dict[str, Any]:
    if not shift or not isinstance(definition, TimerDefinition) or definition.form == "timeDate":
        return memory
    schedule = schedule_of(memory)
    return {**memory, **memory_of(_put_ahead(schedule, now) if schedule.fixed else _put_off(schedule, shift))}


def _put_off(schedule: Schedule, shift: timedelta) -> Schedule:
    anchor, turn = schedule.anchor, schedule.turn
    return replace(
        schedule,
        due=schedule.due + shift,
        anchor=None if anchor is None else anchor + shift,
        turn=None if turn is None else turn + shift,
    )


def _put_ahead(schedule: Schedule, now: datetime) -> Schedule:
    if schedule.due > now:
        return schedule
    return schedule.after(now) or schedule  # the last one is not left out


def _tell(token: Token, index: int, definition: Definition, memory: dict[str, Any]) -> None:
    about: dict[str, Any] = {
        "key": token.id,
        "index": index,
        "element_id": token.spec.waits_as,
        "process_id": token.process_id,
        "definition_key": token.definition_key,
    }
    if isinstance(definition, TimerDefinition):
        if "over" not in memory:
            tell(token, index, schedule_of(memory))
    elif definition.kind == "message":
        token.execution.emit(MessageAwaited(**about, name=memory["name"], correlation_key=memory["key"]))
    elif definition.kind == "signal":
        token.execution.emit(SignalAwaited(**about, name=memory["name"]))
