"""Staff enter a complaint that came by another way than the portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM, SearchRequest
from tests.webapi.pages.visitor import Visitor

Staff = Callable[..., Visitor]
ANSWERS = {
    "channel": "phone",
    "receivedOn": "2026-02-27",
    "language": "nl",
    "description": "It broke after one day of use.",
    "name": "Jo Vermeer",
}


@pytest.fixture
def anna(staff: Staff) -> Visitor:
    """Somebody of the front office."""
    return staff("anna", "front-office")


def entered(someone: Visitor, **changes: str) -> Visitor:
    return someone.open("/cases/new").send("/cases/new", {**ANSWERS, **changes})


def only_case(engine: Engine) -> Any:
    (row,) = engine.complaints.search(SYSTEM, SearchRequest()).items
    return engine.complaints.get(SYSTEM, row.reference)


def test_a_letter_of_last_friday_counts_from_last_friday(anna: Visitor, in_force: Engine) -> None:
    entered(anna, channel="post")
    case = only_case(in_force)
    assert anna.one("//*[@data-reference]").text == case.reference
    assert (case.channel, case.language, case.origin, case.received_by) == ("post", "nl", "external", "anna")
    assert case.received_at.date().isoformat() == "2026-02-27"
    assert {clock.started_at for clock in case.deadlines} == {case.received_at}


def test_what_comes_today_is_received_now(anna: Visitor, in_force: Engine) -> None:
    entered(anna, receivedOn="2026-03-02")
    assert only_case(in_force).received_at == in_force.clock.now()


def test_the_code_on_the_page_opens_the_case_for_the_complainant(anna: Visitor, visitor: Visitor) -> None:
    entered(anna)
    code = anna.one("//*[@data-code]").text
    visitor.open("/follow").send("/follow", {"code": code})
    assert visitor.status == 200
    assert not any(code[:5] in address for address in anna.addresses)


def test_the_code_is_gone_when_it_was_handed_over(anna: Visitor) -> None:
    entered(anna).send("/cases/new/receipt")
    assert anna.page.xpath("//h1")[0].text == "Cases"
    assert anna.open("/cases/new/receipt").page.xpath("//*[@data-code]") == []


def test_one_unit_complains_about_another(anna: Visitor, in_force: Engine) -> None:
    entered(anna, origin="internal", unit="Dispatch")
    case = only_case(in_force)
    assert (case.origin, case.parties["unit"].name) == ("internal", "Dispatch")


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_lost(anna: Visitor, in_force: Engine) -> None:
    anna.open("/cases/new").send("/cases/new", {"receivedOn": "soon", "origin": "internal", "phone": "020 1234567"})
    links = anna.page.xpath("//*[contains(@class, 'error-summary')]//a/@href")
    assert anna.status == 422
    assert links == ["#f-channel-0", "#f-receivedOn", "#f-unit", "#f-description", "#f-name"]
    assert anna.one("//*[@id='f-phone']").get("value") == "020 1234567"
    assert in_force.complaints.search(SYSTEM, SearchRequest()).total_items == 0


@pytest.mark.parametrize(("day", "told"), [("2026-03-03", "lies in the future"), ("2024-03-01", "a year ago")])
def test_a_day_that_cannot_be_is_refused(anna: Visitor, day: str, told: str) -> None:
    assert told in entered(anna, receivedOn=day).text
    assert anna.status == 422


def test_a_form_that_is_sent_twice_enters_one_complaint(anna: Visitor, in_force: Engine) -> None:
    token = anna.open("/cases/new").form("/cases/new").fields["form-token"]
    first = entered(anna, **{"form-token": token}).one("//*[@data-code]").text
    assert entered(anna, **{"form-token": token}).one("//*[@data-code]").text == first
    assert only_case(in_force)


def test_fields_that_come_and_go_keep_what_was_said_before(anna: Visitor) -> None:
    anna.open("/cases/new")
    values = {name: value for name, value in anna.form("/cases/new").fields.items() if value is not None}
    answer = anna.client.post("/cases/new/fields", data={**values, **ANSWERS, "anonymous": "true"})
    assert 'value="phone" checked' in answer.text
    assert 'id="f-name"' not in answer.text


def test_only_who_may_enter_complaints_is_asked_to(staff: Staff) -> None:
    carl = staff("carl", "case-handlers")
    assert carl.open("/cases").page.xpath("//a[@href='/cases/new']") == []
    assert carl.client.get("/cases/new").status_code == 403
    assert len(staff("anna", "front-office").open("/cases").page.xpath("//a[@href='/cases/new']")) == 1
