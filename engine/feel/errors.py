"""What FEEL refuses, as typed errors with a place in the text."""

from __future__ import annotations

from typing import ClassVar

from engine.errors import AmendsError, Finding


class FeelError(AmendsError):
    """The expression cannot be used."""

    code: ClassVar[str] = "feel-error"


class FeelSyntaxError(FeelError):
    """The text is no FEEL expression.

    `line` and `column` count from 1 and point at the first character that does not fit; `proposal` says what was
    probably meant, or is None.
    """

    code = "feel-syntax"

    def __init__(self, message: str, *, line: int = 1, column: int = 1, proposal: str | None = None) -> None:
        self.line, self.column, self.proposal = line, column, proposal
        finding = Finding(rule=self.code, message=message, cure=proposal, line=line, column=column)
        super().__init__(f"{message} (line {line}, column {column})", findings=(finding,))


class FeelLimitExceeded(FeelError):
    """The evaluation took more steps, time or memory than it may."""

    code = "feel-limit"


class FeelValueRefused(FeelError):
    """A Python value has no counterpart in FEEL."""

    code = "feel-value"


class Problem(Exception):
    """Inside the room: an operation has no result. Whoever called it notes a diagnostic and goes on with null."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
