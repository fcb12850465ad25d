"""Reading what is expected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from engine.complaints.context import ENTRIES
from engine.trials import fields
from engine.trials.document import Node
from engine.trials.place import Place
from engine.trials.scenario import Expected, ExpectedTask

FIELDS = frozenset(entry for entry in ENTRIES if "." not in entry)
"""What expressions read of a complaint."""
STATES = ("active", "completed", "terminated")
_EXPECT = (
    *("path", "passes", "never", "tasks", "timers", "messages", "variables", "decisions", "incidents"),
    *("complaint", "letters", "state"),
)
_TASK = ("assignee", "groups", "users", "due", "priority", "form")


def read_expected(node: Node, here: Place) -> Expected:
    """All that stands under `expect`."""
    parts = fields.entries(node, "`expect`", here.found, _EXPECT)
    read: dict[str, Any] = {}
    for name, part in parts.items():
        if name in _READ:
            read[name] = _READ[name](part, here)
    return Expected(**read, lines=_lines(node))


def _lines(node: Node) -> dict[str, int]:
    """Where each part stands, and each entry of a part as `part.entry`."""
    lines = dict(node.key_lines)
    for name, part in (node.entries or {}).items():
        lines |= {f"{name}.{key}": line for key, line in part.key_lines.items()}
    return lines


def _path(node: Node, here: Place) -> tuple[str, ...]:
    return tuple(here.element(item, "`path`") for item in fields.items(node, "`path`", here.found))


def _reached(node: Node, here: Place) -> tuple[str, ...]:
    return tuple(here.reached(item, "an element or flow") for item in fields.items(node, "the list", here.found))


def _tasks(node: Node, here: Place) -> dict[str, ExpectedTask]:
    kinds = {"USER_TASK"}
    if node.entries is None:
        listed = fields.items(node, "`tasks`", here.found)
        return {here.element(item, "`tasks`", kinds): ExpectedTask(line=item.line) for item in listed}
    found: dict[str, ExpectedTask] = {}
    for element_id, inner in node.entries.items():
        here.element(Node(line=node.key_lines[element_id], scalar=element_id), "`tasks`", kinds)
        found[element_id] = _task(inner, node.key_lines[element_id], here)
    return found


def _task(node: Node, line: int, here: Place) -> ExpectedTask:
    parts = fields.entries(node, "a task", here.found, _TASK)
    priority = fields.optional(parts, "priority", lambda given: given.scalar)
    if priority is not None and (isinstance(priority, bool) or not isinstance(priority, int)):
        here.found.wrong(parts["priority"], "`priority`", "a number from 0 to 100")
        priority = None
    return ExpectedTask(
        assignee=fields.optional(parts, "assignee", lambda given: fields.text(given, "`assignee`", here.found)),
        groups=fields.optional(parts, "groups", lambda given: fields.texts(given, "`groups`", here.found)),
        users=fields.optional(parts, "users", lambda given: fields.texts(given, "`users`", here.found)),
        due=fields.optional(parts, "due", lambda given: fields.when(given, "`due`", here.found)),
        priority=priority,
        form=fields.optional(parts, "form", lambda given: fields.text(given, "`form`", here.found)),
        line=line,
    )


def _timers(node: Node, here: Place) -> dict[str, datetime | date | Literal[False] | None]:
    if node.entries is None:
        return {here.element(item, "`timers`"): None for item in fields.items(node, "`timers`", here.found)}
    found: dict[str, datetime | date | Literal[False] | None] = {}
    for element_id, inner in node.entries.items():
        here.element(Node(line=node.key_lines[element_id], scalar=element_id), "`timers`")
        if isinstance(inner.scalar, bool) or inner.scalar is None:
            found[element_id] = False if inner.scalar is False else None
        else:
            found[element_id] = fields.when(inner, f"the due time of {element_id!r}", here.found)
    return found


def _incidents(node: Node, here: Place) -> dict[str, str]:
    if node.entries is None:
        return {here.element(item, "`incidents`"): "" for item in fields.items(node, "`incidents`", here.found)}
    found: dict[str, str] = {}
    for element_id, inner in node.entries.items():
        here.element(Node(line=node.key_lines[element_id], scalar=element_id), "`incidents`")
        found[element_id] = "" if inner.scalar is None else fields.text(inner, "the text of an incident", here.found)
    return found


def _complaint(node: Node, here: Place) -> dict[str, Any]:
    fields.entries(node, "`complaint`", here.found, FIELDS)
    return fields.json_object(node, "`complaint`", here.found)


def _state(node: Node, here: Place) -> str:
    state = fields.text(node, "`state`", here.found)
    if state not in STATES:
        here.found.add("tests-value", node.line, f"There is no state {state!r}.", f"One of: {', '.join(STATES)}.")
    return state


_READ: dict[str, Callable[[Node, Place], Any]] = {
    "path": _path,
    "passes": _reached,
    "never": _reached,
    "tasks": _tasks,
    "timers": _timers,
    "messages": lambda node, here: fields.texts(node, "`messages`", here.found),
    "variables": lambda node, here: fields.json_object(node, "`variables`", here.found),
    "decisions": lambda node, here: fields.json_object(node, "`decisions`", here.found),
    "incidents": _incidents,
    "complaint": _complaint,
    "letters": lambda node, here: fields.texts(node, "`letters`", here.found),
    "state": _state,
}
