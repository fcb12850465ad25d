"""What people do on the pages, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

DESCRIPTION = "The dishwasher leaked on its first day, and nobody came to mend it."


@dataclass(frozen=True, kw_only=True)
class Filed:
    """What a complainant keeps."""

    reference: str
    code: str


def file_complaint(page: Page) -> Filed:
    """File a complaint on the portal; the receipt stays open."""
    page.goto("/")
    page.locator("main a[href='/complain']").click()
    page.locator("#f-description").fill(DESCRIPTION)
    page.locator("#f-name").fill("Jo Vermeer")
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url("**/complain/receipt")
    reference, code = (page.locator(f"[data-{what}]").inner_text() for what in ("reference", "code"))
    return Filed(reference=reference, code=code)


def open_task(page: Page, element: str, reference: str) -> None:
    """Find the task in the list and claim it; completing a task may have claimed it already, for the next in line."""
    page.goto(f"/tasks?pile=my-groups&q={reference}")
    row = page.locator(f"tr[data-task='{element}'][data-case='{reference}']")
    row.get_by_role("link").first.click()
    claim, complete = (page.get_by_role("button", name=name) for name in ("Claim", "Complete and go on"))
    claim.or_(complete).wait_for()
    if claim.is_visible():
        claim.click()
    expect(complete).to_be_visible()


def complete(page: Page, **answers: str) -> None:
    """Fill in the open task by field key and complete it; of a list, the first entry is chosen."""
    for key, value in answers.items():
        control = page.locator(f"[name='{key}']").first
        control.wait_for(state="attached")
        kind = control.evaluate("element => element.type")
        if kind == "radio":
            page.locator(f"[name='{key}'][value='{value}']").check()
        elif kind.startswith("select"):
            control.select_option(index=1)
        else:
            control.fill(value)
    page.get_by_role("button", name="Complete", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Done:")).to_be_visible()


def enter_code(page: Page, code: str) -> None:
    """Open the status page with a code."""
    page.goto("/follow")
    page.locator("#code").fill(code)
    page.locator("main button").click()
    page.wait_for_url("**/follow/case")
