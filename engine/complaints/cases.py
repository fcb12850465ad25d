"""One case within one command: its row, its clocks, its timeline.

The row is read once per command and kept in the unit of work's scratch. Operations run while the process instance is
locked, so that nobody else changes what they change; a correction locks the row itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, bindparam, inspect, select

from engine.complaints.events import Event
from engine.errors import NotFound
from engine.store.complaint import Complaint
from engine.store.timeline import TimelineEntry
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json

# Built once: that is a third of what the question costs. So are the other statements of every command here.
_BY_REFERENCE = select(Complaint).where(Complaint.reference == bindparam("reference"))


def find_case(uow: UnitOfWork, reference: str | None) -> Complaint | None:
    """The complaint with this reference, if there is one."""
    if reference is None:
        return None
    known: Complaint | None = uow.scratch.get((Complaint, reference))
    if known is None:
        with uow.session.no_autoflush:
            known = uow.session.scalar(_BY_REFERENCE, {"reference": reference})
        if known is not None:
            remember(uow, known)
    return known


def get_case(uow: UnitOfWork, reference: str | None) -> Complaint:
    """The complaint with this reference; raises NotFound."""
    case = find_case(uow, reference)
    if case is None:
        raise NotFound(f"There is no complaint {reference!r}.")
    return case


def remember(uow: UnitOfWork, case: Complaint) -> None:
    """Keep a case for the rest of the command."""
    uow.scratch[Complaint, case.reference] = case


def _count(case: Complaint) -> None:
    """Raise `rev` in the database, not here: a command that locks only the instance and one that locks only the case
    may both have read the same number, and neither increment may be lost."""
    if not inspect(case).persistent:
        case.rev += 1
        return
    waiting: object = case.__dict__.get("rev")
    raised = waiting if isinstance(waiting, ColumnElement) else Complaint.rev
    case.rev = raised + 1


def happened(uow: UnitOfWork, case: Complaint, event: Event, actor: Actor, details: Mapping[str, Json]) -> None:
    """Add to the timeline and count the change. `details` hold codes and values, no names and no free text."""
    _count(case)
    uow.append(
        TimelineEntry,
        key=uow.new_key(),
        complaint_key=case.key,
        at=uow.now(),
        event=event.value,
        actor=actor.username,
        details=dict(details),
    )
