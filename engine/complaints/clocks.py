"""The clocks of a case as rows: started, moved, met, stopped; each date with its calculation (clause 4.15).

Each date is reckoned anew from what it comes from: limit, start, the ledger of pauses, the last extension, and the
clock of the law that it must not outlast. So no change of one of them gives back time that was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, select

from engine.complaints.regimes import STATUTORY, Regime
from engine.deadlines import Due, Extension, Limit, Pause, Running, over
from engine.processes.following import dates_changed
from engine.store.complaint import Complaint
from engine.store.deadline import Deadline, DeadlineExtension, DeadlinePause
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json

AT_RECEIPT = ("acknowledgement", "progress_update", "level_1", "final_response", "level_3")
"""Clocks that start with the receipt, and so does every clock that a regime adds; `complainant_reply` starts with each
letter that asks for one, `external_body` with our answer."""

WITH_A_LETTER = frozenset({"complainant_reply", "external_body"})
PAUSING = frozenset({"level_1", "final_response", "level_3"})
"""Clocks of ours that stand still while the complainant has to answer; what was promised about progress stands."""

UNTIL_ANSWERED = ("final_response", STATUTORY, "level_1", "level_3", "progress_update")
ANSWERS = ("final_response", STATUTORY)
PROMISED = ("acknowledgement", "final_response", "progress_update")
"""What is told to the complainant at receipt; the levels are for the team."""


class Clocks:
    """The clocks of one case within one command. `regime` gives the calendar."""

    def __init__(self, uow: UnitOfWork, case: Complaint, regime: Regime) -> None:
        self._uow, self._case, self._regime = uow, case, regime

    def begin(self) -> None:
        """Start what starts with the receipt: the case is new and has no clocks yet."""
        self._uow.scratch[Deadline, self._case.key] = {}
        self._uow.scratch[DeadlinePause, self._case.key] = []
        self._uow.scratch[DeadlineExtension, self._case.key] = []
        for kind in sorted(self._case.clocks, key=_law_first):
            if kind not in WITH_A_LETTER:
                self._start(kind, self._case.received_at)

    def restart(self, kind: str) -> None:
        """Start a clock anew from now, in a new round, where the case has one; the earlier round stays as it ended."""
        if kind not in self._case.clocks:
            return
        known = current(self._uow, self._case).get(kind)
        if known is not None and known.ended_at is None:
            known.ended_at = self._uow.now()
        self._start(kind, self._uow.now())

    def set_limits(self, limits: Mapping[str, Limit]) -> dict[str, Json]:
        """Put the case's own limits in the place of the regime's; the new dates by kind.

        A clock that runs keeps its start, so that what was already used is not given twice. A clock of the law keeps
        its limit, and no other one outlasts it.
        """
        given = {kind: limit for kind, limit in limits.items() if not self._is_statutory(kind)}
        self._case.clocks = {**self._case.clocks, **{kind: limit.to_json() for kind, limit in given.items()}}
        for kind, limit in given.items():
            row = current(self._uow, self._case).get(kind)
            if row is not None and row.ended_at is None:
                row.limit, row.basis = limit.to_json(), "decision"
        moved = self.reckon(given)
        return {kind: at.isoformat() for kind, (_, at) in moved.items()}

    # -- the ledger

    @property
    def paused(self) -> bool:
        """Whether the clocks of ours stand still."""
        return open_pause(self._uow, self._case) is not None

    def pause(self, reason: str, until: datetime) -> bool:
        """Let the clocks of ours stand still from now on, at the latest until `until`; whether they did not already."""
        if open_pause(self._uow, self._case) is not None:
            return False
        row = DeadlinePause(
            key=self._uow.new_key(),
            complaint_key=self._case.key,
            reason=reason,
            started_at=self._uow.now(),
            expected_at=max(until, self._uow.now()),
            ended_at=None,
        )
        self._uow.session.add(row)
        pauses_of(self._uow, self._case).append(row)
        self.reckon(PAUSING)
        return True

    def resume(self) -> dict[str, tuple[datetime, datetime]]:
        """Let the clocks go on now; what was moved: from when to when. Empty where none stood still."""
        row = open_pause(self._uow, self._case)
        if row is None:
            return {}
        row.ended_at = self._uow.now()
        return self.reckon(PAUSING)

    # -- reckoning

    def reckon(self, kinds: Iterable[str] | None = None) -> dict[str, tuple[datetime, datetime]]:
        """Reckon the running clocks of `kinds` (all of them for None) anew; those that moved: from when to when."""
        moved: dict[str, tuple[datetime, datetime]] = {}
        wanted = None if kinds is None else frozenset(kinds)
        for kind, row in sorted(current(self._uow, self._case).items(), key=lambda item: _law_first(item[0])):
            if row.ended_at is not None or (wanted is not None and kind not in wanted):
                continue
            reckoned, before = self._reckoned(row), row.due_at
            if reckoned.at == before and reckoned.derivation() == row.derivation:
                continue
            row.due_at, row.derivation = reckoned.at, reckoned.derivation()
            if reckoned.at != before:
                moved[kind] = (before, reckoned.at)
        if moved:
            dates_changed(self._uow, self._case.reference)
        return moved

    def _reckoned(self, row: Deadline, *, fresh: bool = False) -> Due:
        pausing = row.kind in PAUSING and not row.statutory
        clock = Running(
            limit=Limit.from_json(row.limit),
            start=row.started_at,
            pauses=tuple(self._pauses()) if pausing else (),
            extension=None if fresh else self._extension(row),
            at_most=self._bound(row.kind),
        )
        return over(clock, self._regime.calendar)

    def _pauses(self) -> Iterable[Pause]:
        for row in pauses_of(self._uow, self._case):
            yield Pause(start=row.started_at, end=row.ended_at or row.expected_at)

    def _extension(self, row: Deadline) -> Extension | None:
        given = [each for each in extensions_of(self._uow, self._case) if each.deadline_key == row.key]
        return Extension(granted=given[-1].at, until=given[-1].due_until) if given else None

    def _bound(self, kind: str) -> datetime | None:
        law = current(self._uow, self._case).get(STATUTORY)
        return law.due_at if law is not None and kind == "final_response" else None

    def _is_statutory(self, kind: str) -> bool:
        return kind == STATUTORY or (kind in self._regime.statutory and kind != "final_response")

    def _start(self, kind: str, at: datetime) -> None:
        limit = Limit.from_json(self._case.clocks[kind])
        known = current(self._uow, self._case).get(kind)
        row = Deadline(
            key=self._uow.new_key(),
            complaint_key=self._case.key,
            kind=kind,
            round=known.round + 1 if known else 1,
            started_at=at,
            due_at=at,
            met_at=None,
            ended_at=None,
            limit=limit.to_json(),
            derivation=[],
            basis=self._regime.regime_id if self._regime.limits.get(kind) == limit else "decision",
            statutory=self._is_statutory(kind),
        )
        reckoned = self._reckoned(row, fresh=True)
        row.due_at, row.derivation = reckoned.at, reckoned.derivation()
        self._uow.session.add(row)
        current(self._uow, self._case)[kind] = row
        if row.round > 1:
            dates_changed(self._uow, self._case.reference)


def _law_first(kind: str) -> bool:
    """Sorts the clock of the law before those that look at its date."""
    return kind != STATUTORY


def shifted(moved: Mapping[str, tuple[datetime, datetime]]) -> dict[str, Json]:
    """Moved dates for a timeline."""
    return {kind: {"from": before.isoformat(), "to": after.isoformat()} for kind, (before, after) in moved.items()}


_CASE = bindparam("case", type_=BigInteger)
_CLOCKS = select(Deadline).where(Deadline.complaint_key == _CASE).order_by(Deadline.round)
_PAUSES = select(DeadlinePause).where(DeadlinePause.complaint_key == _CASE).order_by(DeadlinePause.key)
_EXTENSIONS = select(DeadlineExtension).where(DeadlineExtension.complaint_key == _CASE).order_by(DeadlineExtension.key)


def current(uow: UnitOfWork, case: Complaint) -> dict[str, Deadline]:
    """The latest round of each clock, by kind."""
    rows: dict[str, Deadline] | None = uow.scratch.get((Deadline, case.key))
    if rows is None:
        with uow.session.no_autoflush:  # rows of this command are remembered here, not looked up
            found = list(uow.session.scalars(_CLOCKS, {"case": case.key}))
        rows = uow.scratch[Deadline, case.key] = {row.kind: row for row in found}
    return rows


def pauses_of(uow: UnitOfWork, case: Complaint) -> list[DeadlinePause]:
    """The ledger of a case, oldest first; kept for the length of the command."""
    rows: list[DeadlinePause] | None = uow.scratch.get((DeadlinePause, case.key))
    if rows is None:
        with uow.session.no_autoflush:
            rows = uow.scratch[DeadlinePause, case.key] = list(uow.session.scalars(_PAUSES, {"case": case.key}))
    return rows


def extensions_of(uow: UnitOfWork, case: Complaint) -> list[DeadlineExtension]:
    """What the clocks of a case were extended by, oldest first; kept for the length of the command."""
    rows: list[DeadlineExtension] | None = uow.scratch.get((DeadlineExtension, case.key))
    if rows is None:
        with uow.session.no_autoflush:
            rows = list(uow.session.scalars(_EXTENSIONS, {"case": case.key}))
        uow.scratch[DeadlineExtension, case.key] = rows
    return rows


def open_pause(uow: UnitOfWork, case: Complaint) -> DeadlinePause | None:
    """The pause that lasts, if the clocks stand still."""
    return next((row for row in pauses_of(uow, case) if row.ended_at is None), None)


def meet(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """What these clocks were for was done now, in time or late."""
    for row in _running(uow, case, kinds):
        row.met_at = row.ended_at = uow.now()


def stop(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """These clocks do not matter any more; where none is named all but the complainant's own limit outside (7.9)."""
    named = kinds or tuple(kind for kind in current(uow, case) if kind != "external_body")
    for row in _running(uow, case, named):
        row.ended_at = uow.now()


def _running(uow: UnitOfWork, case: Complaint, kinds: Iterable[str]) -> list[Deadline]:
    known = current(uow, case)
    return [known[kind] for kind in kinds if kind in known and known[kind].ended_at is None]


def promises(uow: UnitOfWork, case: Complaint, kinds: Iterable[str]) -> dict[str, datetime]:
    """When what is promised is due, for the clocks of `kinds` that run."""
    return {row.kind: row.due_at for row in _running(uow, case, kinds)}


def state_of(row: Deadline, now: datetime, *, paused: bool = False) -> str:
    """`running`, `paused`, `overdue`, `met`, `late` (met after its date), `stopped` or, for a limit that is the
    complainant's, `over`."""
    if row.met_at is not None:
        return "met" if row.met_at <= row.due_at else "late"
    if row.ended_at is not None:
        return "stopped"
    if paused and row.kind in PAUSING and not row.statutory:
        return "paused"
    if now <= row.due_at:
        return "running"
    return "over" if row.kind == "external_body" else "overdue"
