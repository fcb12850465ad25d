"""The clocks of a case as rows: started, moved, met, stopped; each date with its calculation (clause 4.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import inspect, select

from engine.complaints.regimes import Regime
from engine.deadlines import Due, Limit, due
from engine.store.complaint import Complaint
from engine.store.deadline import Deadline
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json

AT_RECEIPT = ("acknowledgement", "progress_update", "level_1", "final_response", "level_3")
"""Clocks that start with the receipt; `complainant_reply` starts with each letter that asks for one."""

UNTIL_ANSWERED = ("final_response", "level_1", "level_3", "progress_update")
PROMISED = ("acknowledgement", "final_response", "progress_update")
"""What is told to the complainant at receipt; the levels are for the team."""


class Clocks:
    """The clocks of one case within one command. `regime` gives the calendar."""

    def __init__(self, uow: UnitOfWork, case: Complaint, regime: Regime) -> None:
        self._uow, self._case, self._regime = uow, case, regime

    def begin(self) -> None:
        """Start what starts with the receipt: the case is new and has no clocks yet."""
        self._uow.scratch[Deadline, self._case.key] = {}
        for kind in AT_RECEIPT:
            limit = self._limit(kind)
            self._add(kind, limit, due(limit, self._case.received_at, self._regime.calendar), round_=1)

    def restart(self, kind: str) -> None:
        """Start a clock anew from now, in a new round; the earlier round stays as it ended."""
        now, known = self._uow.now(), current(self._uow, self._case).get(kind)
        if known is not None and known.ended_at is None:
            known.ended_at = now
        limit = self._limit(kind)
        self._add(kind, limit, due(limit, now, self._regime.calendar), round_=known.round + 1 if known else 1)

    def set_limits(self, limits: Mapping[str, Limit]) -> dict[str, Json]:
        """Put the case's own limits in the place of the regime's; the new dates by kind.

        A clock that runs keeps its start, so that what was already used is not given twice.
        """
        self._case.clocks = {**self._case.clocks, **{kind: limit.to_json() for kind, limit in limits.items()}}
        moved: dict[str, Json] = {}
        running = current(self._uow, self._case)
        for kind, limit in limits.items():
            row = running.get(kind)
            if row is None or row.ended_at is not None:
                continue
            reckoned = due(limit, row.started_at, self._regime.calendar)
            row.due_at, row.limit, row.derivation = reckoned.at, limit.to_json(), reckoned.derivation()
            row.basis = "decision"
            moved[kind] = reckoned.at.isoformat()
        return moved

    def _limit(self, kind: str) -> Limit:
        return Limit.from_json(self._case.clocks[kind])

    def _add(self, kind: str, limit: Limit, reckoned: Due, round_: int) -> None:
        set_by_regime = self._regime.clocks.get(kind) == limit
        row = Deadline(
            key=self._uow.new_key(),
            complaint_key=self._case.key,
            kind=kind,
            round=round_,
            started_at=self._uow.now() if round_ > 1 or kind not in AT_RECEIPT else self._case.received_at,
            due_at=reckoned.at,
            met_at=None,
            ended_at=None,
            limit=limit.to_json(),
            derivation=reckoned.derivation(),
            basis=self._regime.regime_id if set_by_regime else "decision",
        )
        self._uow.session.add(row)
        _known(self._uow, self._case)[kind] = row


def current(uow: UnitOfWork, case: Complaint) -> dict[str, Deadline]:
    """The latest round of each clock, by kind."""
    # A step that failed takes back the rows it added: they are in no session any more.
    return {kind: row for kind, row in _known(uow, case).items() if not inspect(row).transient}


def _known(uow: UnitOfWork, case: Complaint) -> dict[str, Deadline]:
    rows: dict[str, Deadline] | None = uow.scratch.get((Deadline, case.key))
    if rows is None:
        statement = select(Deadline).where(Deadline.complaint_key == case.key).order_by(Deadline.round)
        with uow.session.no_autoflush:  # rows of this command are remembered here, not looked up
            found = list(uow.session.scalars(statement))
        rows = uow.scratch[Deadline, case.key] = {row.kind: row for row in found}
    return rows


def meet(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """What these clocks were for was done now, in time or late."""
    for row in _running(uow, case, kinds):
        row.met_at = row.ended_at = uow.now()


def stop(uow: UnitOfWork, case: Complaint, *kinds: str) -> None:
    """These clocks (all of them where none is named) do not matter any more."""
    for row in _running(uow, case, kinds or tuple(current(uow, case))):
        row.ended_at = uow.now()


def _running(uow: UnitOfWork, case: Complaint, kinds: Iterable[str]) -> list[Deadline]:
    known = current(uow, case)
    return [known[kind] for kind in kinds if kind in known and known[kind].ended_at is None]


def promises(uow: UnitOfWork, case: Complaint, kinds: Iterable[str]) -> dict[str, datetime]:
    """When what is promised is due, for the clocks of `kinds` that run."""
    return {row.kind: row.due_at for row in _running(uow, case, kinds)}


def state_of(row: Deadline, now: datetime) -> str:
    """`running`, `overdue`, `met`, `late` (met after its date) or `stopped`."""
    if row.met_at is not None:
        return "met" if row.met_at <= row.due_at else "late"
    if row.ended_at is not None:
        return "stopped"
    return "running" if now <= row.due_at else "overdue"
