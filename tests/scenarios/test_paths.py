"""Every way through the shipped process, from receipt to the end, on the real engine."""

from __future__ import annotations

import pytest

from engine.errors import Forbidden
from tests.scenarios.case import Case

MONEY = {"outcome": "upheld", "remedy": "compensation", "remedyAmount": 300}
REJECTED = {"outcome": "rejected"}


def ends(case: Case, outcome: str) -> None:
    """The case is closed with `outcome`, and after the survey nothing is left to do."""
    assert case.view.outcome == outcome
    assert case.status.status == "closed"
    case.wait(6)
    assert not case.running
    assert case.tasks == {}
    case.no_incident()


def test_a_complaint_is_acknowledged_at_once(case: Case) -> None:
    assert case.letters == ["acknowledgement"]
    assert case.received.acknowledged_at == case.view.received_at
    assert list(case.tasks) == ["assess"]
    assert case.status.status == "assessing"


def test_the_usual_way(case: Case) -> None:
    case.until("close")
    assert case.view.decision == "upheld"
    assert case.view.remedy == "apology"
    case.do("close")
    assert case.letters == ["acknowledgement", "response", "closing"]
    ends(case, "resolved")
    assert case.letters[-1] == "survey"
    assert case.view.cause == "training"


def test_the_complainant_sees_where_it_stands(case: Case) -> None:
    seen = [case.status.status]
    while case.running and case.status.status != "closed":
        case.step()
        seen.append(case.status.status)
    assert list(dict.fromkeys(seen)) == [
        *("assessing", "investigating", "deciding", "answered", "carrying-out", "closing", "closed"),
    ]


def test_out_of_scope_is_explained_and_referred(case: Case) -> None:
    case.do("assess", inScope="no")
    assert list(case.tasks) == ["explain-and-refer"]
    case.do("explain-and-refer")
    assert case.letters == ["acknowledgement", "referral"]
    ends(case, "out-of-scope")


def test_a_question_is_asked_and_answered(case: Case) -> None:
    case.until("find-facts")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")
    assert case.status.status == "waiting-for-you"
    assert "On which day did it come?" in str(case.status.question)
    assert case.tasks == {}
    case.answer("On Tuesday.")
    assert list(case.tasks) == ["find-facts"]
    assert case.status.status == "investigating"
    case.until("close")
    case.do("close")
    ends(case, "resolved")


def test_a_question_that_stays_without_an_answer_does_not_stop_the_work(case: Case) -> None:
    case.until("find-facts")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")
    case.to(case.status.deadlines["complainant_reply"])
    assert list(case.tasks) == ["find-facts"]
    assert not case.status.may_answer


def test_above_the_limit_a_second_person_approves(case: Case) -> None:
    case.until("approve", decide=MONEY)
    assert set(case.tasks["approve"].candidate_groups) == {"senior-handlers", "managers"}
    case.do("approve", approved="no")
    assert list(case.tasks) == ["decide"]
    case.do("decide", **MONEY)
    case.do("approve", by="senior-2")
    assert case.letters[-1] == "response"
    assert case.view.remedy_amount == 300


def test_whoever_decided_cannot_approve(case: Case) -> None:
    case.until("decide")
    case.do("decide", by="senior-1", **MONEY)
    with pytest.raises(Forbidden):
        case.do("approve", by="senior-1")


def test_much_money_goes_to_the_managers(case: Case) -> None:
    case.until("approve", decide={**MONEY, "remedyAmount": 2501})
    assert case.tasks["approve"].candidate_groups == ("managers",)


def test_a_rejection_that_is_accepted_needs_no_remedy(case: Case) -> None:
    case.until("close", decide=REJECTED)
    assert "carrying-out" not in case.status.status
    case.do("close")
    assert case.view.remedy is None
    ends(case, "resolved")


def test_a_serious_complaint_is_not_rejected_alone(case: Case) -> None:
    case.until("approve", assess={"severity": "high"}, decide=REJECTED)
    assert case.tasks["approve"].candidate_groups == ("managers",)


def test_refused_then_accepted_after_the_review(case: Case) -> None:
    case.until("decide")
    case.do("decide", **REJECTED)
    case.respond(accepted=False)
    assert case.status.status == "reviewing"
    case.do("review", reviewOutcome="changed", outcome="partly-upheld", remedy="apology")
    assert case.view.decision == "partly-upheld"
    assert case.status.status == "review-answered"
    case.respond(accepted=True)
    assert list(case.tasks) == ["carry-out-remedy"]
    case.until("close")
    case.do("close")
    ends(case, "resolved-after-review")


def test_silence_after_the_review_counts_as_agreement(case: Case) -> None:
    case.until("decide")
    case.do("decide", **REJECTED)
    case.respond(accepted=False)
    case.do("review")
    case.to(case.status.deadlines["complainant_reply"])
    case.do("close")
    ends(case, "resolved-after-review")


def test_refused_twice_the_external_body_is_named(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    case.respond(accepted=False)
    case.do("review")
    case.respond(accepted=False)
    assert case.letters[-2:] == ["review-outcome", "external-body"]
    case.do("close")
    ends(case, "external-body")


def test_nobody_who_had_a_part_reviews(case: Case) -> None:
    involved = case.people["front-office-1"]
    case.people = {
        **case.people,
        "both": type(involved)(
            username="front-office-1",
            groups=involved.groups | {"reviewers"},
            permissions=involved.permissions,
        ),
    }
    case.until("decide")
    case.do("decide")
    case.respond(accepted=False)
    with pytest.raises(Forbidden):
        case.do("review", by="both")
    case.do("review")


def test_silence_counts_as_agreement(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    case.to(case.status.deadlines["complainant_reply"])
    case.until("close")
    case.do("close")
    ends(case, "resolved-by-silence")


def test_a_remedy_that_is_not_there_is_carried_out_again(case: Case) -> None:
    case.until("verify-remedy")
    case.do("verify-remedy", verified="no", remark="Nothing came.")
    assert list(case.tasks) == ["carry-out-remedy"]
    case.do("carry-out-remedy", remedyCost=12.5)
    case.do("verify-remedy")
    assert case.view.remedy_cost == 12.5
    case.do("close")
    ends(case, "resolved")


def test_whoever_carried_it_out_cannot_verify(case: Case) -> None:
    case.until("carry-out-remedy")
    handler = case.people["handler-1"]
    case.do("carry-out-remedy")
    case.people = {
        **case.people,
        "both": type(handler)(
            username="handler-1", groups=handler.groups | {"reviewers"}, permissions=handler.permissions
        ),
    }
    with pytest.raises(Forbidden):
        case.do("verify-remedy", by="both")


def test_the_survey_comes_five_days_after_closing(case: Case) -> None:
    case.until("close")
    case.do("close")
    case.wait(4.9)
    assert not case.status.may_survey
    case.wait(0.2)
    assert case.status.may_survey
    case.engine.complaints.survey(case.received.tracking_code, {"overall": "5"})
    assert not case.status.may_survey
