"""From rows to what callers see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from engine.communication import without_code
from engine.complaints.clocks import (
    extensions_of,
    ledger_of,
    open_pause,
    pauses_of,
    stands_still,
    state_of,
    waiting_for_file,
)
from engine.complaints.regimes import Regime
from engine.complaints.views import (
    ChangeView,
    ComplaintView,
    DeadlineView,
    ExtensionView,
    MessageView,
    NoteView,
    PartyData,
    PauseView,
    TimelineView,
)
from engine.deadlines import Limit, Running, used
from engine.deadlines.running import HOURLY
from engine.store.case_note import CaseNote
from engine.store.complaint import Complaint, ComplaintChange
from engine.store.correspondence import Correspondence
from engine.store.deadline import Deadline
from engine.store.party import Party
from engine.store.timeline import TimelineEntry
from engine.store.unit_of_work import UnitOfWork

_ELSEWHERE = {
    "complaint_key", "process_instance_key", "parties", "deadlines", "pauses", "waiting_for_file", "notes", "changes",
}  # fmt: skip
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_COPIED = tuple(field.name for field in fields(ComplaintView) if field.name not in _ELSEWHERE)


def complaint_view(case: Complaint, **more: Any) -> ComplaintView:
    """A complaint without what stands in other tables, or with it in `more`."""
    copied = {name: getattr(case, name) for name in _COPIED}
    return ComplaintView(complaint_key=case.key, process_instance_key=case.instance_key, **copied, **more)


def row_view(row: Row[Any]) -> ComplaintView:
    """A row of a search: without free text, since looking through a list leaves no trace in the log (4.10)."""
    return replace(complaint_view(row[0]), description=None, remedy_sought=None)


def whole_view(uow: UnitOfWork, case: Complaint, regime: Regime) -> ComplaintView:
    """A complaint with everybody and everything that belongs to it."""
    return complaint_view(
        case,
        parties={row.role: party_data(row) for row in _of(uow, Party, case)},
        deadlines=_deadlines(uow, case, regime),
        pauses=tuple(
            PauseView(reason=p.reason, started_at=p.started_at, expected_at=p.expected_at, ended_at=p.ended_at)
            for p in pauses_of(uow, case)
        ),
        waiting_for_file=() if case.closed_at is not None else waiting_for_file(uow, case, regime),
        notes=tuple(
            NoteView(field=n.field, value=n.value, element_id=n.element_id, at=n.at, actor=n.actor)
            for n in _of(uow, CaseNote, case)
        ),
        changes=tuple(
            ChangeView(field=c.field, old=c.old, new=c.new, at=c.at, actor=c.actor)
            for c in _of(uow, ComplaintChange, case)
        ),
    )


def party_data(row: Party) -> PartyData:
    """What is known about somebody."""
    return PartyData(**{field.name: getattr(row, field.name) for field in fields(PartyData)})


def _deadlines(uow: UnitOfWork, case: Complaint, regime: Regime) -> tuple[DeadlineView, ...]:
    return tuple(_deadline(uow, case, regime, row) for row in _of(uow, Deadline, case))


def _deadline(uow: UnitOfWork, case: Complaint, regime: Regime, row: Deadline) -> DeadlineView:
    given = [each for each in extensions_of(uow, case) if each.deadline_key == row.key]
    return DeadlineView(
        kind=row.kind,
        started_at=row.started_at,
        started_by=row.started_by,
        due_at=row.due_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        basis=row.basis,
        limit=row.limit,
        used=_used(uow, case, regime, row),
        derivation=tuple(row.derivation),
        state=state_of(row, uow.now(), paused=open_pause(uow, case) is not None),
        statutory=row.statutory,
        extensions=tuple(
            ExtensionView(
                due_before=each.due_before,
                due_until=each.due_until,
                reason=each.reason,
                consent=each.consent,
                at=each.at,
                actor=each.actor,
            )
            for each in given
        ),
    )


def _used(uow: UnitOfWork, case: Complaint, regime: Regime, row: Deadline) -> float:
    """Hours or days that the clock ran until now, or until it ended."""
    limit = Limit.from_json(row.limit)
    clock = Running(limit=limit, start=row.started_at, pauses=ledger_of(uow, case) if stands_still(row) else ())
    ran = used(clock, row.ended_at or uow.now(), regime.calendar if row.statutory else regime.ours)
    return round(ran / (_HOUR if limit.unit in HOURLY else _DAY), 2)


def messages_of(uow: UnitOfWork, case: Complaint, *, public: bool = False) -> tuple[MessageView, ...]:
    """The correspondence, oldest first; never with a tracking code in it."""
    return tuple(message_view(row, public=public) for row in _of(uow, Correspondence, case))


def message_view(row: Correspondence, *, public: bool = False) -> MessageView:
    """One letter or message; who of the staff wrote it is not told to the holder of a code."""
    return MessageView(
        message_key=row.key,
        direction=row.direction,
        kind=row.kind,
        at=row.at,
        language=row.language,
        subject=row.subject,
        body=without_code(row.body),
        delivery=row.delivery,
        delivered_at=row.delivered_at,
        actor=None if public else row.actor,
    )


def timeline_of(uow: UnitOfWork, case: Complaint) -> tuple[TimelineView, ...]:
    """What happened, oldest first."""
    return tuple(
        TimelineView(at=row.at, event=row.event, actor=row.actor, details=row.details)
        for row in _of(uow, TimelineEntry, case)
    )


def _of(uow: UnitOfWork, table: Any, case: Complaint) -> Iterable[Any]:
    return uow.session.scalars(select(table).where(table.complaint_key == case.key).order_by(table.key))
