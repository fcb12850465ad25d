"""The shipped lists, and lists that are refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.errors import ConfigurationInvalid
from engine.settings import Settings
from engine.tasks.forms import load_catalogues

SHIPPED = load_catalogues(Settings().config_files("taxonomies"))


def test_the_shipped_lists_are_complete_and_speak_two_languages() -> None:
    assert {name: len(entries) for name, entries in SHIPPED.lists.items()} == {
        "categories": 35, "remedies": 18, "causes": 20,
    }  # fmt: skip
    assert all(set(entry.labels) == {"en", "nl"} for entries in SHIPPED.lists.values() for entry in entries)


def test_a_remedy_says_who_may_grant_how_much() -> None:
    compensation = SHIPPED.entry("remedies", "compensation")
    assert compensation is not None
    assert compensation.amount
    assert compensation.limits["case-handlers"] == Decimal(250)
    assert compensation.limits["managers"] is None


def test_labels_fall_back_and_a_removed_entry_stays_readable() -> None:
    assert SHIPPED.label("remedies", "apology", "nl-BE") == "Excuses aanbieden"
    assert SHIPPED.label("remedies", "apology", "fr") == "Apologise"
    assert SHIPPED.label("remedies", "abolished", "en") == "abolished"


@pytest.mark.parametrize(
    "text",
    [
        "entries = 1",
        "[[entries]]\nid = 'a'",
        "[[entries]]\nlabel.en = 'A'",
        "[[entries]]\nid = 'a'\nlabel.en = 'A'\n[[entries]]\nid = 'a'\nlabel.en = 'B'",
        "[[entries]]\nid = 'a'\nlabel.en = 'A'\ncolour = 'red'",
        "[[entries]]\nid = 'a'\nlabel.en = 'A'\nlimits = { x = 'much' }",
        "no toml",
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    files = {}
    for name in ("categories", "remedies", "causes"):
        files[name] = tmp_path / f"{name}.toml"
        files[name].write_text(text)
    with pytest.raises(ConfigurationInvalid):
        load_catalogues(files)
