"""What somebody without an account can do on the pages, without a script."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine as Database
from sqlalchemy import select, update

from engine.bootstrap import Engine
from engine.settings import Settings
from engine.store.complaint import Complaint
from engine.store.survey_answer import SurveyAnswer
from engine.types import SYSTEM, SearchRequest
from tests.webapi.pages.visitor import Visitor
from webapi.app import create_app
from webapi.sessions import Sessions

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}")
Filing = Callable[..., tuple[str, str]]


def count(engine: Engine) -> int:
    return engine.complaints.search(SYSTEM, SearchRequest()).total_items


def test_the_front_page_says_how_complaints_are_handled(visitor: Visitor) -> None:
    text = visitor.open("/").text
    for said in ("20 working days", "free", "If we cannot agree", "Your data"):
        assert said in text


def test_a_complaint_is_filed_and_can_be_followed(visitor: Visitor, file_complaint: Filing) -> None:
    reference, code = file_complaint()
    assert CODE.fullmatch(code)
    visitor.open("/follow/case")
    assert visitor.one("//h1").text == reference
    assert "Our answer, at the latest" in visitor.text
    assert "We have received your complaint" in visitor.text


def test_the_code_works_in_another_browser_however_it_is_typed(app: Flask, file_complaint: Filing) -> None:
    reference, code = file_complaint()
    other = Visitor(client=app.test_client())
    other.open("/follow").send("/follow", {"code": f"  {code.lower().replace('-', ' ')} "})
    assert other.one("//h1").text == reference


def test_no_address_ever_holds_the_code(visitor: Visitor, file_complaint: Filing) -> None:
    _, code = file_complaint()
    visitor.open("/follow/case").send("/messages", {"message": "One thing more."})
    assert visitor.addresses
    assert not any(code[:5] in address for address in visitor.addresses)


def test_a_wrong_code_and_an_unknown_one_get_the_same_answer(visitor: Visitor) -> None:
    pages = []
    for code in ("nonsense", "00000-00000-00000-00000", "'; --", "0" * 60):
        visitor.open("/follow").send("/follow", {"code": code})
        assert visitor.status == 422
        pages.append(visitor.text)
    assert len(set(pages)) == 1


def test_a_form_that_is_sent_twice_files_one_complaint(visitor: Visitor, in_force: Engine) -> None:
    visitor.open("/complain")
    form = visitor.page
    answers = {"description": "It broke after one day of use.", "name": "Jo"}
    visitor.send("/complain", answers)
    first = visitor.one("//*[@data-code]").text
    token = next(f for f in form.forms if f.action == "/complain").fields["form-token"]
    visitor.open("/complain").send("/complain", {**answers, "form-token": token})
    assert visitor.one("//*[@data-code]").text == first
    assert count(in_force) == 1


def test_what_is_missing_is_named_and_nothing_typed_is_lost(visitor: Visitor, in_force: Engine) -> None:
    visitor.open("/complain").send("/complain", {"description": "Too", "email": "no-address", "phone": "020 1234567"})
    assert visitor.status == 422
    links = visitor.page.xpath("//*[contains(@class, 'error-summary')]//a/@href")
    assert links == ["#f-description", "#f-name", "#f-email"]
    for link in links:
        assert visitor.page.get_element_by_id(link[1:]).get("aria-invalid") == "true"
    assert visitor.one("//*[@id='f-phone']").get("value") == "020 1234567"
    assert count(in_force) == 0


def test_an_anonymous_complaint_needs_no_name(visitor: Visitor, in_force: Engine) -> None:
    answers = {"description": "It broke after one day of use.", "anonymous": "true", "name": "Jo"}
    visitor.open("/complain").send("/complain", answers)
    found = in_force.complaints.get(SYSTEM, visitor.one("//*[@data-reference]").text)
    assert found.anonymous
    assert not any(party.name for party in found.parties.values())


def test_steered_fields_are_drawn_anew(visitor: Visitor) -> None:
    visitor.open("/complain")
    token = visitor.form("/complain").fields["csrf_token"]
    answer = visitor.client.post("/complain/fields", data={"csrf_token": token, "anonymous": "true", "phone": "x"})
    assert answer.status_code == 200
    assert 'id="f-name"' not in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("text", ["a null\0byte in it", "x" * 60_000])
def test_what_cannot_be_kept_is_refused_kindly(visitor: Visitor, in_force: Engine, text: str) -> None:
    visitor.open("/complain").send("/complain", {"description": text, "name": "Jo"})
    assert visitor.status in {400, 413, 422}
    assert visitor.one("//h1").text
    assert count(in_force) == 0


def test_a_huge_form_is_refused_before_it_is_read(visitor: Visitor, in_force: Engine) -> None:
    visitor.open("/complain").send("/complain", {"description": "x" * 10_000_000, "name": "Jo"})
    assert visitor.status in {413, 422}
    assert "too l" in visitor.text
    assert count(in_force) == 0


def test_a_robot_that_fills_in_everything_is_not_heard(visitor: Visitor, in_force: Engine) -> None:
    visitor.open("/complain").send("/complain", {"description": "Buy now, buy here.", "name": "x", "website": "x"})
    assert visitor.status == 400
    assert count(in_force) == 0


def test_a_form_from_elsewhere_is_refused(visitor: Visitor) -> None:
    assert visitor.client.post("/complain", data={"description": "It broke after one day."}).status_code == 400


def test_files_can_be_sent_along_and_read_again(visitor: Visitor) -> None:
    note = (io.BytesIO(b"the receipt, as text"), "receipt.txt")
    answers = {"description": "It broke after one day of use.", "name": "Jo", "attachments": note}
    visitor.open("/complain").send("/complain", answers)
    link = visitor.open("/follow/case").page.xpath("//ul[@class='files']//a/@href")
    answer = visitor.client.get(link[0])
    assert answer.data == b"the receipt, as text"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_messages_go_both_ways(visitor: Visitor, file_complaint: Filing, in_force: Engine) -> None:
    reference, _ = file_complaint()
    visitor.open("/follow/case").send("/messages", {"message": "One <b>thing</b> more."})
    in_force.complaints.write(SYSTEM, reference, "Thank you,\nwe read it.")
    visitor.open("/follow/case")
    assert "One <b>thing</b> more." in visitor.text
    assert "Thank you," in visitor.text


def test_a_complaint_can_be_withdrawn_but_not_by_accident(visitor: Visitor, file_complaint: Filing) -> None:
    file_complaint()
    visitor.open("/follow/case").send("/withdrawal")
    assert visitor.status == 422
    visitor.open("/follow/case").send("/withdrawal", {"sure": "yes"})
    assert "You withdrew your complaint." in visitor.text
    assert not [form for form in visitor.page.forms if (form.action or "").endswith("/withdrawal")]


def test_leaving_forgets_the_code(visitor: Visitor, file_complaint: Filing) -> None:
    reference, _ = file_complaint()
    visitor.open("/follow/case").send("/follow/leave")
    assert reference not in visitor.open("/follow/case").text
    assert reference not in visitor.open("/complain/receipt").text


def test_the_language_is_the_browsers_until_another_is_chosen(visitor: Visitor) -> None:
    visitor.language = "nl-BE"
    assert visitor.open("/").one("/html").get("lang") == "nl"
    assert "Klagen is gratis" in visitor.text
    visitor.send("/language", button="language=en")
    assert visitor.one("/html").get("lang") == "en"
    assert visitor.open("/complain").one("//h1").text == "File a complaint"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_nobody_is_sent_to_another_site(visitor: Visitor, target: str) -> None:
    visitor.open("/")
    token = visitor.form("/language").fields["csrf_token"]
    answer = visitor.client.post("/language", data={"csrf_token": token, "language": "nl", "next": target})
    assert answer.headers["Location"] == "/"


def test_guessing_codes_is_slowed_down_and_a_right_one_is_not(
    in_force: Engine, settings: Settings, request_sessions: Sessions, file_complaint: Filing
) -> None:
    reference, code = file_complaint()
    guarded = create_app(in_force, replace(settings, rate_limits=True), request_sessions)
    reader, guesser = (Visitor(client=guarded.test_client()) for _ in range(2))
    for _ in range(12):
        reader.open("/follow").send("/follow", {"code": code})
        assert reader.one("//h1").text == reference
        reader.send("/follow/leave")
    answers = [guesser.open("/follow").send("/follow", {"code": "00000"}).status for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert "Wait a minute" in guesser.text


def test_the_survey_is_the_librarys_form_and_is_answered_once(
    visitor: Visitor, file_complaint: Filing, in_force: Engine, database: Database
) -> None:
    reference, _ = file_complaint()
    with database.begin() as connection:
        opened = update(Complaint).where(Complaint.reference == reference).values(survey_open=True)
        connection.execute(opened)
    visitor.open("/follow/case").send("/survey", {"keptInformed": "4"})
    assert visitor.status == 422
    assert visitor.page.xpath("//input[@name='keptInformed'][@value='4']/@checked")
    visitor.send("/survey", {"overall": "5"})
    assert visitor.status == 200
    assert not [form for form in visitor.page.forms if (form.action or "").endswith("/survey")]
    with in_force.units() as uow:
        kept = {row.question: row.answer for row in uow.session.scalars(select(SurveyAnswer))}
    assert kept == {"keptInformed": "4", "overall": "5"}
