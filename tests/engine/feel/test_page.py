"""The page that teaches FEEL: each of its examples is executed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap.expressions import functions
from engine.feel import STANDARD, compile_expression, compile_unary_tests, to_text
from engine.settings import Settings
from tests.engine.feel.feeling import now, shown

PAGE = (Path(__file__).parents[3] / "docs" / "feel.md").read_text(encoding="utf-8")
VARIABLES: dict[str, Any] = json.loads(re.findall(r"```json variables\n(.*?)```", PAGE, re.DOTALL)[0])


def _examples(language: str) -> Iterator[tuple[str, str]]:
    for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL):
        for line in block.splitlines():
            text, _, want = line.rpartition(" => ")
            yield text, want


@pytest.mark.parametrize(("text", "want"), list(_examples("feel")))
def test_example(text: str, want: str) -> None:
    assert shown(text, VARIABLES) == want


def test_every_function_has_an_example() -> None:
    examples = "".join(f" {text}" for text, _ in _examples("feel"))
    assert [name for name in STANDARD if f"{name}(" not in examples] == []


@pytest.mark.parametrize(("text", "want"), list(_examples("case")))
def test_example_of_a_case(text: str, want: str, tmp_path: Path) -> None:
    deadlines = {"final_response": datetime(2026, 2, 27, 17, tzinfo=UTC), "level_1": None}
    compiled = compile_expression(text, functions=functions(Settings(data=tmp_path)))
    assert to_text(compiled.evaluate({"complaint": {"deadlines": deadlines}}, now=now).value) == want


@pytest.mark.parametrize(("text", "want"), list(_examples("cells")))
def test_cell(text: str, want: str) -> None:
    shown_value, _, cell = text.partition(" : ")
    value = shown_value if shown_value.isalpha() and shown_value != "null" else json.loads(shown_value)
    assert to_text(compile_unary_tests(cell).evaluate(value, VARIABLES, now=now).value) == want
