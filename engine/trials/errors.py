"""What can be wrong with process tests themselves."""

from __future__ import annotations

from engine.errors import Refused


class ProcessTestsInvalid(Refused):
    """The process tests cannot be read; the findings say where and why."""
