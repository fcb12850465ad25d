"""What service tasks may ask of the register, each inside the command's transaction and on own tables only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.bpmn import Element
from engine.complaints.cases import find_case, get_case, happened
from engine.complaints.clocks import ANSWERS, UNTIL_ANSWERED, Clocks, current, meet, meet_in_time, stop
from engine.complaints.escalating import LEVELS, Escalation
from engine.complaints.events import Event
from engine.complaints.extending import Extending, Postponement
from engine.complaints.letters import LetterDesk, latest_notes
from engine.complaints.pausing import WAITING, file_is_complete, pause_clocks, resume_clocks
from engine.complaints.regimes import Regimes
from engine.deadlines import Ends, Limit, Unit
from engine.errors import Finding, Refused
from engine.feel import to_feel, to_json
from engine.processes.hooks import InstanceRef, Operation, OperationCall
from engine.records import About, Action, audit
from engine.store.complaint import Complaint
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json

ASSESSMENT = ("category", "severity", "safety", "complexity", "impact", "immediateAction", "priority", "team")
_INTERVAL = re.compile(r"P(?P<count>[0-9]{1,4})(?P<unit>[DW])")


class Operations:
    """The operations by job type, and the listener that follows `status`."""

    def __init__(self, desk: LetterDesk, regimes: Regimes, escalation: Escalation, extending: Extending) -> None:
        self._desk, self._regimes = desk, regimes
        self._escalation, self._extending = escalation, extending

    def by_type(self) -> Mapping[str, Operation]:
        """What bootstrap hands to the process side."""
        made: dict[str, Callable[[OperationCall], Mapping[str, Json] | None]] = {
            "send-letter": self.send_letter,
            "record-assessment": self.record_assessment,
            "set-deadlines": self.set_deadlines,
            "record-decision": self.record_decision,
            "record-review": self.record_review,
            "record-remedy": self.record_remedy,
            "escalate": self.escalate,
            "extend-deadline": self.extend_deadline,
            "complete-file": self.complete_file,
            "close-complaint": self.close_complaint,
        }
        return made

    def follow_status(self, uow: UnitOfWork, instance: InstanceRef, element: Element) -> None:
        """The case takes the status that an element stands for (property `status`, clause 7.3)."""
        status = element.properties.get("status")
        case = find_case(uow, instance.business_id) if status else None
        if case is None or status is None or case.status == status:
            return
        if case.status == WAITING:
            resume_clocks(uow, case, self._regimes, instance.actor)
        happened(uow, case, Event.STATUS, instance.actor, {"from": case.status, "to": status})
        case.status = status

    def send_letter(self, call: OperationCall) -> None:
        """Header `letter`: write it, and start and stop the clocks that it means something to (7.4, 7.8)."""
        case, letter = _case(call), _header(call, "letter")
        effect = self._effects.get(letter)
        done = None if effect is None else effect(self, call, case)
        body = _inputs(call, "referralBody")["referralBody"]
        self._desk.write(call.uow, case, _actor(call), letter, referral_body=body)
        if done is not None:
            audit(call.uow, _actor(call), done, _about(case))

    def _acknowledge(self, call: OperationCall, case: Complaint) -> Action:
        case.acknowledged_at = case.acknowledged_at or call.uow.now()
        meet(call.uow, case, "acknowledgement")
        return Action.COMPLAINT_ACKNOWLEDGED

    def _answer(self, call: OperationCall, case: Complaint) -> Action:
        case.answered_at = case.answered_at or call.uow.now()
        meet(call.uow, case, *ANSWERS)
        meet_in_time(call.uow, case, "summary_resolution")
        stop(call.uow, case, *UNTIL_ANSWERED)
        self._clocks(call.uow, case).restart("external_body", "response")
        return Action.COMPLAINT_ANSWERED

    def _respond(self, call: OperationCall, case: Complaint) -> Action:
        self._await_reply(call, case, "response")
        return self._answer(call, case)

    def _await_reply(self, call: OperationCall, case: Complaint, by: str = "review-outcome") -> None:
        self._clocks(call.uow, case).restart("complainant_reply", by)

    def _ask(self, call: OperationCall, case: Complaint) -> None:
        self._await_reply(call, case, "question")
        until = current(call.uow, case)["complainant_reply"].due_at
        pause_clocks(call.uow, case, self._regimes, _actor(call), until)

    def _tell_progress(self, call: OperationCall, case: Complaint) -> None:
        meet(call.uow, case, "progress_update")
        self._clocks(call.uow, case).restart("progress_update", "progress")

    def _ask_survey(self, call: OperationCall, case: Complaint) -> None:  # noqa: ARG002 - one of the effects
        case.survey_open = True

    _effects: Mapping[str, Callable[[Operations, OperationCall, Complaint], Action | None]] = {
        "acknowledgement": _acknowledge,
        "referral": _answer,
        "question": _ask,
        "progress": _tell_progress,
        "response": _respond,
        "review-outcome": _await_reply,
        "survey": _ask_survey,
    }

    def record_assessment(self, call: OperationCall) -> None:
        """Category, severity, safety, complexity, impact, immediateAction, priority and team (7.5)."""
        case, given = _case(call), _inputs(call, *ASSESSMENT)
        for name, value in given.items():
            column = "immediate_action" if name == "immediateAction" else name
            if value is not None:
                setattr(case, column, value if name == "safety" else str(value))
        happened(call.uow, case, Event.ASSESSED, _actor(call), {name: given[name] for name in ("severity", "priority")})
        audit(call.uow, _actor(call), Action.COMPLAINT_ASSESSED, _about(case), given)

    def set_deadlines(self, call: OperationCall) -> None:
        """Variable `deadlines`: {responseDays, level1Days, level3Days, replyDays} in business days from the receipt
        (the reply: from the letter that asks), updateEvery as an ISO duration. Absent ones stay as they are (4.15)."""
        case = _case(call)
        given = _inputs(call, "deadlines")["deadlines"]
        if not isinstance(given, Mapping):
            raise _refused("deadlines", "The variable `deadlines` must be a context of days.")
        moved = self._clocks(call.uow, case).set_limits(_limits(given))
        happened(call.uow, case, Event.DEADLINES_SET, _actor(call), {"deadlines": moved})
        audit(call.uow, _actor(call), Action.COMPLAINT_DEADLINES_SET, _about(case), {"deadlines": moved})

    def extend_deadline(self, call: OperationCall) -> None:
        """Variables `extendUntil` (a date), `extensionConsent` ("yes" or "no"); the reasons are the register's field
        `extensionReason`. The complainant is told (7.3)."""
        given = _inputs(call, "extendUntil", "extensionConsent")
        try:
            until = date.fromisoformat(str(given["extendUntil"])[:10])
        except ValueError as wrong:
            raise _refused("extendUntil", f"{given['extendUntil']!r} is no date.") from wrong
        case = _case(call)
        reason = latest_notes(call.uow, case).get("extensionReason")
        asked = Postponement(until=until, reason=str(reason or ""), consent=given["extensionConsent"] in {"yes", True})
        self._extending.extend(call.uow, _actor(call), case, asked)

    def complete_file(self, call: OperationCall) -> None:
        """Everything needed to judge the complaint has come: clocks that waited for it start now (4.15)."""
        file_is_complete(call.uow, _case(call), self._regimes, _actor(call))

    def record_decision(self, call: OperationCall) -> None:
        """Variables outcome, remedy, remedyAmount (7.8)."""
        case, given = _case(call), _inputs(call, "outcome", "remedy", "remedyAmount")
        _decide(case, given)
        details = {"decision": case.decision, "remedy": case.remedy}
        happened(call.uow, case, Event.DECIDED, _actor(call), details)
        audit(call.uow, _actor(call), Action.COMPLAINT_DECIDED, _about(case), details)

    def record_review(self, call: OperationCall) -> None:
        """Variable reviewOutcome; outcome, remedy and remedyAmount where the review changed them (7.9)."""
        case, given = _case(call), _inputs(call, "reviewOutcome", "outcome", "remedy", "remedyAmount")
        case.review_outcome = str(given["reviewOutcome"])
        if case.review_outcome == "changed":
            _decide(case, given)
        details = {"reviewOutcome": case.review_outcome, "decision": case.decision}
        happened(call.uow, case, Event.REVIEWED, _actor(call), details)
        audit(call.uow, _actor(call), Action.COMPLAINT_REVIEWED, _about(case), details)

    def record_remedy(self, call: OperationCall) -> None:
        """The remedy was carried out; variable remedyCost (7.9)."""
        case = _case(call)
        self._remedy_done(call, case, _inputs(call, "remedyCost")["remedyCost"])

    def _remedy_done(self, call: OperationCall, case: Complaint, cost: Json) -> None:
        case.remedy_cost, case.remedy_done_at = _money(cost, "remedyCost"), call.uow.now()
        happened(call.uow, case, Event.REMEDY_DONE, _actor(call), {"remedy": case.remedy})
        audit(call.uow, _actor(call), Action.COMPLAINT_REMEDY, _about(case), {"remedy": case.remedy})

    def escalate(self, call: OperationCall) -> None:
        """Header `level`: 1 to 3. The case carries its highest level; who is concerned is told (4.15)."""
        case, text = _case(call), _header(call, "level")
        if text not in {str(level) for level in LEVELS}:
            raise _refused("level", f"An escalation level is 1, 2 or 3, not {text!r}.")
        self._escalation.escalate(call.uow, case, _actor(call), int(text))

    def close_complaint(self, call: OperationCall) -> None:
        """Header or variable `closedAs`; cause, systemic, actionNeeded; a verified remedy with its cost (7.9)."""
        case = _case(call)
        given = _inputs(call, "closedAs", "cause", "systemic", "actionNeeded", "remedyCost", "verified")
        case.outcome = call.call.headers.get("closedAs") or _text(given["closedAs"]) or "resolved"
        case.cause, case.systemic = _text(given["cause"]), _text(given["systemic"])
        needed = given["actionNeeded"]
        case.action_needed = None if needed is None else needed in {"yes", True}
        if given["verified"] == "yes" and case.remedy_done_at is None:
            self._remedy_done(call, case, given["remedyCost"])
        case.closed_at, case.status = call.uow.now(), "closed"
        stop(call.uow, case)
        happened(call.uow, case, Event.CLOSED, _actor(call), {"outcome": case.outcome})
        audit(call.uow, _actor(call), Action.COMPLAINT_CLOSED, _about(case), {"outcome": case.outcome})

    def _clocks(self, uow: UnitOfWork, case: Complaint) -> Clocks:
        return Clocks(uow, case, self._regimes.of(case.regime, case.calendar))


def _case(call: OperationCall) -> Complaint:
    case = get_case(call.uow, call.business_id)
    if case.instance_key is None:  # the first steps run before the receipt knows its instance
        case.instance_key = call.instance_key
    return case


def _actor(call: OperationCall) -> Actor:
    return call.instance.actor


def _about(case: Complaint) -> About:
    return About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)


def _header(call: OperationCall, name: str) -> str:
    value = call.call.headers.get(name)
    if not value:
        raise _refused(name, f"The service task {call.call.element.id!r} has no header {name!r}.")
    return value


def _inputs(call: OperationCall, *names: str) -> dict[str, Json]:
    inputs = call.call.inputs
    return {name: to_json(to_feel(inputs[name])) if name in inputs else None for name in names}


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _decide(case: Complaint, given: Mapping[str, Json]) -> None:
    case.decision = _text(given["outcome"])
    granted = case.decision in {"upheld", "partly-upheld"}
    case.remedy = _text(given["remedy"]) if granted else None
    case.remedy_amount = _money(given["remedyAmount"], "remedyAmount") if granted else None


def _money(value: Json, name: str) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation as wrong:
        raise _refused(name, f"{value!r} is no amount.") from wrong
    if not 0 <= amount < Decimal(10) ** 12:
        raise _refused(name, f"{value!r} is no amount that can be paid.")
    return amount.quantize(Decimal("0.01"))


def _limits(given: Mapping[str, Any]) -> dict[str, Limit]:
    kinds = {
        "final_response": "responseDays",
        "level_1": "level1Days",
        "level_3": "level3Days",
        "complainant_reply": "replyDays",
    }
    limits = {kind: _business_days(given[name], name) for kind, name in kinds.items() if given.get(name) is not None}
    every = given.get("updateEvery")
    if every is not None:
        limits["progress_update"] = _every(str(every))
    return limits


def _business_days(value: object, name: str) -> Limit:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000:
        raise _refused(name, f"{name} must be a number of business days from 1 to 1000, not {value!r}.")
    return Limit(amount=value, unit=Unit.BUSINESS_DAYS, ends=Ends.CLOSE)


def _every(text: str) -> Limit:
    found = _INTERVAL.fullmatch(text)
    if found is None or not int(found["count"]):
        raise _refused("updateEvery", f'updateEvery must be whole days or weeks such as "P14D", not {text!r}.')
    unit = Unit.WEEKS if found["unit"] == "W" else Unit.CALENDAR_DAYS
    return Limit(amount=int(found["count"]), unit=unit)


def _refused(name: str, message: str) -> Refused:
    return Refused(message, findings=[Finding(rule="input", message=message, element_id=name)])
