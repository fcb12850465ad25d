"""Every text of the pages exists in Dutch, and every code of the engine has words."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import engine
from engine.complaints.events import Event
from engine.errors import AmendsError
from engine.tasks.forms.answers import SENTENCES
from webapi.forms.findings import RULES
from webapi.pages import words
from webapi.portal.steps import STATUS_TEXT

WEBAPI = Path(__file__).parents[3] / "webapi"
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "lazy": None, "_l": None}
PLACE = re.compile(r"%\(\w+\)s")


def used() -> set[str]:
    with (WEBAPI / "translations" / "babel.cfg").open() as text:
        mapping, options = parse_mapping_cfg(text)
    found = extract_from_dir(WEBAPI, mapping, options, keywords=KEYWORDS)
    return {
        ids if isinstance(ids, str) else ids[0] for file, _, ids, *_ in found if not file.startswith(("ui/", "cli/"))
    }


@pytest.fixture(scope="module", params=["nl"])
def catalogue(request: pytest.FixtureRequest) -> dict[str, Message]:
    path = WEBAPI / "translations" / request.param / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as text:
        messages = read_po(text, locale=request.param)
    return {m.id if isinstance(m.id, str) else m.id[0]: m for m in messages if m.id}


def test_every_text_is_translated(catalogue: dict[str, Message]) -> None:
    translated = {key for key, message in catalogue.items() if message.string and all(texts(message.string))}
    assert used() - translated == set()


def test_no_translation_is_left_over(catalogue: dict[str, Message]) -> None:
    assert catalogue.keys() - used() == set()


def test_no_translation_loses_a_value(catalogue: dict[str, Message]) -> None:
    for key, message in catalogue.items():
        places = set(PLACE.findall(" ".join(texts(message.id))))
        for text in texts(message.string)[-1:]:
            assert set(PLACE.findall(text)) == places, key


def texts(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def all_errors(kind: type[AmendsError] = AmendsError) -> Iterator[type[AmendsError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from all_errors(inner)


def test_every_error_of_the_engine_has_words() -> None:
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    codes = {kind.code for kind in all_errors() if kind.__module__.startswith("engine.")}
    assert codes - set(words.ERROR) == set()


def test_every_rule_of_forms_has_words() -> None:
    assert set(SENTENCES) - set(RULES) == {"min", "max", "min-length", "max-length"}


def test_every_event_and_status_has_words() -> None:
    assert {event.value for event in Event} == set(words.EVENT)
    assert set(words.STATUS) == set(STATUS_TEXT)


def test_an_unknown_code_is_shown_plainly() -> None:
    assert words.word(words.STATUS, "sent-to_mars") == "Sent to mars"
