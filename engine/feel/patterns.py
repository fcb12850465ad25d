"""Running regular expressions within the bounds of an evaluation.

RE2 does not backtrack, but a step of it may look at every place of the pattern, and nobody can interrupt it. So a long
text is first run through in pieces, with a look at the clock after each: what the pieces cost, the whole costs again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.feel.limits import Run
from engine.feel.regex import Regex, compiled

_STEPS = 600
"""What it costs to read a new pattern."""
_FREE = 40_000
"""Places times characters that cost a few milliseconds at worst."""
_PIECE = 30_000
_SHORTEST = 400
"""A piece is longer than any repetition, so that it costs as much a character as the whole."""
_FEW = 20


class Pattern:
    """A pattern within one run. Raises FeelLimitExceeded where the text is too long for it."""

    def __init__(self, run: Run, regex: Regex) -> None:
        self._run, self._regex = run, regex

    @property
    def groups(self) -> int:
        """How many groups there are in parentheses."""
        return int(self._regex.program.groups)

    def found(self, text: str) -> bool:
        """Does a part of the text match?"""
        self._try_out(text, stop=not self._regex.anchored)
        return self._regex.program.search(text) is not None

    def matches(self, text: str) -> Iterator[Any]:
        """The matches in the text, one after the other."""
        self._try_out(text, stop=False)
        return iter(self._regex.program.finditer(text))

    def _try_out(self, text: str, *, stop: bool) -> None:
        work = self._regex.places * len(text)
        self._run.step(50 + min(work, _FREE) // 60 + len(text) // 50)
        if work <= _FREE:
            return
        size = max(_SHORTEST, _PIECE // self._regex.places)
        start = self._run.spent()
        for at in range(0, len(text), size):
            if self._explore(text[at : at + size]) and stop:
                break
            self._run.look()
        self._run.reserve(self._run.spent() - start)

    def _explore(self, piece: str) -> bool:
        """Run through a piece; behind a few matches, what is left is looked at without the pattern."""
        count = 0
        for _ in self._regex.program.finditer(piece):
            count += 1
            if count == _FEW:
                break
        return count > 0


def pattern_of(run: Run, pattern: str, flags: str = "") -> Pattern:
    """A pattern, ready to run. One that was not met lately is charged, so that a loop over new ones looks at the clock.

    Raises Problem if it is wrong.
    """
    run.look()
    known = compiled.cache_info().misses
    try:
        return Pattern(run, compiled(pattern, flags))
    finally:
        if compiled.cache_info().misses != known:
            run.step(_STEPS)
