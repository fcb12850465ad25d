"""The case pages of staff."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from lxml import etree
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.complaints import Receipt
from engine.store.record import ReadEntry
from engine.types import SYSTEM
from tests.webapi.pages.visitor import Visitor

Filing = Callable[..., tuple[str, str]]
Staff = Callable[..., Visitor]


@pytest.fixture
def anna(staff: Staff) -> Visitor:
    """Somebody of the front office."""
    return staff("anna", "front-office")


def test_a_case_shows_complaint_clocks_and_where_it_stands(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint(remedySought="A new one")
    text = anna.open(f"/cases/{reference}").text
    for said in ("It broke after one day of use.", "A new one", "Jo Vermeer", "Final answer", "Now at:"):
        assert said in text


def test_a_date_is_explained_step_by_step(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    text = anna.open(f"/cases/{reference}").text
    assert "The clock started on" in text
    assert "working days, until" in text
    assert "It ends at close of business" in text


def test_the_diagram_is_there_for_whoever_may_read_the_case(
    anna: Visitor, staff: Staff, file_complaint: Filing
) -> None:
    reference, _ = file_complaint()
    address = anna.open(f"/cases/{reference}").one("//*[@data-viewer]").get("data-xml")
    answer = anna.client.get(address)
    assert etree.fromstring(answer.data).tag.endswith("definitions")
    assert staff("ines", "process-owners").client.get(address).status_code == 403


def test_reading_a_case_is_logged(anna: Visitor, file_complaint: Filing, in_force: Engine) -> None:
    reference, _ = file_complaint()
    anna.open(f"/cases/{reference}")
    with in_force.units() as uow:
        seen = {tuple(row) for row in uow.session.execute(select(ReadEntry.subject, ReadEntry.actor))}
    assert seen == {(reference, "anna")}


def test_staff_write_to_the_complainant(anna: Visitor, visitor: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    anna.open(f"/cases/{reference}").send("/messages", {"text": "We rang you,\nbut nobody was in."})
    assert "Your message has been sent." in anna.text
    assert "We rang you," in visitor.open("/follow/case").text


def test_an_empty_message_is_refused_on_the_page(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    anna.open(f"/cases/{reference}").send("/messages", {"text": "  "})
    assert anna.status == 422
    assert "That did not work" in anna.text


def test_staff_add_files_and_read_them(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    anna.open(f"/cases/{reference}").send("/attachments", {"files": (io.BytesIO(b"what we found"), "findings.txt")})
    answer = anna.client.get(anna.page.xpath("//ul[@class='files']//a/@href")[0])
    assert answer.data == b"what we found"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_cases_are_searched(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    file_complaint(description="Another thing that went wrong.")
    assert len(anna.open("/cases").page.xpath("//tbody/tr")) == 2
    assert anna.open(f"/cases?q={reference[-6:]}").one("//tbody//th/a").text == reference
    assert anna.open("/cases?status=closed").page.xpath("//tbody/tr") == []
    assert len(anna.open("/cases?status=open&severity=zzz").page.xpath("//tbody/tr")) == 2


@pytest.mark.parametrize("words", ["vermeer", "BROKE day", "toaster", "jo toaster use"])
def test_cases_are_found_by_words_and_that_is_logged(
    anna: Visitor, file_complaint: Filing, in_force: Engine, words: str
) -> None:
    reference, _ = file_complaint(productOrService="Toaster 100%")
    file_complaint(description="Another thing that went wrong.", name="Kim")
    assert anna.open(f"/cases?q={words}").one("//tbody//th/a").text == reference
    with in_force.units() as uow:
        seen = {tuple(row) for row in uow.session.execute(select(ReadEntry.subject, ReadEntry.part, ReadEntry.actor))}
    assert seen == {(reference, "search by words", "anna")}


@pytest.mark.parametrize("words", ["%", "_", "toaster vermeer kim", "' OR 1=1 --"])
def test_words_are_taken_as_they_are(anna: Visitor, file_complaint: Filing, words: str) -> None:
    file_complaint(productOrService="Toaster")
    assert "No case fits." in anna.open(f"/cases?q={words.replace('%', '%25')}").text


def test_an_unknown_case_is_not_found(anna: Visitor) -> None:
    assert anna.open("/cases/C-2026-999999").status == 404
    assert "Page not found" in anna.text


def test_english_dates_have_the_day_before_the_month(anna: Visitor, file_complaint: Filing) -> None:
    anna.open(f"/cases/{file_complaint()[0]}")
    assert re.search(r"\b\d{1,2} [A-Z][a-z]+( 2026)?", anna.text)
    assert not re.search(r"\b(January|February|March|April|Jan|Feb|Mar|Apr) \d{1,2}\b(?!\d)", anna.text)


def test_staff_read_in_their_language_where_a_case_stands(anna: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    anna.language = "nl"
    assert "De klacht beoordelen" in anna.open(f"/cases/{reference}").text
    assert "De klacht beoordelen" in anna.open("/tasks?pile=my-groups").text


def test_the_answer_is_put_off_with_reasons(anna: Visitor, visitor: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    anna.open(f"/cases/{reference}")
    anna.send("/extension", {"until": "2026-03-03", "reason": "The supplier has not answered."})
    assert anna.status == 422
    assert "must lie after" in anna.text
    anna.send("/extension", {"until": "2026-05-29", "reason": "The supplier has not answered."})
    assert "Answer put off, and the complainant told" in anna.text
    assert "The date was put off to" in anna.text
    visitor.open("/follow/case")
    assert "29 May 2026" in visitor.text


def test_dates_that_are_no_dates_are_told(anna: Visitor, file_complaint: Filing) -> None:
    anna.open(f"/cases/{file_complaint()[0]}").send("/extension", {"until": "soon", "reason": "Why not."})
    assert anna.status == 422
    assert "Enter the new date." in anna.text


def test_staff_stop_our_clocks_and_the_ledger_is_shown(anna: Visitor, file_complaint: Filing) -> None:
    anna.open(f"/cases/{file_complaint()[0]}")
    assert "Used: 0 days of 20 working days." in anna.text
    anna.send("/clock-suspension", {"reason": "third-party", "until": ""})
    assert (anna.status, "Enter a day within the coming year." in anna.text) == (422, True)
    anna.send("/clock-suspension", {"reason": "third-party", "until": "2026-03-13"})
    assert "Clocks stand still: until somebody outside has done their part" in anna.text
    assert "Stood still 1 time" in anna.text
    assert anna.page.xpath("//form[contains(@action, 'clock-suspension')]") == []
    anna.send("/clock-resumption")
    assert "The clocks go on." in anna.text
    assert anna.page.xpath("//form[contains(@action, 'clock-resumption')]") == []


def test_a_case_that_waits_for_its_file_says_so(anna: Visitor, engine: Engine) -> None:
    receipt = Receipt(description="They will not pay.", anonymous=True, regime="eu-adr")
    filed = engine.complaints.receive(SYSTEM, receipt)
    anna.open(f"/cases/{filed.reference}")
    assert "These clocks start when the file is complete:" in anna.text
    anna.send("/file-completion")
    assert "The clocks that waited for the file have started." in anna.text
    assert "The file is complete: clocks that waited for it have started" in anna.text
    assert "Used: 0 days of 90 days." in anna.text
