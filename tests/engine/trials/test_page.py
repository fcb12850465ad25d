"""The page for process owners names everything that can be written, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.trials import reading, reading_expected, reading_steps
from engine.trials.register import ACTS

PAGE = (Path(__file__).parents[3] / "docs" / "process-tests.md").read_text("utf-8")


def named(heading: str) -> set[str]:
    """The keys in the first column of the table under a heading, and those of steps in the second."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [row.split("|")[1:3] for row in section.splitlines() if row.startswith("| `")]
    return {key for first, _ in cells for key in re.findall(r"`([a-z-]+)", first)}


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("What is given", set(reading._GIVEN)),
        ("What is expected", set(reading_expected._EXPECT)),
        ("Steps", set(reading_steps._MORE) - {"retry"}),
    ],
)
def test_every_key_has_a_row(heading: str, keys: set[str]) -> None:
    assert named(heading) == keys


def test_what_stands_beside_steps_and_in_tasks_is_named() -> None:
    beside = {key for more in reading_steps._MORE.values() for key in more}
    for key in {*beside, "retry", *ACTS, *reading_expected._TASK, *reading_expected.STATES}:
        assert re.search(rf"`{key}\b", PAGE), key
