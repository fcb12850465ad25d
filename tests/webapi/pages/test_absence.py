"""The page "My absence", and what a deputy finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM, SearchRequest
from tests.webapi.pages.visitor import Visitor

Filing = Callable[..., tuple[str, str]]
Staff = Callable[..., Visitor]
AWAY = {"first": "2026-03-02", "last": "2026-03-06", "deputy": "ben"}


@pytest.fixture
def ben(staff: Staff) -> Visitor:
    """A colleague of ann."""
    return staff("ben", "front-office")


@pytest.fixture
def ann(ben: Visitor, staff: Staff) -> Visitor:
    """Somebody who will be away."""
    return staff("ann", "front-office")


def test_an_absence_is_entered_and_ended(ann: Visitor, ben: Visitor) -> None:
    ann.open("/tasks")
    assert ann.one("//a[text()='My absence']").get("href") == "/absence"
    ann.open("/absence").send("/absence", AWAY)
    assert "Your absence has been entered." in ann.text
    assert "2 March 2026 – 6 March 2026" in ann.text
    assert "You stand in for: Ann" in ben.open("/absence").text
    ann.send("/cancellation")
    assert "your work is yours again" in ann.text
    assert "taken back" in ann.text
    assert "You stand in" not in ben.open("/absence").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last": "2026-03-01"}, "The last day lies before the first one."),
        ({"first": ""}, "Enter both days."),
        ({"deputy": ""}, "Choose a colleague"),
    ],
)
def test_what_will_not_do_is_told_and_kept(ann: Visitor, changes: dict[str, str], words: str) -> None:
    ann.open("/absence").send("/absence", {**AWAY, **changes})
    assert (ann.status, words in ann.text) == (422, True)
    assert ann.one("//input[@name='last']").get("value") == {**AWAY, **changes}["last"]
    assert "You have entered no absence." in ann.text


def test_who_has_no_colleague_is_told_whom_to_ask(staff: Staff) -> None:
    page = staff("mona", "managers").open("/absence")
    assert "Ask an administrator" in page.text
    assert page.page.xpath("//select[@name='deputy']") == []


def test_a_deputy_finds_the_pile_and_takes_over(
    ann: Visitor, ben: Visitor, in_force: Engine, file_complaint: Filing
) -> None:
    reference, _ = file_complaint()
    found = in_force.tasks.search(SYSTEM, SearchRequest(filter={"business_id": reference})).items[0]
    path = f"/tasks/{found.user_task_key}"
    ann.open(path).send("/claim")
    assert ben.open("/tasks").page.xpath("//a[contains(@href, 'for-ann')]") == []
    ann.open("/absence").send("/absence", AWAY)
    pile = ben.open("/tasks").one("//a[contains(@href, 'for-ann')]")
    assert pile.text_content().split() == ["For", "Ann", "1"]
    assert reference in ben.open(pile.get("href")).text
    ben.open(path)
    assert "ann is away, and you stand in." in ben.text
    ben.send("/claim")
    assert "for ann" in ben.text
    assert ben.page.xpath("//button[text()='Complete']")
    assert "for ann" in ben.open("/tasks?pile=mine").text


def test_the_page_speaks_dutch(ann: Visitor) -> None:
    ann.language = "nl"
    assert "Mijn afwezigheid" in ann.open("/absence").text
