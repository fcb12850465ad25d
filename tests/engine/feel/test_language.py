"""The language, case by case: expectations from the text of DMN 1.5."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.feel.feeling import shown


def _cases() -> list[tuple[str, str]]:
    lines = Path(__file__).with_name("cases.txt").read_text(encoding="utf-8").splitlines()
    split = [line.rpartition(" => ") for line in lines if line and not line.startswith("#")]
    return [(text, want) for text, _, want in split]


@pytest.mark.parametrize(("text", "want"), _cases())
def test_value(text: str, want: str) -> None:
    assert shown(text) == want
