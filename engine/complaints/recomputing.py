"""A calendar has changed: open dates are reckoned anew, and the timeline of a case says which of them moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from engine.complaints.cases import happened, remember
from engine.complaints.clocks import Clocks, shifted
from engine.complaints.events import Event
from engine.complaints.regimes import Regimes
from engine.errors import Conflict, NotFound
from engine.processes.advance import Advance
from engine.processes.following import FOLLOW
from engine.records import About, Action, audit
from engine.store.complaint import Complaint
from engine.store.deadline import Deadline, DeadlineExtension, DeadlinePause
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Json, Key

BATCH = 200
"""Cases that are looked at in one transaction; each that has to move moves in one of its own."""


class Recomputing:
    """Reckons the running clocks of all open cases anew."""

    def __init__(self, units: UnitsOfWork, advance: Advance, regimes: Regimes) -> None:
        self._units, self._advance, self._regimes = units, advance, regimes

    def recompute(self) -> int:
        """Move every date that the calendars of today put elsewhere; the number of cases that moved.

        Asked for when a process starts, since a calendar is read then. Several may do it at once: a date that has
        moved already does not move again.
        """
        after: Key = 0
        moved = 0
        while True:
            last, found = self._look(after)
            moved += sum(self._move(key) for key in found)
            if last is None:
                return moved
            after = last

    def _look(self, after: Key) -> tuple[Key | None, list[Key]]:
        """The last case of the next batch (None behind the end), and those of the batch whose dates are elsewhere."""
        with self._units() as uow:
            uow.abandon()
            open_ones = select(Complaint).where(Complaint.closed_at.is_(None), Complaint.key > after)
            cases = list(uow.session.scalars(open_ones.order_by(Complaint.key).limit(BATCH)))
            _prefetch(uow, [case.key for case in cases])
            with uow.session.no_autoflush:
                found = [case.key for case in cases if self._clocks(uow, case).reckon()]
            uow.session.expunge_all()
            return (cases[-1].key if len(cases) == BATCH else None), found

    def _move(self, key: Key) -> bool:
        with self._units() as uow:
            case = uow.session.get_one(Complaint, key)
            opened = None
            if case.instance_key is not None:
                try:
                    opened = self._advance.open(uow, SYSTEM, case.instance_key)
                except (Conflict, NotFound):
                    opened = None
            uow.session.refresh(case, with_for_update=True)
            remember(uow, case)
            moved = self._clocks(uow, case).reckon() if case.closed_at is None else {}
            if not moved:
                return False
            details: dict[str, Json] = {"because": "calendar", "deadlines": shifted(moved)}
            happened(uow, case, Event.DEADLINES_MOVED, SYSTEM, details)
            about = About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)
            audit(uow, SYSTEM, Action.COMPLAINT_DEADLINES_SET, about, details)
            if opened is not None:
                self._advance.move(uow, opened, FOLLOW)
            return True

    def _clocks(self, uow: UnitOfWork, case: Complaint) -> Clocks:
        return Clocks(uow, case, self._regimes.of(case.regime, case.calendar))


def _prefetch(uow: UnitOfWork, keys: Iterable[Key]) -> None:
    """What the clocks of many cases are reckoned from, with one statement a table."""
    wanted = list(keys)
    clocks: dict[Key, dict[str, Deadline]] = {key: {} for key in wanted}
    for row in uow.session.scalars(select(Deadline).where(Deadline.complaint_key.in_(wanted)).order_by(Deadline.round)):
        clocks[row.complaint_key][row.kind] = row
    for key, rows in clocks.items():
        uow.scratch[Deadline, key] = rows
    _prefetch_ledger(uow, DeadlinePause, wanted)
    _prefetch_ledger(uow, DeadlineExtension, wanted)


def _prefetch_ledger(
    uow: UnitOfWork, table: type[DeadlinePause] | type[DeadlineExtension], keys: Sequence[Key]
) -> None:
    ledger: dict[Key, list[object]] = {key: [] for key in keys}
    found = select(table.complaint_key, table).where(table.complaint_key.in_(keys)).order_by(table.key)
    for of, entry in uow.session.execute(found):
        ledger[of].append(entry)
    for key, entries in ledger.items():
        uow.scratch[table, key] = entries
