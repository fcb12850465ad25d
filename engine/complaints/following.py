"""What the holder of a tracking code sees and may do (clauses 7.3, 7.8, 7.9). No account, no other permission."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy import select

from engine.complaints.attachments import AttachmentStore, attachment_view
from engine.complaints.cases import happened, remember
from engine.complaints.checks import check_message
from engine.complaints.clocks import meet, promises
from engine.complaints.events import Event
from engine.complaints.letters import latest_notes
from engine.complaints.pausing import resume_clocks
from engine.complaints.presenting import messages_of
from engine.complaints.regimes import Regimes
from engine.complaints.tracking import digest_of
from engine.complaints.views import MessageView, PublicStatus
from engine.errors import Conflict, NotFound
from engine.processes.advance import Advance
from engine.processes.following import FOLLOW
from engine.processes.opened import Opened, Step
from engine.records import About, Action, audit
from engine.store.complaint import Complaint
from engine.store.correspondence import Correspondence
from engine.store.message import MessageSubscription
from engine.store.survey_answer import SurveyAnswer
from engine.store.unit_of_work import UnitOfWork
from engine.tasks.forms import Filling, Forms
from engine.types import COMPLAINANT, Actor, Json

ANSWER, RESPONSE, WITHDRAWAL = "complainant-answer", "complainant-response", "complainant-withdraws"
SURVEY = "survey"
"""Id of the form with the questions about the handling."""
TOLD = ("final_response", "progress_update", "complainant_reply")
NOT_NOW = {
    ANSWER: "No answer is waited for at the moment.",
    RESPONSE: "There is nothing to accept or refuse at the moment.",
    WITHDRAWAL: "The complaint cannot be withdrawn any more.",
}


def case_of_code(uow: UnitOfWork, code: str, *, lock: bool = False) -> Complaint:
    """The complaint that `code` opens. Raises NotFound, with the same words for a wrong code and an unknown one."""
    digest = digest_of(code)
    statement = select(Complaint).where(Complaint.tracking_digest == digest)
    case = uow.session.scalar(statement.with_for_update() if lock else statement)
    # The index finds by equality; compared once more in constant time, so that no prefix can be learned from it.
    if case is None or not hmac.compare_digest(case.tracking_digest, digest):
        raise NotFound("There is no complaint with this code.")
    remember(uow, case)
    return case


class Following:
    """The complainant's side of a case."""

    def __init__(self, advance: Advance, files: AttachmentStore, forms: Forms, regimes: Regimes) -> None:
        self._advance, self._files, self._forms, self._regimes = advance, files, forms, regimes

    def status(self, uow: UnitOfWork, case: Complaint) -> PublicStatus:
        """Where the case stands, in codes, with what was promised and what can be done now."""
        awaited = _awaited(uow, case)
        messages = messages_of(uow, case, public=True)
        surveyed = case.survey_open and not _is_surveyed(uow, case)
        return PublicStatus(
            reference=case.reference,
            status="waiting-for-you" if ANSWER in awaited else case.status,
            language=case.language,
            received_at=case.received_at,
            closed_at=case.closed_at,
            decision=case.decision if case.answered_at is not None else None,
            outcome=case.outcome,
            deadlines=promises(uow, case, TOLD),
            messages=messages,
            attachments=tuple(attachment_view(row, public=True) for row in self._files.of(uow, case)),
            question=_question(uow, case, messages) if ANSWER in awaited else None,
            may_answer=ANSWER in awaited,
            may_respond=RESPONSE in awaited,
            may_withdraw=WITHDRAWAL in awaited and case.closed_at is None,
            may_survey=surveyed,
            may_write=True,
        )

    def write(self, uow: UnitOfWork, case: Complaint, text: str) -> None:
        """A message of the complainant; the process does not move."""
        happened(uow, case, Event.MESSAGE_RECEIVED, COMPLAINANT, {})
        _keep(uow, case, "message", check_message("text", text))

    def answer(self, uow: UnitOfWork, case: Complaint, text: str) -> None:
        """The answer to a question of ours. Raises Conflict where none was asked."""
        kept = check_message("text", text)
        opened, waiting = self._awaiting(uow, case, ANSWER)
        _keep(uow, case, "answer", kept)
        meet(uow, case, "complainant_reply")
        happened(uow, case, Event.QUESTION_ANSWERED, COMPLAINANT, {})
        resume_clocks(uow, case, self._regimes, COMPLAINANT)
        self._trigger(uow, opened, waiting, {})

    def respond(self, uow: UnitOfWork, case: Complaint, reason: str, *, accepted: bool) -> None:
        """The complainant accepts or refuses the answer (7.9). Raises Conflict where no answer waits for it."""
        kept = check_message("reason", reason) if reason.strip() else ""
        opened, waiting = self._awaiting(uow, case, RESPONSE)
        case.response = "accepted" if accepted else "refused"
        _keep(uow, case, "response", kept or case.response)
        meet(uow, case, "complainant_reply")
        happened(uow, case, Event.RESPONDED, COMPLAINANT, {"response": case.response})
        audit(uow, COMPLAINANT, Action.COMPLAINT_RESPONSE, _about(case), {"response": case.response})
        self._trigger(uow, opened, waiting, {"response": case.response})

    def withdraw(self, uow: UnitOfWork, case: Complaint, reason: str) -> None:
        """The complainant withdraws the complaint. Raises Conflict where it is over."""
        kept = check_message("reason", reason) if reason.strip() else ""
        opened, waiting = self._awaiting(uow, case, WITHDRAWAL)
        if kept:
            _keep(uow, case, "withdrawal", kept)
        happened(uow, case, Event.WITHDRAWN, COMPLAINANT, {})
        audit(uow, COMPLAINANT, Action.COMPLAINT_WITHDRAWN, _about(case))
        self._trigger(uow, opened, waiting, {})

    def survey(self, uow: UnitOfWork, case: Complaint, answers: Mapping[str, Json]) -> None:
        """Answers about the handling (8.3), once. `case` is locked. Raises Conflict where no survey is open,
        FormInvalid for what its form does not take."""
        if not case.survey_open or _is_surveyed(uow, case):
            raise Conflict("There is no survey to answer at the moment.")
        for question, answer in self._check_survey(uow, case, answers).items():
            row = {"key": uow.new_key(), "complaint_key": case.key, "question": question, "answer": answer}
            uow.append(SurveyAnswer, **row, at=uow.now())
        case.survey_open = False
        happened(uow, case, Event.SURVEY_ANSWERED, COMPLAINANT, {})
        audit(uow, COMPLAINANT, Action.SURVEY_ANSWERED, _about(case))

    def _check_survey(self, uow: UnitOfWork, case: Complaint, answers: Mapping[str, Json]) -> dict[str, Json]:
        """What the form `survey` takes of the answers; FormInvalid with a finding per wrong field."""
        filling = Filling(language=case.language, context={}, answers=answers, notes={})
        found = self._forms.checked(self._forms.latest(uow.session, SURVEY), filling)
        given = {**found.variables, **found.register}
        return {question: answer for question, answer in given.items() if answer is not None}

    # -- the process behind the case

    def with_process(self, uow: UnitOfWork, actor: Actor, case: Complaint, act: Callable[[Complaint], None]) -> None:
        """Do `act` while the instance of the case is locked, and let timers follow what it moved."""
        opened = None
        if case.instance_key is not None:
            with suppress(Conflict, NotFound):  # over: the case decides by itself what that means
                opened = self._advance.open(uow, actor, case.instance_key)
        uow.session.refresh(case, with_for_update=True)
        act(case)
        if opened is not None:
            self._advance.move(uow, opened, FOLLOW)

    def _awaiting(self, uow: UnitOfWork, case: Complaint, name: str) -> tuple[Opened, MessageSubscription]:
        """The locked instance and who waits in it for this message. Raises Conflict with a sentence."""
        if case.instance_key is None:
            raise Conflict(NOT_NOW[name])
        try:
            opened = self._advance.open(uow, COMPLAINANT, case.instance_key)
        except (Conflict, NotFound) as over:  # ended, and maybe tidied away since
            raise Conflict(NOT_NOW[name]) from over
        uow.session.refresh(case)  # somebody may have moved the case before the lock was ours
        if name == WITHDRAWAL and case.closed_at is not None:
            raise Conflict(NOT_NOW[name])
        waiting = uow.session.scalar(
            select(MessageSubscription)
            .where(
                MessageSubscription.instance_key == case.instance_key,
                MessageSubscription.name == name,
                MessageSubscription.correlation_key == case.reference,
            )
            .order_by(MessageSubscription.key)
            .limit(1)
        )
        if waiting is None:
            raise Conflict(NOT_NOW[name])
        return opened, waiting

    def _trigger(
        self, uow: UnitOfWork, opened: Opened, waiting: MessageSubscription, variables: Mapping[str, Json]
    ) -> None:
        key, position = waiting.element_instance_key, waiting.position
        about = About(subject=waiting.name, instance_key=opened.key, business_id=opened.business_id)
        audit(uow, COMPLAINANT, Action.MESSAGE_CORRELATED, about, {"element": waiting.element_id})
        uow.session.flush()
        self._advance.move(uow, opened, Step(command=lambda instance: instance.trigger(key, position, variables)))


