"""Pages on which staff find and do their tasks. ISO 10002 clauses 7.5 to 7.9 are worked here."""

from __future__ import annotations

from webapi.tasklist import absence, entrance, inbox, task
from webapi.tasklist.base import blueprint

__all__ = ["absence", "blueprint", "entrance", "inbox", "task"]
