"""Pages on which staff find and do their tasks. ISO 10002 clauses 7.5 to 7.9 are worked here."""

from __future__ import annotations

from webapi.tasklist import entrance, inbox, task
from webapi.tasklist.base import blueprint

__all__ = ["blueprint", "entrance", "inbox", "task"]
