"""Timers that follow a date of a register: when the date moves, they move with it, in the same transaction.

A register says that a date which expressions may read has changed (`dates_changed`). Whatever moves the instance next
in this command looks at its waiting timers again: the row of the timer and the state of the instance change together.
"""

from __future__ import annotations

from engine.processes.opened import Step
from engine.store.unit_of_work import UnitOfWork

_CHANGED = "dates changed"
FOLLOW = Step(command=lambda instance: None)  # noqa: ARG005 - looking again is done by `Advance.move` for every command
"""A command for an instance that has nothing to do but to follow a date."""


def dates_changed(uow: UnitOfWork, business_id: str) -> None:
    """A date of what the instances with this business id are about has changed in this command."""
    uow.scratch[_CHANGED, business_id] = True


def changed_in(uow: UnitOfWork, business_id: str | None) -> bool:
    """Whether a date has changed since this was asked last."""
    return uow.scratch.pop((_CHANGED, business_id), False) is True
