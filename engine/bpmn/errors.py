"""What can go wrong while an instance runs: a business error that a diagram catches, or a step that cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from engine.errors import AmendsError
from engine.types import Json


class BpmnError(Exception):
    """A business error with a code, raised by an operation or a decision.

    The nearest error event with that code (or without one) catches it.
    """

    def __init__(self, error_code: str, message: str = "", variables: Mapping[str, Json] | None = None) -> None:
        self.error_code = error_code
        self.message = message
        self.variables: Mapping[str, Json] = variables or {}
        super().__init__(f"{error_code}: {message}" if message else error_code)


class StepFailed(AmendsError):
    """An element cannot go on; its token waits with an incident until somebody retries it.

    `reason` is the incident's error type: Camunda 8's names where it has one (`IO_MAPPING_ERROR`,
    `CONDITION_ERROR`, `EXTRACT_VALUE_ERROR`, `UNHANDLED_ERROR_EVENT`, `CALLED_ELEMENT_ERROR`,
    `DECISION_EVALUATION_ERROR`), and `STEP_BUDGET_EXCEEDED`, `DEADLOCK`, `OPERATION_FAILED` of our own.
    """

    code: ClassVar[str] = "step-failed"

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)
