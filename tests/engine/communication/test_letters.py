"""Every shipped letter can be written in both languages and says what it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.communication import CODE_MARK, LETTERS, NOTICES, Letters, load_letters, with_code, without_code
from engine.errors import ConfigurationInvalid
from engine.settings import library

LETTERS_FOLDER = library("config") / "letters"
SHIPPED = load_letters([LETTERS_FOLDER])
FACTS = {
    "reference": "C-2026-000001",
    "name": "Ann",
    "received": "2 March 2026",
    "status_url": "https://complaints.example/follow",
    "code": CODE_MARK,
    "promises": {"final_response": "30 March 2026", "complainant_reply": "13 April 2026"},
    "decision": "partly-upheld",
    "remedy": "Repair",
    "amount": "25.00",
    "review_outcome": "changed",
    "external_body": "the disputes body",
    "notes": {"reasons": "It broke <twice> & again.", "response": "We were wrong.", "question": "When?"},
}


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_names_the_case_and_the_way_to_its_status(letter: str, language: str) -> None:
    written = SHIPPED.write(letter, language, FACTS)
    assert written.language == language
    assert "C-2026-000001" in written.subject
    assert "https://complaints.example/follow" in written.body
    assert "{%" not in written.body
    assert "\n\n\n" not in written.body


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_can_be_written_with_the_barest_facts(letter: str, language: str) -> None:
    bare = {
        "reference": "C-1",
        "promises": {},
        "notes": {},
        "external_body": "the body",
        "status_url": "u",
        "code": "c",
    }
    assert "None" not in SHIPPED.write(letter, language, bare).body


def test_the_response_gives_decision_reasons_remedy_and_next_steps() -> None:
    body = SHIPPED.write("response", "en", FACTS).body
    for told in ("right in part", "It broke <twice> & again.", "Repair: 25.00", "13 April 2026", "the disputes body"):
        assert told in body


def test_the_code_is_in_the_mail_and_not_in_what_is_shown() -> None:
    body = SHIPPED.write("acknowledgement", "en", FACTS).body
    assert "7K2MA" in with_code(body, "7K2MA-AAAAA-AAAAA-AAAAA")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_is_shown_says_nothing_of_the_code(language: str) -> None:
    body = SHIPPED.write("acknowledgement", language, FACTS).body
    shown = without_code(body)
    left_out = [line for line in body.split("\n") if line and line not in shown]
    assert [CODE_MARK in line for line in left_out] == [True, False]  # the code, and to keep it


def test_an_unknown_language_is_answered_in_english_and_a_region_in_its_language() -> None:
    assert SHIPPED.write("survey", "tlh", FACTS).language == "en"
    assert SHIPPED.write("survey", "nl-BE", FACTS).language == "nl"


def test_an_own_letter_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "survey.txt").write_text("Tell us ({{ reference }})\nPlease.")
    written = load_letters([LETTERS_FOLDER, tmp_path]).write("survey", "en", FACTS)
    assert (written.subject, written.body) == ("Tell us (C-2026-000001)", "Please.\n")


@pytest.mark.parametrize(
    "template", ["{{ reference.__class__.__mro__ }}", "{{ ''.__class__.__base__.__subclasses__() }}"]
)
def test_templates_reach_nothing_but_their_facts(template: str) -> None:
    sources = {"en": dict.fromkeys((*LETTERS, *NOTICES), f"Subject\n{template}")}
    with pytest.raises(ConfigurationInvalid):
        Letters(sources).write("survey", "en", FACTS)


def test_a_broken_or_missing_letter_is_told_at_the_start() -> None:
    with pytest.raises(ConfigurationInvalid):
        Letters({"en": dict.fromkeys((*LETTERS, *NOTICES), "S\n{% if %}")})
    with pytest.raises(ConfigurationInvalid):
        Letters({"en": {"survey": "S\n"}})
