"""What is expected against what is: one finding for each difference, at the line that expects it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import dropwhile

from engine.errors import Finding
from engine.store.user_task import UserTask
from engine.trials.case import Case
from engine.trials.scenario import Expected, ExpectedTask
from engine.types import Json

_SHOWN = 12
"""Elements of a path that a message shows."""


class Compared:
    """A case against what is expected of it. `line` is where what is not said anywhere is told."""

    def __init__(self, case: Case, file: str, line: int) -> None:
        self._case, self._file, self._line = case, file, line
        self._lines: Mapping[str, int] = {}

    def findings(self, expected: Expected, *, last: bool = False) -> list[Finding]:
        """All differences. At the end of a scenario (`last`) an incident that was not expected is one."""
        self._lines = expected.lines
        return [
            *self._path(expected),
            *self._reached(expected),
            *self._tasks(expected.tasks),
            *self._timers(expected),
            *self._messages(expected.messages),
            *self._values("variables", expected.variables, self._case.variables),
            *self._values("decisions", expected.decisions, self._case.trail.decisions),
            *self._values("complaint", expected.complaint, self._case.complaint),
            *self._letters(expected.letters),
            *self._incidents(expected.incidents, last=last),
            *self._state(expected.state),
        ]

    def _found(self, part: str, message: str, element_id: str | None = None, entry: str | None = None) -> Finding:
        """A difference in `part`, told at its line, or at that of its entry (an element, if nothing else is said)."""
        line = self._lines.get(f"{part}.{entry or element_id}", self._lines.get(part, self._line))
        return Finding(rule=f"scenario-{part}", message=message, file=self._file, line=line, element_id=element_id)

    def _path(self, expected: Expected) -> Iterator[Finding]:
        left: Iterable[str] = iter(self._case.trail.elements)
        for number, element_id in enumerate(expected.path or ()):
            rest = list(dropwhile(lambda one, wanted=element_id: one != wanted, left))  # type: ignore[misc]  # bound now
            if not rest:
                after = f" after {expected.path[number - 1]}" if expected.path and number else ""
                message = f"{element_id} was not reached{after}. The path was: {_shown(self._case.trail.elements)}."
                yield self._found("path", message, element_id)
                return
            left = iter(rest[1:])

    def _reached(self, expected: Expected) -> Iterator[Finding]:
        reached = {*self._case.trail.elements, *self._case.trail.flow_ids}
        for place in expected.passes:
            if place not in reached:
                message = f"{place} was not reached. The path was: {_shown(self._case.trail.elements)}."
                yield self._found("passes", message, place)
        for place in expected.never:
            if place in reached:
                yield self._found("never", f"{place} was reached.", place)

    # -- what is open

    def _tasks(self, expected: Mapping[str, ExpectedTask] | None) -> Iterator[Finding]:
        if expected is None:
            return
        open_tasks = {task.element_id: task for task in self._case.tasks}
        if set(expected) != set(open_tasks):
            message = f"Open are {_names(open_tasks)}, and expected are {_names(expected)}."
            yield self._found("tasks", message, next(iter(sorted(set(expected) ^ set(open_tasks)))))
        for element_id in expected.keys() & open_tasks.keys():
            for name, is_so, wanted in self._task(expected[element_id], open_tasks[element_id]):
                yield self._found("tasks", f"{name} of {element_id} is {is_so}, and expected is {wanted}.", element_id)

    def _task(self, expected: ExpectedTask, task: UserTask) -> Iterator[tuple[str, str, str]]:
        pairs: dict[str, tuple[object, object]] = {
            "assignee": (task.assignee, expected.assignee),
            "priority": (task.priority, expected.priority),
            "form": (task.form_id, expected.form),
            "groups": (sorted(task.candidate_groups), _sorted(expected.groups)),
            "users": (sorted(task.candidate_users), _sorted(expected.users)),
        }
        for name, (is_so, wanted) in pairs.items():
            if wanted is not None and is_so != wanted:
                yield name, _json(is_so), _json(wanted)
        if expected.due is not None and not self._same_time(task.due_at, expected.due):
            yield "the due date", self._time(task.due_at), self._time(expected.due)

    def _timers(self, expected: Expected) -> Iterator[Finding]:
        armed = {timer.element_id: timer.due_at for timer in reversed(self._case.timers)}
        for element_id, wanted in expected.timers.items():
            due = armed.get(element_id)
            if wanted is False:
                if due is not None:
                    message = f"The timer of {element_id} is armed, for {self._time(due)}."
                    yield self._found("timers", message, element_id)
            elif due is None:
                message = f"No timer of {element_id} is armed; armed are {_names(armed)}."
                yield self._found("timers", message, element_id)
            elif wanted is not None and not self._same_time(due, wanted):
                message = (
                    f"The timer of {element_id} is due at {self._time(due)}, and expected is {self._time(wanted)}."
                )
                yield self._found("timers", message, element_id)

    def _same_time(self, is_so: datetime | None, wanted: datetime | date) -> bool:
        if is_so is None or isinstance(wanted, datetime):
            return is_so == wanted
        return is_so.astimezone(self._case.zone).date() == wanted

    def _time(self, value: datetime | date | None) -> str:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return "none" if value is None else value.isoformat()

    def _messages(self, expected: tuple[str, ...] | None) -> Iterator[Finding]:
        awaited = {row.name for row in self._case.messages}
        if expected is not None and set(expected) != awaited:
            yield self._found("messages", f"Awaited are {_names(awaited)}, and expected are {_names(expected)}.")

    # -- values

    def _values(self, part: str, expected: Mapping[str, Json], found: Mapping[str, Json]) -> Iterator[Finding]:
        for name, wanted in expected.items():
            if not _same(found.get(name), wanted):
                known = _json(found[name]) if name in found else "not there"
                yield self._found(part, f"{name} is {known}, and expected is {_json(wanted)}.", entry=name)

    def _letters(self, expected: tuple[str, ...] | None) -> Iterator[Finding]:
        if expected is not None and list(expected) != list(self._case.letters):
            written = ", ".join(self._case.letters) or "none"
            wanted = ", ".join(expected) or "none"
            yield self._found("letters", f"The letters were: {written}. Expected: {wanted}.")

    def _incidents(self, expected: Mapping[str, str] | None, *, last: bool) -> Iterator[Finding]:
        if expected is None and not last:
            return
        wanted, left = dict(expected or {}), list(self._case.incidents)
        for incident in left:
            text = wanted.pop(incident.element_id or "", None)
            told = f"{incident.code}: {incident.message}"
            if text is None:
                yield self._found("incidents", f"An incident at {incident.element_id}: {told}.", incident.element_id)
            elif text not in told:
                message = f"The incident at {incident.element_id} says {told!r}, and not {text!r}."
                yield self._found("incidents", message, incident.element_id)
        for element_id in wanted:
            yield self._found("incidents", f"There is no incident at {element_id}.", element_id)

    def _state(self, expected: str | None) -> Iterator[Finding]:
        if expected is not None and expected != self._case.state:
            waits = self._case.waits_at
            where = f", waiting at {', '.join(waits)}" if waits else ""
            yield self._found("state", f"The instance is {self._case.state}{where}, and expected is {expected}.")


def _same(is_so: Json, wanted: Json) -> bool:
    """Equal as JSON: 5 is 5.0, but true is not 1."""
    if isinstance(is_so, Mapping) and isinstance(wanted, Mapping):
        return is_so.keys() == wanted.keys() and all(_same(is_so[name], wanted[name]) for name in wanted)
    if _is_list(is_so) and _is_list(wanted):
        return len(is_so) == len(wanted) and all(map(_same, is_so, wanted))  # type: ignore[arg-type]  # asked for above
    return isinstance(is_so, bool) == isinstance(wanted, bool) and is_so == wanted


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _sorted(names: Collection[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _shown(path: Sequence[str]) -> str:
    if len(path) <= _SHOWN:
        return " > ".join(path)
    return f"... > {' > '.join(path[-_SHOWN:])}"
