"""A later date for the answer: only with reasons, within what the regime allows, and told to the complainant (7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from engine.complaints.cases import happened
from engine.complaints.checks import check_message
from engine.complaints.clocks import Clocks, current, extensions_of, shifted
from engine.complaints.events import Event
from engine.complaints.letters import LetterDesk
from engine.complaints.regimes import STATUTORY, ExtensionRule, Regimes
from engine.deadlines import BusinessCalendar, Ends, Limit, due
from engine.errors import Conflict, Finding, Refused
from engine.records import About, Action, audit
from engine.store.complaint import Complaint
from engine.store.deadline import Deadline, DeadlineExtension
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json

FINAL = "final_response"
LEVELS = ("level_1", "level_3")
LONGEST_REASON = 4_000


@dataclass(frozen=True, kw_only=True)
class Postponement:
    """What is asked for: the new last day, the reasons as the complainant reads them, and whether they agreed."""

    until: date
    reason: str
    consent: bool = False


class Extending:
    """Puts off the final answer of a case."""

    def __init__(self, regimes: Regimes, desk: LetterDesk) -> None:
        self._regimes, self._desk = regimes, desk

    def extend(self, uow: UnitOfWork, actor: Actor, case: Complaint, asked: Postponement) -> None:
        """Give the answer a later date. The instance of the case is locked; its timers follow at its next move.

        Reminder and escalation that are still to come keep their distance to the new date; the clock of the law moves
        only as far as the regime lets it. Raises Conflict where no answer is due any more, Refused with a finding for
        a date that is no later one or later than the regime allows, and for a missing reason; TooLarge.
        """
        final = current(uow, case).get(FINAL)
        if case.closed_at is None and final is None:
            raise Conflict("The clock has not started: there is no date to put off.")
        if case.closed_at is not None or final is None or final.ended_at is not None:
            raise Conflict("The answer has been given: there is no date to put off.")
        reason = check_message("reason", asked.reason, LONGEST_REASON)
        regime = self._regimes.of(case.regime, case.calendar)
        until = _ends(Limit.from_json(final.limit), asked.until, regime.ours)
        if until <= max(final.due_at, uow.now()):
            raise _refused("not-later", "The new date must lie after the one that holds.")
        law = current(uow, case).get(STATUTORY)
        if regime.extension is not None and not (regime.extension.consent and asked.consent):
            latest = _latest(uow, case, law or final, regime.extension, regime.calendar)
            if until > latest:
                told = regime.calendar.local(latest).date().isoformat()
                raise _refused("too-late", f"The rules that apply allow a date until {told}.")
        letter = self._desk.put_off(uow, case, actor, asked.until, reason)
        uow.session.flush()
        moves = dict(_moves(uow, case, final, until, regime.ours))
        for row, moved in moves.items():
            self._add(uow, case, actor, DeadlineExtension(deadline_key=row.key, due_before=row.due_at, due_until=moved,
                      reason=reason, consent=asked.consent, letter_key=letter))  # fmt: skip
        shifts = Clocks(uow, case, regime).reckon()
        details: dict[str, Json] = {"consent": asked.consent, "deadlines": shifted(shifts)}
        happened(uow, case, Event.EXTENDED, actor, details)
        about = About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)
        audit(uow, actor, Action.COMPLAINT_EXTENDED, about, details)

    def _add(self, uow: UnitOfWork, case: Complaint, actor: Actor, row: DeadlineExtension) -> None:
        known = extensions_of(uow, case)
        row.key, row.complaint_key, row.at, row.actor = uow.new_key(), case.key, uow.now(), actor.username
        uow.session.add(row)
        known.append(row)


def _moves(
    uow: UnitOfWork, case: Complaint, final: Deadline, until: datetime, calendar: BusinessCalendar
) -> Iterator[tuple[Deadline, datetime]]:
    """The clocks that move, each with its new date."""
    rows = current(uow, case)
    yield final, until
    law = rows.get(STATUTORY)
    if law is not None and law.ended_at is None and until > law.due_at:
        yield law, until
    before, after = calendar.local(final.due_at).date(), calendar.local(until).date()
    for kind in LEVELS:
        row = rows.get(kind)
        if row is not None and row.ended_at is None and row.due_at > uow.now():
            distance = calendar.working_days_between(before, calendar.local(row.due_at).date())
            day = calendar.add_working_days(after, distance)
            yield row, _ends(Limit.from_json(row.limit), day, calendar)


def _ends(limit: Limit, day: date, calendar: BusinessCalendar) -> datetime:
    return calendar.close_of(day) if limit.ends is Ends.CLOSE else calendar.end_of_day(day)


def _latest(
    uow: UnitOfWork, case: Complaint, row: Deadline, rule: ExtensionRule, calendar: BusinessCalendar
) -> datetime:
    """The latest date that the regime allows: from the receipt, or from the day on which the answer was first due."""
    first = next((each.due_before for each in extensions_of(uow, case) if each.deadline_key == row.key), row.due_at)
    return due(rule.limit, row.started_at if rule.from_start else first, calendar).at


def _refused(rule: str, message: str) -> Refused:
    finding = Finding(rule=rule, message=message, element_id="until")
    return Refused("The date cannot be put off like this.", findings=[finding])
