"""The clocks beside the work: reminders, escalations and progress letters on the settable clock."""

from __future__ import annotations

from datetime import datetime

from tests.scenarios.case import Case


def due(case: Case, kind: str) -> datetime:
    """When the clock of this kind is due."""
    found: datetime = next(d.due_at for d in case.view.deadlines if d.kind == kind)
    return found


def test_an_assessment_that_nobody_takes_up_is_called_to_mind(case: Case) -> None:
    case.wait(1)
    assert case.escalations == []
    case.wait(1)
    assert case.escalations == [1]
    case.wait(10)
    assert case.escalations == [1]
    assert list(case.tasks) == ["assess"]


def test_levels_follow_one_another_and_the_work_goes_on(case: Case) -> None:
    case.do("assess")
    before, promised, after = (due(case, kind) for kind in ("level_1", "final_response", "level_3"))
    assert before < promised < after
    case.to(before)
    assert case.escalations == [1]
    case.to(promised)
    assert case.escalations == [1, 2]
    case.to(after)
    assert case.escalations == [1, 2, 3]
    assert case.view.escalation_level == 3
    case.until("close")
    case.no_incident()


def test_levels_fire_in_order_when_time_jumps(case: Case) -> None:
    case.do("assess")
    case.to(due(case, "level_3"))
    assert case.escalations == [1, 2, 3]


def test_an_escalated_task_is_more_urgent(case: Case) -> None:
    case.do("assess")
    usual = case.tasks["plan-investigation"].priority
    case.to(due(case, "final_response"))
    assert case.tasks["plan-investigation"].priority > usual


def test_urgent_cases_have_shorter_clocks_and_an_experienced_team(case: Case) -> None:
    case.do("assess", safety=True)
    assert case.view.priority == "urgent"
    assert case.tasks["plan-investigation"].candidate_groups == ("senior-handlers",)
    assert (due(case, "final_response") - case.view.received_at).days <= 7


def test_progress_is_told_until_the_response_is_sent(case: Case) -> None:
    case.do("assess", severity="high")
    case.wait(22)
    assert case.letters.count("progress") == 3
    case.until("carry-out-remedy")
    case.wait(22)
    assert case.letters.count("progress") == 3


def test_nothing_escalates_once_the_response_is_sent(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    case.respond(accepted=True)
    case.wait(60)
    assert case.escalations == []


def test_a_question_stops_the_clocks_of_the_team_and_silence_starts_them_again(case: Case) -> None:
    case.until("find-facts")
    promised = due(case, "final_response")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")
    case.to(due(case, "complainant_reply"))
    assert case.escalations == []
    assert due(case, "final_response") > promised
    case.wait(40)
    assert case.escalations == [1, 2, 3]


def test_progress_is_told_on_the_day_that_was_promised(case: Case) -> None:
    case.wait(1)
    case.do("assess")
    case.wait(40)
    kept = [d.state for d in case.view.deadlines if d.kind == "progress_update"]
    assert kept == ["met", "met", "running"]
    case.no_incident()
