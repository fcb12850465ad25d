"""A broken file of tests is told whole, each thing with its line and what may be meant."""

from __future__ import annotations

from textwrap import dedent

import pytest

from engine.trials import ProcessTestsInvalid, Trials
from engine.trials.reading import read_suite
from tests.engine.processes.diagrams import one_user_task, reminded

Told = list[tuple[int | None, str, str | None]]


@pytest.fixture
def wrong(trials: Trials) -> object:
    """`wrong(text)`: line, rule and cure of each finding."""

    def findings(text: str) -> Told:
        shelf = trials.shelf(trials.read([one_user_task(), reminded()]))
        with pytest.raises(ProcessTestsInvalid) as refused:
            read_suite("t.yaml", dedent(text).strip().encode(), shelf)
        return [(f.line, f.rule, f.cure) for f in refused.value.findings]

    return findings


def scenario(body: str) -> str:
    head = "process: reminded\nscenarios:\n  - name: a\n"
    return head + "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scenario: []", [(1, "tests-value", "List them under `scenarios`."), (1, "tests-unknown-key", "'scenarios'")]),
        ("scenarios:\n  - name: a", [(2, "tests-value", "Add `process:`.")]),
        ("process: caze\nscenarios:\n  - name: a", [(1, "tests-unknown-process", "'case'")]),
        (scenario("stepps: []"), [(4, "tests-unknown-key", "'steps'")]),
        (scenario("steps:\n  - answer: wrok"), [(5, "tests-unknown-element", "'work'")]),
        (scenario("steps:\n  - answer: start"), [(5, "tests-wrong-element", None)]),
        (scenario("steps:\n  - anser: work"), [(5, "tests-unknown-step", "'answer'")]),
        (scenario("steps:\n  - answer: work\n    wiht: {}"), [(6, "tests-unknown-key", "'with'")]),
        (scenario("steps:\n  - advance: ten days"), [(5, "tests-value", None)]),
        (scenario("steps:\n  - advance-to: 2026-03-02T10:00:00"), [(5, "tests-value", None)]),
        (scenario("steps:\n  - complainant: sleeps"), [(5, "tests-value", "answers, accepts")]),
        (scenario("steps:\n  - job: work\n    complete: {}"), [(5, "tests-wrong-element", None)]),
        (scenario("given:\n  now: yesterday"), [(5, "tests-value", None)]),
        (scenario("given:\n  complaint: {chanel: web}"), [(5, "tests-unknown-key", "'channel'")]),
        (scenario("answers:\n  remnd: {}"), [(5, "tests-unknown-element", "'remind'")]),
        (scenario("expect:\n  passes:\n    - work_ende"), [(6, "tests-unknown-element", "'work_end'")]),
        (scenario("expect:\n  tasks:\n    work:\n      asignee: me"), [(7, "tests-unknown-key", "'assignee'")]),
        (scenario("expect:\n  state: done"), [(5, "tests-value", "active")]),
        (scenario("expect:\n  complaint: {staus: closed}"), [(5, "tests-unknown-key", "'status'")]),
        (scenario("") + "  - name: a\n", [(4, "tests-value", "a name of its own")]),
        (scenario("") + "uncovered:\n  reminded:\n    lat: never\n", [(6, "tests-unknown-element", "'late'")]),
    ],
)
def test_each_mistake_is_told_where_it_is(wrong: object, text: str, told: list[tuple[int, str, str | None]]) -> None:
    found = wrong(text)  # type: ignore[operator]  # a fixture that is a function
    assert sorted((line, rule) for line, rule, _ in found) == sorted((line, rule) for line, rule, _ in told)
    cures = " ".join(str(cure) for _, _, cure in found)
    assert all(cure is None or cure in cures for _, _, cure in told)


def test_everything_that_is_wrong_is_told_at_once(wrong: object) -> None:
    text = scenario("steps:\n  - answer: wrok\n  - until: remnd\nexpect:\n  path: [strat]")
    assert [line for line, _, _ in wrong(text)] == [5, 6, 8]  # type: ignore[operator]  # a fixture that is a function


def test_usual_answers_lie_below_those_of_a_scenario(trials: Trials) -> None:
    text = """
        process: case
        answers:
          work: {a: 1, b: 2}
        scenarios:
          - name: one
            answers: {work: {b: 3}}
          - name: rounds
            answers: {work: [{a: 5}, {b: 6}]}
        """
    shelf = trials.shelf(trials.read([one_user_task()]))
    one, rounds = read_suite("t", dedent(text).encode(), shelf).scenarios
    assert one.answers == {"work": ({"a": 1, "b": 3},)}
    assert rounds.answers == {"work": ({"a": 5, "b": 2}, {"a": 1, "b": 6})}
