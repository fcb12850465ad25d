"""The operation `extend-deadline` in a diagram of one's own: reasons, consent, letter, timeline, timers, limits."""

from __future__ import annotations

import mailbox
from datetime import datetime

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.complaints import DeadlineView, Receipt, Received
from engine.processes import Resource
from engine.store.job import Job
from engine.store.timer import Timer
from engine.types import SYSTEM, Json, SearchRequest
from tests.engine.complaints.desk import HANDLER, RECEIPT, Desk
from tests.engine.processes.diagrams import END, START, diagram, flows, service_task, user_task

WHY = "The laboratory has not reported yet."
FORM = """{"type": "default", "id": "put-off", "schemaVersion": 18, "components": [
  {"type": "datetime", "subtype": "date", "dateLabel": "Until", "label": "Until", "id": "c1", "key": "extendUntil"},
  {"type": "radio", "label": "Agreed?", "id": "c2", "key": "extensionConsent",
   "values": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]},
  {"type": "textarea", "label": "Why", "id": "c3", "key": "extensionReason",
   "properties": {"register": "extensionReason"}}]}"""
WATCHED = (
    '<bpmn:boundaryEvent id="due" attachedToRef="wait" cancelActivity="false"><bpmn:timerEventDefinition>'
    '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">=complaint.deadlines.final_response</bpmn:timeDate>'
    '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="late"/>'
)
"""A timer that follows the date of our answer."""

OWN = diagram(
    "complaint-handling",
    START
    + user_task("ask", form="put-off")
    + service_task("put-off", "extend-deadline")
    + user_task("wait")
    + WATCHED
    + END
    + flows("start", "ask", "put-off", "wait", "end")
    + flows("due", "late"),
)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    form = Resource(name="put-off.form", content=FORM.encode())
    desk.engine.deployments.deploy(SYSTEM, [OWN, form])
    return desk


def put_off(desk: Desk, until: str, reason: str | None = WHY, consent: str = "no", **receipt: object) -> Received:
    """A complaint whose answer is put off by the process."""
    filed = desk.file(**receipt)
    answers: dict[str, Json] = {"extendUntil": until, "extensionConsent": consent, "extensionReason": reason}
    desk.engine.tasks.complete(HANDLER, desk.tasks(filed.reference)["ask"].user_task_key, answers)
    return filed


def clocks(engine: Engine, filed: Received) -> dict[str, DeadlineView]:
    """The latest round of each clock."""
    return {clock.kind: clock for clock in engine.complaints.get(SYSTEM, filed.reference).deadlines}


def refusals(engine: Engine, filed: Received) -> list[str]:
    """What held the case up."""
    request = SearchRequest(filter={"process_instance_key": filed.process_instance_key})
    return [incident.error_message or "" for incident in engine.incidents.search(SYSTEM, request).items]


def timer(engine: Engine) -> datetime:
    """When the only timer is due."""
    with engine.units() as uow:
        return uow.session.scalars(select(Timer.due_at)).one()


def test_the_date_moves_with_letter_mail_timeline_and_timer(desk: Desk) -> None:
    filed = put_off(desk, "2026-04-30")
    final = clocks(desk.engine, filed)["final_response"]
    assert final.due_at.date().isoformat() == "2026-04-30"
    assert [(each.reason, each.actor, each.consent) for each in final.extensions] == [(WHY, "hana", False)]
    assert timer(desk.engine) == final.due_at
    assert any(step["rule"] == "extended" for step in final.derivation)
    letter = desk.engine.complaints.messages(SYSTEM, filed.reference)[-1]
    assert (letter.kind, letter.delivery, WHY in letter.body) == ("extension", "waiting", True)
    with desk.engine.units() as uow:
        jobs = list(uow.session.scalars(select(Job).where(Job.job_type == "send-mail").order_by(Job.key)))
    assert jobs[-1].variables == {"messageKey": str(letter.message_key)}
    desk.engine.handlers["send-mail"](jobs[-1])  # type: ignore[arg-type]  # a row has the variables, as a job has
    (mail,) = mailbox.Maildir(desk.engine.settings.mailbox)
    assert mail["To"] == "ann@home.example"
    entry = next(e for e in desk.engine.complaints.timeline(SYSTEM, filed.reference) if e.event == "extended")
    assert entry.details["consent"] is False
    assert WHY not in str(entry.details)


@pytest.mark.parametrize(
    ("until", "reason", "rule"),
    [
        ("2026-04-30", None, "must not be empty"),
        ("2026-03-05", WHY, "put off"),
        (None, WHY, "is no date"),
    ],
)
def test_without_reasons_or_date_the_step_is_held_up_and_nothing_moves(
    desk: Desk, until: str, reason: str | None, rule: str
) -> None:
    filed = put_off(desk, until, reason)
    (told,) = refusals(desk.engine, filed)
    assert rule in told
    assert clocks(desk.engine, filed)["final_response"].extensions == ()
    kinds = [message.kind for message in desk.engine.complaints.messages(SYSTEM, filed.reference)]
    assert "extension" not in kinds


@pytest.mark.parametrize(
    ("regime", "until", "consent", "allowed"),
    [
        ("nl-wkkgz", "2026-05-11", "no", True),  # six weeks end on 13 April, four more on 11 May
        ("nl-wkkgz", "2026-05-12", "no", False),
        ("nl-wkkgz", "2026-05-12", "yes", True),
        ("payment-services", "2026-04-22", "no", True),  # 35 working days from the receipt
        ("payment-services", "2026-04-23", "yes", False),
        ("es-banks-payments", "2026-03-24", "yes", False),  # the law knows no longer period
    ],
)
def test_a_clock_of_the_law_moves_as_far_as_the_regime_lets_it(
    desk: Desk,
    regime: str,
    until: str,
    consent: str,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    filed = put_off(desk, until, consent=consent, regime=regime)
    law = clocks(desk.engine, filed)["statutory_response"]
    assert (refusals(desk.engine, filed) == []) is allowed
    assert (law.due_at.date().isoformat() == until) is allowed
    assert bool(law.extensions) is allowed
    if allowed:
        assert clocks(desk.engine, filed)["final_response"].due_at == law.due_at


def test_who_has_no_address_finds_the_letter_on_the_page(desk: Desk) -> None:
    receipt = Receipt(description=RECEIPT.description, anonymous=True)
    filed = put_off(desk, "2026-04-30", complainant=receipt.complainant, anonymous=True)
    letter = desk.engine.complaints.status(filed.tracking_code).messages[-1]
    assert (letter.kind, letter.delivery) == ("extension", "page")
