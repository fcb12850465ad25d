"""The complainant withdraws: at any moment, and everything else stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.types import SYSTEM
from tests.scenarios.case import Case


def asked(case: Case) -> None:
    case.until("find-facts")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")


def answered(case: Case) -> None:
    case.until("decide")
    case.do("decide")


def refused(case: Case) -> None:
    answered(case)
    case.respond(accepted=False)


def reviewed(case: Case) -> None:
    refused(case)
    case.do("review")


def at(element_id: str) -> Callable[[Case], None]:
    def moment(case: Case) -> None:
        case.until(element_id, decide={"remedy": "compensation", "remedyAmount": 300})

    moment.__name__ = element_id
    return moment


TASKS = "assess plan-investigation find-facts decide approve carry-out-remedy verify-remedy close"
MOMENTS = [*map(at, TASKS.split()), asked, answered, refused, reviewed]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_withdrawn(case: Case, moment: Callable[[Case], None]) -> None:
    moment(case)
    case.withdraw()
    assert (case.view.outcome, case.status.status) == ("withdrawn", "closed")
    assert case.letters[-1] == "withdrawal"
    assert case.tasks == {}
    assert not case.running
    written = len(case.letters)
    case.wait(60)
    assert len(case.letters) == written
    case.no_incident()


def test_what_is_closed_stays_as_it_was_closed(case: Case) -> None:
    case.until("close")
    case.do("close")
    assert not case.status.may_withdraw
    written = case.letters
    case.engine.messages.publish(SYSTEM, name="complainant-withdraws", correlation_key=case.reference)
    assert case.view.outcome == "resolved"
    assert case.letters == written
    case.no_incident()
