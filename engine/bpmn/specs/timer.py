"""Timer events: a date, a duration or a repeating interval, as text or as FEEL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
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

    def first(self, context: Mapping[str, object], now: datetime) -> timers.Schedule | None:
        """When it fires first, armed at `now`; None for a cycle that ends before its first turn.

        Raises `StepFailed` where the expression gives no time.
        """
        return self._read(self.said(context, now), now)

    def said(self, context: Mapping[str, object], now: datetime) -> str:
        """The time as text. Raises `StepFailed` where the expression gives none."""
        value = self.when.value(context, now)
        text = value if isinstance(value, str) or value is None else to_json(value)
        if not isinstance(text, str):
            why = self.when.explained(context, now)
            raise StepFailed("EXTRACT_VALUE_ERROR", f"timer {why} is no time but {shorten(value)}")
        return text

    def _read(self, text: str, now: datetime) -> timers.Schedule | None:
        try:
            return timers.first(self.form, text, now)
        except ValueError as error:
            raise StepFailed("EXTRACT_VALUE_ERROR", f"timer {self.when.source}: {error}") from error

    def arm(self, token: Token, index: int) -> dict[str, Any] | None:
        """Compute the due time once; it is kept, whatever happens to the variables behind it."""
        now = token.execution.services.now()
        text = self.said(visible(token), now)
        schedule = self._read(text, now)
        return None if schedule is None else self._armed(token, index, schedule, text)

    def rearm(self, token: Token, index: int, armed: dict[str, Any]) -> dict[str, Any] | None:
        """The next turn of a cycle, on its grid. A date that may move later on is kept in mind."""
        schedule = schedule_of(armed).after(token.execution.services.now())
        if schedule is not None:
            return self._armed(token, index, schedule, armed.get("said"), begun=True)
        may_move = self.form == "timeDate" and self.when.expression is not None
        return {"over": armed.get("turn", armed["due"])} if may_move else None

    def follows(self, names: frozenset[str]) -> bool:
        """Whether its date, or the beginning or end of its cycle, is read from one of `names`.

        One that is counted from now does not follow: looked at later it would be later, with nothing having moved.
        """
        expression = self.when.expression
        if self.form == "timeDuration" or expression is None or names.isdisjoint(expression.names):
            return False
        return not _FROM_NOW.search(expression.text)

    def followed(self, token: Token, index: int, armed: dict[str, Any], names: frozenset[str]) -> dict[str, Any] | None:
        """The date or cycle anew, where its expression reads one of `names`, whose values have changed.

        Durations go on as they were armed, and so does what somebody has put elsewhere by hand while the date behind
        it is the same. An expression that gives no time any more leaves the timer alone. A date that has fired is
        armed again when it moves to a later one that is still to come. None: it fires no more.
        """
        if not self.follows(names):
            return armed
        now = token.execution.services.now()
        try:
            text = self.said(visible(token), now)
            schedule = self._read(text, now)
        except StepFailed:
            return armed
        if self.form == "timeDate":
            return armed if schedule is None else self._dated(token, index, armed, schedule)
        if armed.get("said") in (None, text):
            return armed
        begun = "begun" in armed
        moved = _moved(schedule_of(armed), self._read(armed["said"], now), schedule, now if begun else None)
        return None if moved is None else self._armed(token, index, moved, text, begun=begun)

    def _dated(self, token: Token, index: int, armed: dict[str, Any], schedule: timers.Schedule) -> dict[str, Any]:
        before = datetime.fromisoformat(armed.get("over") or armed.get("turn") or armed["due"])
        past = schedule.due <= max(before, token.execution.services.now())
        if schedule.due == before or ("over" in armed and past):
            return armed
        return self._armed(token, index, schedule, None)

    def _armed(  # one private maker of what is remembered
        self, token: Token, index: int, schedule: timers.Schedule, text: str | None, *, begun: bool = False
    ) -> dict[str, Any]:
        tell(token, index, schedule)
        armed = memory_of(schedule)
        if self.form == "timeCycle" and self.when.expression is not None and text is not None:
            armed["said"] = text
            if begun:
                armed["begun"] = 1
        return armed


def _moved(
    armed: timers.Schedule, before: timers.Schedule | None, after: timers.Schedule | None, now: datetime | None
) -> timers.Schedule | None:
    """A cycle whose text has changed from what gave `before` to what gives `after`.

    One that begins at a date begins anew, with the turns that it had left; if it has fired before, `now` says which
    turns of the new grid have passed, and they are not made up for. One that has an end gets the other end.
    """
    if before is None or after is None:
        return None
    if not after.fixed:
        kept = replace(armed, until=after.until, every=after.every)
        return kept if kept.until is None or kept.due <= kept.until else None
    if after.repetitions_left >= 0 and before.repetitions_left >= 0:
        used = before.repetitions_left - armed.repetitions_left
        after = replace(after, repetitions_left=max(after.repetitions_left - used, 0))
    if now is None:
        return after
    ahead = timers.ahead(replace(after, repetitions_left=-1), now)
    return None if ahead is None else replace(ahead, repetitions_left=after.repetitions_left)


_INSTANTS = {"due": "due", "until": "until", "anchor": "from", "turn": "turn"}


def memory_of(schedule: timers.Schedule) -> dict[str, Any]:
    """A schedule as JSON."""
    armed: dict[str, Any] = {}
    for name, key in _INSTANTS.items():
        instant = getattr(schedule, name)
        if instant is not None and (name != "anchor" or instant != schedule.due):
            armed[key] = instant.isoformat()
    if schedule.every is not None:
        armed |= {"left": schedule.repetitions_left, "every": schedule.every}
    if schedule.zone is not None:
        armed["zone"] = schedule.zone
    if schedule.fixed:
        armed["fixed"] = 1
    return armed


def schedule_of(armed: Mapping[str, Any]) -> timers.Schedule:
    """What was remembered of an armed timer."""
    instants = {name: datetime.fromisoformat(armed[key]) for name, key in _INSTANTS.items() if key in armed}
    return timers.Schedule(
        **instants,
        repetitions_left=armed.get("left", 0),
        every=armed.get("every"),
        zone=armed.get("zone"),
        fixed="fixed" in armed,
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
            definition_key=token.definition_key,
            due=schedule.due,
            repetitions_left=left,
        )
    )
