"""The complainant follows the case with the code: answers, responds, withdraws, writes, adds files, rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from engine.complaints import Received, Upload
from engine.errors import Conflict, FormInvalid, NotFound, Refused
from engine.store.complaint import Complaint
from engine.store.survey_answer import SurveyAnswer
from engine.types import SYSTEM, Json
from tests.engine.complaints.desk import Desk

PNG = Upload(name="proof.png", content=b"\x89PNG\r\n\x1a\n and more")


def test_a_question_is_asked_and_answered(desk: Desk) -> None:
    filed, complaints = desk.file(), desk.engine.complaints
    desk.until(filed.reference, "find-facts")
    desk.do(filed.reference, "find-facts", needInformation="yes", question="Which colour was it?")
    asked = complaints.status(filed.tracking_code)
    assert (asked.status, asked.may_answer) == ("waiting-for-you", True)
    assert asked.question == "Which colour was it?"
    assert asked.deadlines["complainant_reply"] > desk.engine.clock.now()
    complaints.answer(filed.tracking_code, "Blue.")
    assert not complaints.status(filed.tracking_code).may_answer
    assert "find-facts" in desk.tasks(filed.reference)
    assert complaints.messages(SYSTEM, filed.reference)[-1].body == "Blue."


def test_the_answer_is_accepted_and_the_final_response_was_in_time(desk: Desk) -> None:
    filed, complaints = desk.answered(), desk.engine.complaints
    status = complaints.status(filed.tracking_code)
    assert (status.status, status.decision, status.may_respond) == ("answered", "upheld", True)
    complaints.respond(filed.tracking_code, accepted=True)
    clocks = {clock.kind: clock.state for clock in complaints.get(SYSTEM, filed.reference).deadlines}
    assert clocks["final_response"] == clocks["complainant_reply"] == "met"
    assert clocks["level_1"] == clocks["level_3"] == "stopped"
    with pytest.raises(Conflict, match="nothing to accept"):
        complaints.respond(filed.tracking_code, accepted=False)


def test_a_late_answer_is_seen_as_late(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "decide")
    desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(days=60))
    desk.do(filed.reference, "decide")
    view = desk.engine.complaints.get(SYSTEM, filed.reference)
    assert {clock.kind: clock.state for clock in view.deadlines}["final_response"] == "late"
    assert view.escalation_level == 3


@pytest.mark.parametrize(
    ("act", "sentence"),
    [("answer", "No answer is waited for"), ("respond", "nothing to accept"), ("survey", "no survey")],
)
def test_at_the_wrong_moment_a_sentence_says_so(desk: Desk, act: str, sentence: str) -> None:
    filed, complaints = desk.file(), desk.engine.complaints
    does = {
        "answer": lambda: complaints.answer(filed.tracking_code, "x"),
        "respond": lambda: complaints.respond(filed.tracking_code, accepted=True),
        "survey": lambda: complaints.survey(filed.tracking_code, {"fair": "5"}),
    }
    with pytest.raises(Conflict, match=sentence):
        does[act]()


@pytest.mark.parametrize("moment", ["withdrawn", "closed", "over", "forgotten"])
def test_after_the_end_every_act_is_refused_and_nothing_is_written(desk: Desk, moment: str) -> None:
    filed, complaints = desk.answered(), desk.engine.complaints
    code = filed.tracking_code
    if moment == "withdrawn":
        complaints.withdraw(code)
    else:
        complaints.respond(code, accepted=True)
        desk.until(filed.reference, "close")
        desk.do(filed.reference, "close")
    if moment in {"over", "forgotten"}:
        desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(days=6))
        complaints.survey(code, {"overall": "5"})
    if moment == "forgotten":  # housekeeping may have taken the instance away
        with desk.engine.units() as uow:
            uow.session.execute(update(Complaint).values(instance_key=filed.process_instance_key + 1))
    before = _written(desk, filed)
    acts = (
        lambda: complaints.answer(code, "Blue."),
        lambda: complaints.respond(code, accepted=False),
        lambda: complaints.withdraw(code, "It came after all."),
        lambda: complaints.survey(code, {"overall": "1"}),
    )
    for act in acts:
        with pytest.raises(Conflict, match=r"^(No|There is no|The complaint cannot).*\.$"):
            act()
    assert _written(desk, filed) == before


def _written(desk: Desk, filed: Received) -> tuple[int, ...]:
    """How much there is of everything that an act of the complainant writes."""
    complaints = desk.engine.complaints
    view = complaints.get(SYSTEM, filed.reference)
    with desk.engine.units() as uow:
        rated = uow.session.scalar(select(func.count()).select_from(SurveyAnswer)) or 0
    letters = complaints.messages(SYSTEM, filed.reference)
    return (view.rev, len(letters), len(complaints.timeline(SYSTEM, filed.reference)), rated)


def test_a_withdrawn_complaint_is_closed_and_its_clocks_stand(desk: Desk) -> None:
    filed, complaints = desk.file(), desk.engine.complaints
    complaints.withdraw(filed.tracking_code, "It came after all.")
    view = complaints.get(SYSTEM, filed.reference)
    assert (view.status, view.outcome) == ("closed", "withdrawn")
    assert all(clock.ended_at is not None for clock in view.deadlines)
    with pytest.raises(Conflict):
        complaints.withdraw(filed.tracking_code)


def test_messages_and_files_of_one_case_stay_with_it(desk: Desk) -> None:
    mine, other, complaints = desk.file(), desk.file(), desk.engine.complaints
    complaints.write_public(mine.tracking_code, "Is there news?")
    added = complaints.attach_public(mine.tracking_code, PNG)
    assert added.content_type == "image/png"
    content = complaints.attachment_public(mine.tracking_code, added.attachment_key)
    assert content.path.read_bytes() == PNG.content
    with pytest.raises(NotFound):
        complaints.attachment_public(other.tracking_code, added.attachment_key)
    with pytest.raises(Refused):
        complaints.write_public(mine.tracking_code, " \n ")


def test_who_of_the_staff_wrote_is_not_told(desk: Desk) -> None:
    filed, complaints = desk.file(), desk.engine.complaints
    complaints.write(SYSTEM, filed.reference, "We are on it.")
    status = complaints.status(filed.tracking_code)
    assert status.messages[-1].body == "We are on it."
    assert {message.actor for message in status.messages} == {None}


def test_the_survey_is_answered_once(desk: Desk) -> None:
    filed, complaints = desk.answered(), desk.engine.complaints
    complaints.respond(filed.tracking_code, accepted=True)
    desk.until(filed.reference, "close")
    desk.do(filed.reference, "close")
    assert complaints.status(filed.tracking_code).outcome == "resolved"
    desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(days=6))
    assert complaints.status(filed.tracking_code).may_survey
    wrong: tuple[Mapping[str, Json], ...] = (
        {},
        {"fair": "5"},
        {"overall": "5", "a b": "5"},
        {"overall": {"deep": 1}},
        {"overall": "6"},
        {"overall": "5", "comment": "x" * 5_000},
    )
    for nonsense in wrong:
        with pytest.raises(FormInvalid):
            complaints.survey(filed.tracking_code, nonsense)
    complaints.survey(filed.tracking_code, {"overall": "5", "comment": "Thank you.", "timely": None})
    assert not complaints.status(filed.tracking_code).may_survey
    with pytest.raises(Conflict):
        complaints.survey(filed.tracking_code, {"overall": "1"})
