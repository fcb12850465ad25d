"""The DMN Technology Compatibility Kit: every case passes, but for those that `kit_failures.toml` lists."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.engine.dmn.kit import SUITE, failures_of

KNOWN = tomllib.loads(Path(__file__).with_name("kit_failures.toml").read_text(encoding="utf-8"))
LEAST: dict[str, float] = KNOWN.pop("least")
FILES = sorted(SUITE.glob("compliance-level-*/*/*-test-*.xml"))
pytestmark = pytest.mark.skipif(not FILES, reason="the kit is not there: ../shared/suites/dmn-tck")


@cache
def failing(test_file: Path) -> tuple[int, frozenset[str]]:
    cases, failures = failures_of(test_file)
    return cases, frozenset(failure.case for failure in failures)


@pytest.mark.parametrize("test_file", FILES, ids=lambda path: path.stem)
def test_cases(test_file: Path) -> None:
    known = KNOWN.get(test_file.parent.name, {}).get("cases", [])
    assert failing(test_file)[1] == set(known)


@pytest.mark.parametrize("level", LEAST)
def test_level(level: str) -> None:
    results = [failing(path) for path in FILES if path.parts[-3] == level]
    cases, failed = sum(count for count, _ in results), sum(len(found) for _, found in results)
    assert cases
    assert 100 * (cases - failed) / cases >= LEAST[level]
