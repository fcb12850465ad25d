"""Timer events: a date, a duration or a repeating interval, as text or as FEEL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn import timers
from engine.bpmn.errors import StepFailed
from engine.bpmn.events import TimerArmed
from engine.bpmn.expressions import Text, shorten
from engine.bpmn.specs.definition import Definition
from engine.bpmn.variables import visible
from engine.feel import to_json

if TYPE_CHECKING:
    from engine.bpmn.tree import Token


_FROM_NOW = re.compile(r"\b(now|today)\s*\(")


class TimerDefinition(Definition):
    """`form` is `timeDate`, `timeDuration` or `timeCycle`."""

    kind: ClassVar[str] = "timer"

    def __init__(self, form: timers.Form, when: Text) -> None:
        super().__init__(when.source)
        self.form, self.when = form, when

    def first(self, context: Mapping[str, object], now: datetime) -> timers.Schedule:
        """When it fires first, armed at `now`. Raises `StepFailed` where the expression gives no time."""
        value = self.when.value(context, now)
        text = value if isinstance(value, str) or value is None else to_json(value)
        if not isinstance(text, str):
            why = self.when.explained(context, now)
            raise StepFailed("EXTRACT_VALUE_ERROR", f"timer {why} is no time but {shorten(value)}")
        try:
            return timers.first(self.form, text, now)
        except ValueError as error:
            raise StepFailed("EXTRACT_VALUE_ERROR", f"timer {self.when.source}: {error}") from error

    def arm(self, token: Token, index: int) -> dict[str, Any]:
        """Compute the due time once; it is kept, whatever happens to the variables behind it."""
        return self._armed(token, index, self.first(visible(token), token.execution.services.now()))

    def rearm(self, token: Token, index: int, armed: dict[str, Any]) -> dict[str, Any] | None:
        """The next turn of a cycle, counted from the former due time."""
        schedule = schedule_of(armed).after(token.execution.services.now())
        return None if schedule is None else self._armed(token, index, schedule)

    def followed(self, token: Token, index: int, armed: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
        """The date anew, where its expression reads one of `names`, whose values have changed.

        Durations and cycles go on as they were armed, and so does a date that is counted from now: looked at later it
        would be later, with nothing having moved. An expression that gives no date any more leaves the timer alone.
        """
        expression = self.when.expression
        if self.form != "timeDate" or expression is None or names.isdisjoint(expression.names):
            return armed
        if _FROM_NOW.search(expression.text):
            return armed
        try:
            schedule = self.first(visible(token), token.execution.services.now())
        except StepFailed:
            return armed
        return armed if schedule == schedule_of(armed) else self._armed(token, index, schedule)

    def _armed(self, token: Token, index: int, schedule: timers.Schedule) -> dict[str, Any]:
        tell(token, index, schedule)
        armed: dict[str, Any] = {"due": schedule.due.isoformat()}
        if schedule.every is not None:
            armed |= {"left": schedule.repetitions_left, "every": schedule.every}
        if schedule.until is not None:
            armed["until"] = schedule.until.isoformat()
        return armed


def schedule_of(armed: dict[str, Any]) -> timers.Schedule:
    """What was remembered of an armed timer."""
    return timers.Schedule(
        due=datetime.fromisoformat(armed["due"]),
        repetitions_left=armed.get("left", 0),
        every=armed.get("every"),
        until=datetime.fromisoformat(armed["until"]) if "until" in armed else None,
    )


def tell(token: Token, index: int, schedule: timers.Schedule) -> None:
    """Tell the caller when to fire it."""
    left = schedule.repetitions_left
    token.execution.emit(
        TimerArmed(
            key=token.id,
            index=index,
            element_id=token.spec.waits_as,
            process_id=token.process_id,
            due=schedule.due,
            repetitions_left=left,
        )
    )
