"""Trials over the shipped configuration, and a short way to write a file of tests."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from engine.bootstrap import make_trials
from engine.processes import Resource
from engine.settings import Settings
from engine.trials import Report, Trials

Run = Callable[..., Report]


@pytest.fixture(scope="session")
def trials() -> Trials:
    """What runs scenarios: the configuration is read once."""
    return make_trials(Settings())


@pytest.fixture
def run(trials: Trials) -> Run:
    """`run(text, diagram, ...)`: the scenarios of a file over these files."""

    def over(text: str, *files: Resource) -> Report:
        tests = [Resource(name="tests.yaml", content=dedent(text).encode())]
        return trials.run(trials.shelf(trials.read(files)), tests)

    return over


def told(report: Report) -> list[tuple[int | None, str, str]]:
    """Line, rule and message of everything that is wrong."""
    return [(f.line, f.rule, f.message) for outcome in report.outcomes for f in outcome.findings]
