"""Bounds of one evaluation, and the notes taken while it runs.

A `Run` is made for each evaluation and handed to every closure: no state is shared between threads, and several
expressions (the decisions of a model) can be charged to one budget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from engine.feel.errors import FeelLimitExceeded

S = TypeVar("S", bound=Sized)


Place = tuple[int, int]
"""Where in a text something stands: line and column, both from 1. A bare tuple, because each token has one."""
NOWHERE: Place = (1, 1)


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """Why a part of an expression gave null.

    `element_id` is the DMN element whose expression it was, where known.
    """

    code: str
    message: str
    line: int = 1
    column: int = 1
    element_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one evaluation may use.

    `cpu_seconds` is time of this thread on the processor, so that a busy machine does not fail an honest
    expression; `memory` is an account in bytes of what was built, roughly; `text` counts characters, `items` the
    entries of one list or context, `calls` functions within functions.
    """

    steps: int = 400_000
    cpu_seconds: float = 0.02
    memory: int = 14_000_000
    text: int = 1_000_000
    items: int = 100_000
    calls: int = 300
    diagnostics: int = 50


DEFAULT_LIMITS = Limits()
_MESSAGE = 500
"""Characters of a diagnostic: it may quote a value, and values are long."""
_FIRST_LOOK, _LOOK_AT_CLOCK = 64, 256
"""Steps before the clock is read first, and between readings: a reading costs as much as several steps."""


class Run:
    """One evaluation: its budget, its instant and its diagnostics."""

    # Defaults stand here: a run is made for each evaluation, and most never touch these.
    calls = 0
    element_id: str | None = None
    _instant: datetime | None = None
    _deadline: float | None = None
    _warned = False

    def __init__(self, now: Callable[[], datetime], limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.steps = limits.steps
        self.memory = limits.memory
        self.diagnostics: list[Diagnostic] = []
        self._clock = now
        self._next_look = limits.steps - _FIRST_LOOK

    def now(self) -> datetime:
        """The instant of this evaluation: the same for every reading in it."""
        if self._instant is None:
            self._instant = self._clock()
        return self._instant

    def step(self, count: int = 1) -> None:
        """Charge work. Raises FeelLimitExceeded when the budget is spent."""
        self.steps -= count
        if self.steps < self._next_look:
            self.look()

    def entry(self) -> None:
        """Charge one more entry of a list that grows."""
        self.step()
        self._charge(120)

    def look(self) -> None:
        """Look at the clock now. Raises FeelLimitExceeded when the time is up."""
        if self.steps < 0:
            raise FeelLimitExceeded("the evaluation takes too many steps")
        self._next_look = self.steps - _LOOK_AT_CLOCK
        reading = time.thread_time()
        if self._deadline is None:
            self._deadline = reading + self.limits.cpu_seconds
        elif reading > self._deadline:
            if self._warned:
                raise FeelLimitExceeded("the evaluation takes too long")
            # once a little more: the garbage collector may have run on this thread, on account of others
            self._warned = True
            self._deadline = reading + self.limits.cpu_seconds / 5

    def spent(self) -> float:
        """A reading of the clock that the time is measured by, in seconds."""
        return time.thread_time()

    def reserve(self, seconds: float) -> None:
        """Make sure that so much time is left. Raises FeelLimitExceeded if not."""
        self.look()
        if self._deadline is not None and time.thread_time() + seconds > self._deadline:
            raise FeelLimitExceeded("the text is too long for its regular expression")

    def copied(self, count: int) -> None:
        """Charge a list that was copied, with what it holds shared."""
        self.step(count // 64)
        self._charge(8 * count)

    def text(self, value: str) -> str:
        """Charge a text that was made, and hand it back."""
        if len(value) > self.limits.text:
            raise FeelLimitExceeded("a text becomes too long")
        self._charge(len(value))
        return value

    def items(self, value: S) -> S:
        """Charge a list or context that was made, and hand it back."""
        if len(value) > self.limits.items:
            raise FeelLimitExceeded("a list becomes too long")
        self._charge(16 * len(value))
        return value

    def _charge(self, size: int) -> None:
        self.memory -= size
        if self.memory < 0:
            raise FeelLimitExceeded("the evaluation needs too much memory")

    def note(self, code: str, message: str, place: Place = NOWHERE) -> Any:
        """The FEEL way to fail: say why, and go on with null (`return run.note(...)`)."""
        if len(self.diagnostics) < self.limits.diagnostics:
            said = message if len(message) <= _MESSAGE else message[:_MESSAGE] + "..."
            self.diagnostics.append(
                Diagnostic(code=code, message=said, line=place[0], column=place[1], element_id=self.element_id)
            )
        return None
