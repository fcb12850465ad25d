"""A complaint on the telephone, from the case list to the code that is read out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import people

pytestmark = pytest.mark.e2e


def test_a_call_becomes_a_case(log_in: Callable[..., Page], visit: Callable[..., Page]) -> None:
    frida = log_in("frida")
    frida.goto("/cases")
    frida.get_by_role("link", name="Enter a complaint").click()
    frida.get_by_role("radio", name="Phone").check()
    frida.locator("#f-anonymous").check()
    expect(frida.locator("#f-name")).to_have_count(0)
    expect(frida.get_by_role("radio", name="Phone")).to_be_checked()
    frida.locator("#f-description").fill(people.DESCRIPTION)
    frida.get_by_role("button", name="Enter the complaint").click()
    frida.wait_for_url("**/cases/new/receipt")
    expect(frida.get_by_role("button", name="Print")).to_be_visible()
    code = frida.locator("[data-code]").inner_text()
    caller = visit()
    people.enter_code(caller, code)
    expect(caller.locator("h1")).to_have_text(frida.locator("[data-reference]").inner_text())
