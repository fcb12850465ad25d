"""How staff find and do their tasks on the pages, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from engine.bootstrap import Engine
from engine.types import SYSTEM, SearchRequest
from tests.webapi.pages.visitor import Visitor

Filing = Callable[..., tuple[str, str]]
Staff = Callable[..., Visitor]

ASSESSMENT = {
    "inScope": "yes",
    "category": "defective-goods",
    "severity": "medium",
    "complexity": "normal",
    "impact": "one",
    "immediateAction": "none",
}


def task_of(engine: Engine, reference: str) -> int:
    found = engine.tasks.search(SYSTEM, SearchRequest(filter={"business_id": reference, "state": "CREATED"}))
    return found.items[0].user_task_key


def assessment(visitor: Visitor) -> dict[str, str]:
    """Right answers, with the first category of the list."""
    options = visitor.page.xpath("//select[@name='category']/option/@value")
    return {**ASSESSMENT, "category": options[1]}


def test_a_stranger_is_asked_to_log_in_and_then_goes_on(app: Flask, staff: Staff) -> None:
    staff("anna", "front-office")
    visitor = Visitor(client=app.test_client()).open("/tasks?pile=unclaimed")
    assert visitor.one("//h1").text == "Log in"
    assert visitor.one("//main//input[@name='next']").get("value") == "/tasks?pile=unclaimed"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(app: Flask, staff: Staff) -> None:
    staff("anna", "front-office")
    pages = []
    for username in ("anna", "nobody"):
        visitor = Visitor(client=app.test_client()).open("/log-in")
        visitor.send("/log-in", {"username": username, "password": "wrong"})
        assert visitor.status == 422
        pages.append(visitor.text)
    assert pages[0] == pages[1]


def test_logging_out_closes_the_pages(staff: Staff) -> None:
    anna = staff("anna", "front-office")
    anna.open("/tasks").send("/log-out")
    assert anna.open("/tasks").one("//h1").text == "Log in"


def test_a_task_is_claimed_filled_in_and_completed(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    reference, _ = file_complaint()
    anna = staff("anna", "front-office")
    anna.open("/tasks?pile=unclaimed")
    assert anna.one("//tbody/tr").get("data-case") == reference
    anna.open(anna.page.xpath("//tbody//th/a/@href")[0])
    assert anna.page.xpath("//fieldset[@disabled]")
    anna.send("/claim")
    assert "The task is yours." in anna.text
    assert "It broke after one day of use." in anna.text
    anna.send("/complete", assessment(anna))
    assert anna.text.count("Done:") == 1
    assert in_force.complaints.get(SYSTEM, reference).severity == "medium"


def test_wrong_answers_come_back_with_what_was_entered(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    key = task_of(in_force, file_complaint()[0])
    anna = staff("anna", "front-office")
    anna.open(f"/tasks/{key}").send("/claim")
    anna.send("/complete", {"severity": "high", "note": "Ring them back <soon>"})
    assert anna.status == 422
    assert "#f-category" in anna.page.xpath("//*[contains(@class, 'error-summary')]//a/@href")
    assert anna.one("//*[@name='note']").text.strip() == "Ring them back <soon>"
    assert anna.page.xpath("//input[@name='severity'][@value='high']/@checked")
    assert in_force.tasks.get(SYSTEM, key).state == "CREATED"


def test_of_two_who_claim_one_wins_and_the_other_is_told(
    staff: Staff, file_complaint: Filing, in_force: Engine
) -> None:
    key = task_of(in_force, file_complaint()[0])
    anna, ben = staff("anna", "front-office"), staff("ben", "front-office")
    anna.open(f"/tasks/{key}")
    ben.open(f"/tasks/{key}")
    anna.send("/claim")
    ben.send("/claim")
    assert ben.status == 409
    assert "A colleague has already claimed this task." in ben.text
    assert "anna is working on this task." in ben.text


def test_a_task_is_not_completed_twice(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    key = task_of(in_force, file_complaint()[0])
    anna = staff("anna", "front-office")
    anna.open(f"/tasks/{key}").send("/claim")
    answers = {**assessment(anna), "csrf_token": anna.form("/complete").fields["csrf_token"]}
    anna.send("/complete", answers)
    again = anna.client.post(f"/tasks/{key}/complete", data=answers)
    assert again.status_code == 409
    assert "already been completed" in again.text


def test_a_released_task_is_back_with_its_group(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    key = task_of(in_force, file_complaint()[0])
    anna = staff("anna", "front-office")
    anna.open(f"/tasks/{key}").send("/claim").send("/release")
    assert "back with its group" in anna.text
    assert in_force.tasks.get(SYSTEM, key).assignee is None


def test_a_manager_gives_a_task_to_somebody(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    key = task_of(in_force, file_complaint()[0])
    anna, mona = staff("anna", "front-office"), staff("mona", "managers")
    mona.open(f"/tasks/{key}").send("/assign", {"assignee": "nobody-known"})
    assert mona.status == 422
    mona.open(f"/tasks/{key}").send("/assign", {"assignee": "anna"})
    assert "anna has the task now." in mona.text
    assert anna.open("/tasks?pile=mine").page.xpath("//tbody/tr")
    assert not [form for form in anna.open(f"/tasks/{key}").page.forms if (form.action or "").endswith("/assign")]


def test_another_groups_task_is_not_there(staff: Staff, file_complaint: Filing, in_force: Engine) -> None:
    key = task_of(in_force, file_complaint()[0])
    rita = staff("rita", "reviewers")
    assert rita.open("/tasks?pile=my-groups").page.xpath("//tbody/tr") == []
    assert rita.open(f"/tasks/{key}").status == 404


@pytest.mark.parametrize(("text", "hits"), [("C-20", 2), ("000", 2), ("assess", 2), ("zzz", 0), ("c-2026-999999", 0)])
def test_tasks_are_found_by_reference_and_kind(staff: Staff, file_complaint: Filing, text: str, hits: int) -> None:
    file_complaint()
    file_complaint(description="Another thing that went wrong.")
    anna = staff("anna", "front-office")
    assert len(anna.open(f"/tasks?pile=my-groups&q={text}").page.xpath("//tbody/tr")) == hits


def test_a_long_list_is_read_page_by_page(
    staff: Staff, file_complaint: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapi.tasklist.inbox.PAGE", 2)
    filed = {file_complaint(description=f"Thing number {n} went wrong.")[0] for n in range(3)}
    anna = staff("anna", "front-office")
    first = anna.open("/tasks?pile=my-groups&sort=oldest").page
    rest = anna.open(first.xpath("//a[@rel='next']/@href")[0]).page
    seen = [row.get("data-case") for page in (first, rest) for row in page.xpath("//tbody/tr")]
    assert len(seen) == 3
    assert set(seen) == filed


@pytest.mark.parametrize("address", ["/tasks?pile=zzz&sort=zzz", "/tasks?q=%25_*?", "/tasks?q=" + "x" * 5_000])
def test_strange_addresses_do_no_harm(staff: Staff, address: str) -> None:
    assert staff("anna", "front-office").open(address).status == 200


@pytest.mark.parametrize("address", ["/tasks?after=zzz", "/tasks?q=%00", "/tasks/99999999999999999999", "/tasks/1"])
def test_addresses_that_lead_nowhere_say_so(staff: Staff, address: str) -> None:
    assert staff("anna", "front-office").open(address).status in {400, 404}
