"""The main job in a browser: a complaint from receipt to closure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.bootstrap import Engine
from tests.e2e import people

pytestmark = pytest.mark.e2e

ASSESSMENT = {
    "inScope": "yes",
    "category": "",
    "severity": "medium",
    "complexity": "normal",
    "impact": "one",
    "immediateAction": "none",
}


def test_a_complaint_from_receipt_to_closure(visit: Callable[..., Page], log_in: Callable[..., Page]) -> None:
    complainant = visit()
    filed = people.file_complaint(complainant)
    frida, carl = log_in("frida"), log_in("carl")

    people.open_task(frida, "assess", filed.reference)
    expect(frida.get_by_text(people.DESCRIPTION)).to_be_visible()
    people.complete(frida, **ASSESSMENT)
    people.open_task(carl, "plan-investigation", filed.reference)
    people.complete(carl, depth="light", plan="Ring the fitter.")
    people.open_task(carl, "find-facts", filed.reference)
    people.complete(carl, findings="No fitter was sent.", needInformation="yes", question="When are you at home?")

    people.enter_code(visit(), filed.code)
    complainant.goto("/follow/case")
    expect(complainant.locator("#question")).to_contain_text("When are you at home?")
    complainant.locator("#question textarea").fill("On Tuesday.")
    complainant.locator("#question button").click()
    expect(complainant.locator("[data-status]")).to_have_attribute("data-status", "investigating")

    people.open_task(carl, "find-facts", filed.reference)
    people.complete(carl, findings="No fitter was sent.", needInformation="no")
    people.open_task(carl, "decide", filed.reference)
    people.complete(
        carl, outcome="upheld", remedy="", response="You are right. We come on Tuesday.", reasons="See file."
    )

    complainant.reload()
    expect(complainant.locator("#respond")).to_contain_text("You are right. We come on Tuesday.")
    complainant.get_by_role("button", name="I accept the answer").click()
    expect(complainant.get_by_text("You have accepted our answer.")).to_be_visible()

    people.open_task(carl, "carry-out-remedy", filed.reference)
    people.complete(carl, remedyCost="0", remedyRemark="Mended.")
    people.open_task(frida, "verify-remedy", filed.reference)
    people.complete(frida, verified="yes", remark="Rang them: it works.")
    people.open_task(carl, "close", filed.reference)
    people.complete(carl, cause="", systemic="single", actionNeeded="no")

    complainant.reload()
    expect(complainant.locator("[data-status]")).to_have_attribute("data-status", "closed")
    expect(complainant.get_by_text("You accepted our answer.")).to_be_visible()


def test_without_any_script_a_complaint_is_filed_assessed_and_followed(
    visit: Callable[..., Page], log_in: Callable[..., Page]
) -> None:
    complainant = visit(java_script_enabled=False)
    filed = people.file_complaint(complainant)
    frida = log_in("frida", java_script_enabled=False)
    frida.goto(f"/tasks?pile=my-groups&q={filed.reference}")
    frida.locator("tbody th a").click()
    frida.get_by_role("button", name="Claim").click()
    frida.locator("select[name=category]").select_option(index=1)
    for name, value in ASSESSMENT.items():
        if value:
            frida.locator(f"input[name='{name}'][value='{value}']").check()
    frida.get_by_role("button", name="Complete", exact=True).click()
    expect(frida.locator("main")).to_contain_text("Done:")
    complainant.goto("/follow/case")
    expect(complainant.locator("[data-status]")).to_have_attribute("data-status", "investigating")


def test_fields_come_and_go_while_typing(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/complain")
    page.locator("#f-description").fill("Typed before the fields are drawn anew.")
    page.locator("#f-anonymous").check()
    expect(page.locator("#f-name")).to_have_count(0)
    expect(page.locator("#f-description")).to_have_value("Typed before the fields are drawn anew.")
    page.locator("#f-anonymous").uncheck()
    expect(page.locator("#f-name")).to_be_visible()


def test_the_error_summary_leads_to_the_field(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/complain")
    page.locator("main form button").last.click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.locator("#f-description")).to_be_focused()


def test_the_list_is_searched_while_typing(
    visit: Callable[..., Page], log_in: Callable[..., Page], live: tuple[str, Engine]
) -> None:
    filed = people.file_complaint(visit())
    frida = log_in("frida")
    frida.goto("/tasks?pile=my-groups")
    frida.get_by_role("searchbox").fill(filed.reference)
    expect(frida.locator("tbody tr")).to_have_count(1)
    expect(frida.locator("tbody tr")).to_have_attribute("data-case", filed.reference)
    assert filed.reference in frida.url
