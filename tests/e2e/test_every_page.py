"""What every page must be: accessible in light and dark, true to the content policy, fit for a phone and for RTL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e import people

pytestmark = pytest.mark.e2e

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass(frozen=True, kw_only=True)
class Tour:
    """A walk over all pages: `stops` opens one after the other and gives its name."""

    page: Page

    def stops(self) -> Iterator[str]:
        yield from self.of_complainant()
        yield from self.of_staff()
        yield from self.of_owner()

    def of_complainant(self) -> Iterator[str]:
        self.page.goto("/")
        yield "home"
        self.page.goto("/complain")
        yield "file"
        self.page.locator("main form button").last.click()
        self.page.locator(".error-summary").wait_for()
        yield "file with errors"
        filed = people.file_complaint(self.page)
        yield "receipt"
        self.page.goto("/follow/case")
        yield "status"
        self.page.locator("main form button").first.click()
        self.page.goto("/follow")
        yield "code"
        self.page.goto(f"/nowhere/{filed.reference}")
        yield "not found"

    def of_staff(self) -> Iterator[str]:
        self.page.goto("/log-in")
        yield "log in"
        self.page.locator("#username").fill("frida")
        self.page.locator("#password").fill("a good pass phrase")
        self.page.locator("main button").click()
        self.page.wait_for_url("**/tasks")
        self.page.goto("/tasks?pile=my-groups")
        yield "tasks"
        self.page.goto("/absence")
        yield "my absence"
        self.page.goto("/tasks?pile=my-groups")
        self.page.locator("tbody th a").first.click()
        claim, complete = self.page.locator("form[action$='/claim'] button"), self.page.locator("button[value=list]")
        claim.or_(complete).wait_for()
        yield "task"
        if claim.is_visible():
            claim.click()
        complete.click()
        self.page.locator(".error-summary").wait_for()
        yield "task with errors"
        self.page.goto("/cases/new")
        yield "enter a complaint"
        self.page.locator("main form button").last.click()
        self.page.locator(".error-summary").wait_for()
        yield "enter a complaint with errors"
        self.page.locator("#f-channel-0").check()
        self.page.locator("#f-description").fill(people.DESCRIPTION)
        self.page.locator("#f-name").fill("Jo Vermeer")
        self.page.locator("main form button").last.click()
        self.page.wait_for_url("**/cases/new/receipt")
        yield "entered"
        self.page.goto("/cases")
        yield "cases"
        self.page.locator("tbody th a").first.click()
        self.page.locator("[data-viewer][data-ready]").first.wait_for()
        for closed in self.page.locator("details").all():
            closed.evaluate("element => { element.open = true }")
        yield "case"

    def of_owner(self) -> Iterator[str]:
        self.page.context.clear_cookies()
        self.page.goto("/log-in")
        self.page.locator("#username").fill("olga")
        self.page.locator("#password").fill("a good pass phrase")
        self.page.locator("main button").click()
        self.page.wait_for_url("**/tasks")
        self.page.goto("/processes")
        yield "processes"
        self.page.locator("tbody tr", has_text="complaint-handling").locator("th a").click()
        self.page.locator("ul.tabs a").last.click()
        self.page.locator("[data-viewer][data-ready]").wait_for()
        yield "process"
        version = self.page.url
        self.page.goto("/incidents")
        yield "incidents"
        self.page.locator("ul.incidents input").first.check()
        self.page.locator("main form[method=post] button").click()
        self.page.locator("input[name=sure]").wait_for(state="attached")
        yield "try again"
        self.page.goto("/incidents")
        self.page.locator("ul.incidents a").first.click()
        self.page.locator("[data-viewer][data-ready]").wait_for()
        yield "instance"
        instance = self.page.url
        for deed in ("modify", "reset", "suspend", "cancel", "variables", "restart"):
            self.page.goto(f"{instance}/do/{deed}")
            yield deed
        self.page.goto(f"{version}/migration")
        self.page.locator("main form button").click()
        self.page.locator("#told").wait_for()
        yield "migration"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_violates_wcag(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for stop in Tour(page=page).stops():
        results = Axe().run(page, options=RULES)
        if results.violations_count:
            found[stop] = [(v["id"], [n["target"] for n in v["nodes"]]) for v in results.response["violations"]]
    assert found == {}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_page_is_wider_than_a_phone(visit: Callable[..., Page], direction: str) -> None:
    page = visit(viewport={"width": 360, "height": 740})
    page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => {{ document.documentElement.dir = '{direction}' }})"
    )
    too_wide = {}
    for stop in Tour(page=page).stops():
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            too_wide[stop] = width
    assert too_wide == {}


def test_every_page_speaks_dutch(visit: Callable[..., Page]) -> None:
    page = visit(locale="nl-NL")
    for stop in Tour(page=page).stops():
        assert page.locator("html").get_attribute("lang") == "nl", stop
        for english in ("File a complaint", "Log out", "Letters and messages", "There is a problem"):
            expect(page.locator("body")).not_to_contain_text(english)


def test_the_mark_of_the_diagram_is_visible_and_uncovered(visit: Callable[..., Page]) -> None:
    page = visit()
    tour = Tour(page=page)
    list(tour.of_complainant())
    list(tour.of_staff())
    mark = page.locator(".bjs-powered-by")
    mark.scroll_into_view_if_needed()
    expect(mark).to_be_visible()
    covered = """element => {
        const box = element.getBoundingClientRect();
        return !element.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
    }"""
    assert mark.evaluate(covered) is False
    expect(page.locator(".token-active").first).to_be_visible()


def test_assets_come_compressed_and_small(visit: Callable[..., Page]) -> None:
    page = visit()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda r: sizes.update({r.url: r.sizes()["responseBodySize"]}))
    page.goto("/", wait_until="networkidle")
    assert any("/assets/" in url for url in sizes)
    assert sum(sizes.values()) < 60_000
