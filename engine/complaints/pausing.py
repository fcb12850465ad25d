"""Clocks that stand still and go on, and clocks that start when the file is complete (clauses 4.15, 7.6).

Our clocks stand still while the complainant has to answer a question, or while staff say that they wait for somebody
else. Those of the law run on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.complaints.cases import happened
from engine.complaints.clocks import Clocks, shifted
from engine.complaints.events import Event
from engine.complaints.regimes import Regimes
from engine.errors import Conflict, Finding, Refused
from engine.records import About, Action, audit
from engine.store.complaint import Complaint
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json

WAITING = "waiting-for-you"
"""Status of a case that waits for the complainant; the clocks go on when it leaves this status."""
QUESTION = "question"
REASONS = ("third-party", "other-proceedings", "complainant-asked")
"""Why staff may let the clocks stand still; a question to the complainant does so by itself."""
LONGEST = timedelta(days=366)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """What staff ask for: a code of `REASONS`, and the last day on which the clocks stand still."""

    reason: str
    until: date


def pause_clocks(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor, until: datetime) -> None:
    """Let the clocks of ours stand still for a question, at the latest until `until`. Those of the law run on."""
    if Clocks(uow, case, regimes.of(case.regime, case.calendar)).pause(QUESTION, until):
        happened(uow, case, Event.CLOCKS_PAUSED, actor, {"reason": QUESTION, "until": until.isoformat()})


def resume_clocks(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor) -> None:
    """Let the clocks go on, if they stood still for a question; the timeline says which dates moved."""
    clocks = Clocks(uow, case, regimes.of(case.regime, case.calendar))
    if clocks.paused_for == QUESTION:
        happened(uow, case, Event.CLOCKS_RESUMED, actor, {"deadlines": shifted(clocks.resume())})


def stand_still(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor, asked: Standstill) -> None:
    """Let the clocks of ours stand still because staff say so. The instance of the case is locked.

    Raises Conflict where the answer was given or the clocks stand still already, Refused with a finding for an unknown
    reason and for a day that is over or more than a year away.
    """
    regime = regimes.of(case.regime, case.calendar)
    clocks, until = Clocks(uow, case, regime), regime.ours.end_of_day(asked.until) + _SECOND  # the whole day
    _must_run(case, clocks)
    if asked.reason not in REASONS:
        raise _refused("options", f"The reason is one of {', '.join(REASONS)}.", "reason")
    if not uow.now() < until <= uow.now() + LONGEST:
        raise _refused("date", "The clocks stand still until a day within the coming year.", "until")
    clocks.pause(asked.reason, until)
    details: dict[str, Json] = {"reason": asked.reason, "until": until.isoformat()}
    happened(uow, case, Event.CLOCKS_PAUSED, actor, details)
    audit(uow, actor, Action.COMPLAINT_CLOCKS_PAUSED, _about(case), details)


def go_on(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor) -> None:
    """Let the clocks go on that staff stopped. The instance of the case is locked.

    Raises Conflict where they do not stand still, or wait for the complainant's answer.
    """
    clocks = Clocks(uow, case, regimes.of(case.regime, case.calendar))
    if clocks.paused_for is None:
        raise Conflict("The clocks do not stand still.")
    if clocks.paused_for == QUESTION:
        raise Conflict("The clocks go on when the complainant has answered.")
    details: dict[str, Json] = {"deadlines": shifted(clocks.resume())}
    happened(uow, case, Event.CLOCKS_RESUMED, actor, details)
    audit(uow, actor, Action.COMPLAINT_CLOCKS_RESUMED, _about(case), details)


def file_is_complete(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor, on: date | None = None) -> None:
    """Everything needed to judge the complaint came on `on` (None: now); clocks that waited for it start.

    Raises Conflict where no clock waits for it, Refused for a day before the receipt or in the future.
    """
    regime = regimes.of(case.regime, case.calendar)
    clocks, now = Clocks(uow, case, regime), uow.now()
    if case.closed_at is not None or not clocks.waiting():
        raise Conflict("No clock of this case waits for the complete file.")
    today, received = regime.calendar.local(now).date(), regime.calendar.local(case.received_at).date()
    if on is not None and not received <= on <= today:
        raise _refused("date", "The file was complete between the day of receipt and today.", "completeOn")
    at = now if on is None or on == today else max(case.received_at, regime.calendar.end_of_day(on))
    dates = clocks.complete_file(at)
    details: dict[str, Json] = {
        "at": at.isoformat(),
        "deadlines": {kind: due.isoformat() for kind, due in dates.items()},
    }
    happened(uow, case, Event.FILE_COMPLETE, actor, details)
    audit(uow, actor, Action.COMPLAINT_FILE_COMPLETE, _about(case), details)


def _must_run(case: Complaint, clocks: Clocks) -> None:
    if case.answered_at is not None or case.closed_at is not None:
        raise Conflict("The answer has been given: there is no clock to stop.")
    if clocks.paused:
        raise Conflict("The clocks stand still already.")


def _about(case: Complaint) -> About:
    return About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)


def _refused(rule: str, message: str, field: str) -> Refused:
    return Refused("This cannot be done like this.", findings=[Finding(rule=rule, message=message, element_id=field)])
