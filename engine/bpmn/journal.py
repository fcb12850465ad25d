"""Undo for one step: an element's step happens wholly or not at all.

Each change of the in-memory state notes how to take it back. Copying the state before every step would cost more than
the step itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Journal:
    """The changes since the last `clear`, newest last."""

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def note(self, undo: Callable[..., object], *arguments: object) -> None:
        """`undo(*arguments)` takes back what is being done now."""
        self._undo.append((undo, arguments))

    def set(self, target: dict[Any, Any], key: object, value: object) -> None:
        """Set an item of a dictionary."""
        self._undo.append((_restore, (target, key, target.get(key, _ABSENT))))
        target[key] = value

    def pop(self, target: dict[Any, Any], key: object) -> None:
        """Remove an item of a dictionary, if it is there. Its place in the order is not restored."""
        if key in target:
            self._undo.append((_restore, (target, key, target[key])))
            del target[key]

    def attribute(self, target: object, name: str, value: object) -> None:
        """Set an attribute."""
        self._undo.append((setattr, (target, name, getattr(target, name))))
        setattr(target, name, value)

    def rollback(self) -> None:
        """Take everything back, newest first."""
        while self._undo:
            undo, arguments = self._undo.pop()
            undo(*arguments)

    def clear(self) -> None:
        """What was done stays."""
        self._undo.clear()


def _restore(target: dict[Any, Any], key: object, value: object) -> None:
    if value is _ABSENT:
        target.pop(key, None)
    else:
        target[key] = value