def _awaited(uow: UnitOfWork, case: Complaint) -> frozenset[str]:
    statement = select(MessageSubscription.name).where(
        MessageSubscription.instance_key == case.instance_key,
        MessageSubscription.correlation_key == case.reference,
    )
    return frozenset(uow.session.scalars(statement)) if case.instance_key is not None else frozenset()


def _question(uow: UnitOfWork, case: Complaint, messages: tuple[MessageView, ...]) -> str | None:
    """What staff asked in their form; the whole letter where the question came another way."""
    asked = latest_notes(uow, case).get("question")
    if isinstance(asked, str):
        return asked
    return next((message.body for message in reversed(messages) if message.kind == "question"), None)


def _is_surveyed(uow: UnitOfWork, case: Complaint) -> bool:
    statement = select(SurveyAnswer.key).where(SurveyAnswer.complaint_key == case.key).limit(1)
    return uow.session.scalar(statement) is not None


def _keep(uow: UnitOfWork, case: Complaint, kind: str, text: str) -> None:
    uow.session.add(
        Correspondence(
            key=uow.new_key(),
            complaint_key=case.key,
            direction="in",
            kind=kind,
            at=uow.now(),
            actor=COMPLAINANT.username,
            language=case.language,
            subject=None,
            body=text,
            delivery="received",
        )
    )


def _about(case: Complaint) -> About:
    return About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)
