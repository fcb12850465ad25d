"""The clocks of a case as rows: started, moved, met, stopped; each date with its calculation (clause 4.15).

Each date is reckoned anew from what it comes from: limit, start, the ledger of pauses, the last extension, and the
clock of the law that it must not outlast. So no change of one of them gives back time that was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, select

from engine.complaints.regimes import AT_COMPLETE_FILE, AT_RECEIPT, STATUTORY, Regime
from engine.deadlines import Due, Extension, Limit, Pause, Running, over
from engine.processes.following import dates_changed
from engine.store.complaint import Complaint
from engine.store.deadline import Deadline, DeadlineExtension, DeadlinePause
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json

ESCALATION = "escalation"
"""What a level of escalation has to deal with the case: starts anew with each level, beside the others."""

WITH_A_LETTER = frozenset({"complainant_reply", "external_body", ESCALATION})
"""Clocks that do not start with the receipt (or the complete file): `complainant_reply` starts with each letter that
asks for one, `external_body` with our answer."""

PAUSING = frozenset({"level_1", "final_response", "level_3", ESCALATION})
"""Clocks of ours that stand still while the complainant has to answer; what was promised about progress stands."""

MAY_PASS = frozenset({"external_body", "summary_resolution"})
"""Times in which something may be done, and need not: the complainant's own limit outside, and our chance to settle a
case so early that a short letter is enough. Nobody is late when they are over."""

UNTIL_ANSWERED = ("final_response", STATUTORY, "level_1", "level_3", "progress_update", ESCALATION)
ANSWERS = ("final_response", STATUTORY, ESCALATION)
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
            if kind not in WITH_A_LETTER and not self._regime.waits_for_file(kind):
                self._start(kind, self._case.received_at, AT_RECEIPT)

    def waiting(self) -> tuple[str, ...]:
        """Kinds of clocks that have not started because the file is not complete."""
        return waiting_for_file(self._uow, self._case, self._regime)

    def complete_file(self, at: datetime) -> dict[str, datetime]:
        """Everything needed came at `at`: start the clocks that waited for it; their dates by kind."""
        kinds = self.waiting()
        self._case.file_complete_at = at
        for kind in sorted(kinds, key=_law_first):
            self._start(kind, at, AT_COMPLETE_FILE)
        return {kind: current(self._uow, self._case)[kind].due_at for kind in kinds}

    def restart(self, kind: str, by: str) -> None:
        """Start a clock anew from now, in a new round, where the case has one; the earlier round stays as it ended.

        `by` is what starts it, as a code.
        """
        if kind not in self._case.clocks:
            return
        known = current(self._uow, self._case).get(kind)
        if known is not None and known.ended_at is None:
            known.ended_at = self._uow.now()
        self._start(kind, self._uow.now(), by)

    def begin_level(self, limit: Limit) -> None:
        """Start the clock of an escalation anew with `limit`. No other clock moves, that of the law least of all."""
        self._case.clocks = {**self._case.clocks, ESCALATION: limit.to_json()}
        self.restart(ESCALATION, ESCALATION)

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
        """Whether the clocks of ours stand still now."""
        return open_pause(self._uow, self._case) is not None

    @property
    def paused_for(self) -> str | None:
        """Why the last pause that nobody has ended was begun."""
        row = _unended(self._uow, self._case)
        return None if row is None else row.reason

    def pause(self, reason: str, until: datetime) -> bool:
        """Let the clocks of ours stand still from now on, at the latest until `until`; whether they did not already."""
        if open_pause(self._uow, self._case) is not None:
            return False
        self._end_pause()
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
        """Let the clocks go on now; what was moved: from when to when. Empty where none stood still.

        A pause whose latest day is over ended on that day.
        """
        return self.reckon(PAUSING) if self._end_pause() else {}

    def _end_pause(self) -> bool:
        row = _unended(self._uow, self._case)
        if row is None:
            return False
        row.ended_at = min(self._uow.now(), row.expected_at)
        return True

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
        clock = Running(
            limit=Limit.from_json(row.limit),
            start=row.started_at,
            pauses=ledger_of(self._uow, self._case) if stands_still(row) else (),
            extension=None if fresh else self._extension(row),
            at_most=self._bound(row.kind),
        )
        return over(clock, self._regime.calendar if row.statutory else self._regime.ours)

    def _extension(self, row: Deadline) -> Extension | None:
        given = [each for each in extensions_of(self._uow, self._case) if each.deadline_key == row.key]
        return Extension(granted=given[-1].at, until=given[-1].due_until) if given else None

    def _bound(self, kind: str) -> datetime | None:
        law = current(self._uow, self._case).get(STATUTORY)
        return law.due_at if law is not None and kind == "final_response" else None

    def _is_statutory(self, kind: str) -> bool:
        return kind == STATUTORY or (kind in self._regime.statutory and kind != "final_response")

    def _start(self, kind: str, at: datetime, by: str) -> None:
        limit = Limit.from_json(self._case.clocks[kind])
        known = current(self._uow, self._case).get(kind)
        row = Deadline(
            key=self._uow.new_key(),
            complaint_key=self._case.key,
            kind=kind,
            round=known.round + 1 if known else 1,
            started_at=at,
            started_by=by,
            due_at=at,
            met_at=None,
            ended_at=None,
            limit=limit.to_json(),
            derivation=[],
            basis=self._basis(kind, limit),
            statutory=self._is_statutory(kind),
        )
        reckoned = self._reckoned(row, fresh=True)
        row.due_at, row.derivation = reckoned.at, reckoned.derivation()
        self._uow.session.add(row)
        current(self._uow, self._case)[kind] = row
        if by != AT_RECEIPT:
            dates_changed(self._uow, self._case.reference)

    def _basis(self, kind: str, limit: Limit) -> str:
        if kind == ESCALATION:
            return ESCALATION
        return self._regime.regime_id if self._regime.limits.get(kind) == limit else "decision"


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


def ledger_of(uow: UnitOfWork, case: Complaint) -> tuple[Pause, ...]:
    """When the clocks of ours stood still; a pause that lasts ends when it is to end at the latest."""
    return tuple(Pause(start=row.started_at, end=row.ended_at or row.expected_at) for row in pauses_of(uow, case))


def stands_still(row: Deadline) -> bool:
    """Whether a clock is one of those that pauses stop."""
    return row.kind in PAUSING and not row.statutory


def extensions_of(uow: UnitOfWork, case: Complaint) -> list[DeadlineExtension]:
    """What the clocks of a case were extended by, oldest first; kept for the length of the command."""
    rows: list[DeadlineExtension] | None = uow.scratch.get((DeadlineExtension, case.key))
    if rows is None:
        with uow.session.no_autoflush:
            rows = list(uow.session.scalars(_EXTENSIONS, {"case": case.key}))
        uow.scratch[DeadlineExtension, case.key] = rows
    return rows


def open_pause(uow: UnitOfWork, case: Complaint) -> DeadlinePause | None:
    """The pause that lasts, if the clocks stand still. After its latest day they go on, told or not."""
    row = _unended(uow, case)
    return row if row is not None and row.expected_at > uow.now() else None


def _unended(uow: UnitOfWork, case: Complaint) -> DeadlinePause | None:
    return next((row for row in pauses_of(uow, case) if row.ended_at is None), None)


def waiting_for_file(uow: UnitOfWork, case: Complaint, regime: Regime) -> tuple[str, ...]:
    """Kinds of clocks of a case that start when its file is complete, and have not."""
    if not regime.after_file or case.file_complete_at is not None:
        return ()
    known = current(uow, case)
    return tuple(kind for kind in case.clocks if regime.waits_for_file(kind) and kind not in known)


def meet(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """What these clocks were for was done now, in time or late."""
    for row in _running(uow, case, kinds):
        row.met_at = row.ended_at = uow.now()


def meet_in_time(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """What these clocks allowed was done now, if they have not run out; else they are left as they are."""
    meet(uow, case, *(row.kind for row in _running(uow, case, kinds) if uow.now() <= row.due_at))


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
    if paused and stands_still(row):
        return "paused"
    if now <= row.due_at:
        return "running"
    return "over" if row.kind in MAY_PASS else "overdue"
