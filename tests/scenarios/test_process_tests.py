"""The shipped process tests: they pass, reach everything, notice changes, and say what the engine does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.bootstrap import Engine, make_trials
from engine.complaints.context import CaseContext
from engine.feel import to_feel, to_json
from engine.processes import Resource, is_tests
from engine.settings import Settings
from engine.trials import Case as MemoryCase
from engine.trials import Given, How, Report, Trials
from engine.types import Json
from tests.conftest import MONDAY
from tests.scenarios.case import ANSWERS, Case
from tests.scenarios.test_coverage import (  # fmt: skip
    asked_approved_and_done_twice,
    out_of_scope,
    refused_and_silent,
    slow_and_silent,
    withdrawn,
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@pytest.fixture(scope="module")
def trials() -> Trials:
    return make_trials(Settings())


@pytest.fixture(scope="module")
def tests(library: Path) -> Sequence[Resource]:
    """The shipped files of tests."""
    return [Resource(name=p.name, content=p.read_bytes()) for p in sorted(library.iterdir()) if is_tests(p.name)]


def run(trials: Trials, resources: Sequence[Resource], tests: Sequence[Resource], *, stop: bool = False) -> Report:
    return trials.run(trials.shelf(trials.read(resources)), tests, How(stop=stop))


def test_all_scenarios_pass_and_reach_everything(
    trials: Trials, resources: Sequence[Resource], tests: Sequence[Resource]
) -> None:
    report = run(trials, resources, tests)
    assert [(one.scenario, one.findings) for one in report.outcomes if not one.passed] == []
    assert {one.process_id: (one.missed_elements, one.missed_flows) for one in report.coverage} == {
        "complaint-handling": ((), ()),
        "investigation": ((), ()),
    }
    assert all(not one.excused for one in report.coverage)


def conditions() -> list[tuple[str, int]]:
    """Each condition of a shipped map, by file and number."""
    folder = Path(__file__).parents[2] / "workflows" / "complaint_handling"
    files = sorted(folder.glob("*.bpmn"))
    return [(f.name, n) for f in files for n, _ in enumerate(etree.parse(f).iter(f"{BPMN}conditionExpression"))]


@pytest.mark.parametrize(("file", "number"), conditions())
def test_they_notice_a_condition_that_is_turned_round(
    trials: Trials, resources: Sequence[Resource], tests: Sequence[Resource], file: str, number: int
) -> None:
    changed = []
    for resource in resources:
        root = etree.fromstring(resource.content) if resource.name == file else None
        if root is not None:
            found = list(root.iter(f"{BPMN}conditionExpression"))[number]
            found.text = f"=not({(found.text or '').lstrip('=')})"
        content = resource.content if root is None else etree.tostring(root)
        changed.append(Resource(name=resource.name, content=content))
    assert not run(trials, changed, tests, stop=True).passed


class Twin(Case):
    """A case in memory, driven by the same hands as one on the engine."""

    def __init__(self, memory: MemoryCase) -> None:
        self.memory = memory

    @property
    def now(self) -> datetime:
        return self.memory.now

    @property
    def letters(self) -> list[str]:
        return list(self.memory.letters)

    @property
    def tasks(self) -> dict[str, Any]:
        return {task.element_id: task for task in self.memory.tasks}

    def do(self, element_id: str, by: str | None = None, **answers: Json) -> None:  # noqa: ARG002 - a case's signature
        self.memory.complete(element_id, {**ANSWERS[element_id], **answers})

    def respond(self, *, accepted: bool) -> None:
        self.memory.complainant("accepts" if accepted else "refuses")

    def withdraw(self) -> None:
        self.memory.complainant("withdraws")

    def answer(self, text: str) -> None:  # noqa: ARG002 - a case's signature
        self.memory.complainant("answers")

    def to(self, instant: datetime) -> None:
        self.memory.advance_to(instant)


WAYS: tuple[Callable[[Case], None], ...] = (
    *(asked_approved_and_done_twice, slow_and_silent, refused_and_silent, out_of_scope, withdrawn),
)


def seen(engine: Engine, case: Case) -> Mapping[str, Json]:
    """What expressions read of the case on the engine."""
    with engine.units() as uow:
        context = engine.advance.hooks.contexts["complaint"](uow, case.reference)
        assert isinstance(context, CaseContext)
        return {name: to_json(to_feel(value)) for name, value in context.items()}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_case_in_memory_goes_as_on_the_engine(
    case: Case, engine: Engine, trials: Trials, resources: Sequence[Resource], way: Callable[[Case], None]
) -> None:
    twin = Twin(trials.start(trials.shelf(trials.read(resources)), "complaint-handling", Given(now=MONDAY)))
    way(case)
    way(twin)
    apart = {"reference": case.reference}  # numbers go on over all cases of an installation
    assert {**twin.memory.complaint, **apart} == seen(engine, case)
    assert twin.letters == case.letters
    assert {e: sorted(t.candidate_groups) for e, t in twin.tasks.items()} == {
        e: sorted(t.candidate_groups) for e, t in case.tasks.items()
    }
    assert (twin.memory.state == "active") == case.running
