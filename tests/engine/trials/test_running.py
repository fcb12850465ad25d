"""Scenarios over small diagrams: each kind of step, each kind of expectation, failing with exact findings."""

from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.processes import Resource
from engine.trials import Given, How, Report, Trials
from tests.engine.processes.diagrams import (
    END,
    START,
    diagram,
    flows,
    one_job,
    one_user_task,
    reminded,
    service_task,
    user_task,
    waiting,
)
from tests.engine.processes.test_deployments import FORM
from tests.engine.trials.conftest import Run, told


def caught() -> Resource:
    """A job whose error `late` leads to `again`."""
    boundary = (
        '<bpmn:boundaryEvent id="on-late" attachedToRef="work"><bpmn:errorEventDefinition errorRef="e"/>'
        "</bpmn:boundaryEvent>"
    )
    content = START + service_task("work", "paint") + boundary + user_task("again") + END
    error = '<bpmn:error id="e" errorCode="late"/>'
    return diagram("robot", content + flows("start", "work", "end") + flows("on-late", "again", "end"), extra=error)


def test_a_way_that_is_as_expected_passes(run: Run) -> None:
    report = run(
        """
        scenarios:
          - name: reminded twice is not possible
            given: {variables: {deadline: P2D}}
            steps:
              - expect:
                  tasks: {work: {groups: [case-handlers]}}
                  timers: {late: 2026-03-04T09:00:00Z}
              - advance: P3D
              - expect: {tasks: [work, remind], timers: {late: false}}
              - answer: remind
              - answer: work
                with: {result: [1, {a: null}]}
            expect:
              state: completed
              path: [start, work, late, remind, end]
              passes: [late_remind]
              variables: {result: [1, {a: null}], deadline: P2D}
        """,
        reminded(),
    )
    assert told(report) == []
    assert report.coverage[0].percent == 100


def test_each_difference_is_told_at_its_line(run: Run) -> None:
    report = run(
        """
        scenarios:
          - name: wrong in every way
            given: {variables: {deadline: P2D, n: 5, flag: true}}
            expect:
              path: [start, remind]
              passes: [late]
              never: [work]
              tasks:
                work: {groups: [managers], priority: 7, due: 2026-03-04, assignee: me, form: f}
              timers: {late: 2026-03-05, remind: null}
              messages: [answer]
              variables:
                n: 6
                flag: 1
                other: x
              state: completed
        """,
        reminded(),
    )
    assert sorted(told(report)) == [
        (6, "scenario-path", "remind was not reached after start. The path was: start > work."),
        (7, "scenario-passes", "late was not reached. The path was: start > work."),
        (8, "scenario-never", "work was reached."),
        (10, "scenario-tasks", 'assignee of work is null, and expected is "me".'),
        (10, "scenario-tasks", 'form of work is null, and expected is "f".'),
        (10, "scenario-tasks", 'groups of work is ["case-handlers"], and expected is ["managers"].'),
        (10, "scenario-tasks", "priority of work is 50, and expected is 7."),
        (10, "scenario-tasks", "the due date of work is none, and expected is 2026-03-04."),
        (11, "scenario-timers", "No timer of remind is armed; armed are late."),
        (11, "scenario-timers", "The timer of late is due at 2026-03-04T09:00:00Z, and expected is 2026-03-05."),
        (12, "scenario-messages", "Awaited are none, and expected are answer."),
        (14, "scenario-variables", "n is 5, and expected is 6."),
        (15, "scenario-variables", "flag is true, and expected is 1."),
        (16, "scenario-variables", 'other is not there, and expected is "x".'),
        (17, "scenario-state", "The instance is active, waiting at late, work, and expected is completed."),
    ]


def test_a_step_that_cannot_be_done_ends_the_scenario_there(run: Run) -> None:
    report = run(
        """
        scenarios:
          - name: nobody is there
            steps:
              - answer: after
              - answer: before
            expect: {state: completed}
          - name: another one goes on
            given: {variables: {reference: r}}
            steps:
              - answer: before
              - message: answer
                key: r
              - answer: after
            expect: {state: completed}
        """,
        waiting(),
    )
    assert told(report) == [(5, "scenario-step", "There is no task 'after' now; there is before.")]
    assert [outcome.passed for outcome in report.outcomes] == [False, True]


def test_a_message_for_another_key_reaches_nobody(run: Run) -> None:
    report = run(
        """
        given: {variables: {reference: r}}
        scenarios:
          - name: a
            steps:
              - answer: before
              - message: answer
                key: other
        """,
        waiting(),
    )
    assert told(report) == [(7, "scenario-step", "There is no wait for the message 'answer' now; there is answer.")]


def test_jobs_end_in_three_ways(run: Run) -> None:
    report = run(
        """
        scenarios:
          - name: done
            steps: [{job: work, complete: {colour: red}}]
            expect: {state: completed, variables: {colour: red}}
          - name: an error that the diagram catches
            steps: [{job: work, error: late}]
            expect: {tasks: [again], passes: [on-late]}
          - name: an error that nobody catches
            steps: [{job: work, error: {code: broken, message: brush}}]
            expect: {incidents: {work: brush}}
          - name: tried again
            steps:
              - {job: work, fail: no paint}
              - {job: work, fail: no paint}
              - expect: {incidents: []}
              - {job: work, fail: no paint}
              - expect: {incidents: {work: no paint}}
              - retry: work
              - {job: work, complete: {}}
            expect: {state: completed}
          - name: told beforehand
            given: {jobs: {paint: {complete: {colour: blue}}}}
            expect: {state: completed, variables: {colour: blue}}
          - name: an error told beforehand
            given: {jobs: {paint: {error: late}}}
            expect: {tasks: [again]}
        """,
        caught(),
    )
    assert told(report) == []


def test_an_incident_that_nobody_expects_fails_a_scenario(run: Run) -> None:
    report = run("scenarios:\n  - name: a\n    given: {jobs: {paint: {fail: no paint}}}\n", one_job())
    assert told(report) == [(2, "scenario-incidents", "An incident at work: OPERATION_FAILED: paint: no paint.")]


def test_an_incident_is_mended_and_tried_again(run: Run) -> None:
    report = run(
        """
        scenarios:
          - name: a
            steps:
              - expect: {incidents: {work: timer}}
              - set: {deadline: P1D}
              - retry: work
            expect: {tasks: [work], timers: [late]}
        """,
        reminded(),
    )
    assert told(report) == []


def test_until_answers_what_is_open(run: Run) -> None:
    text = """
        answers: {before: {reference: r}}
        scenarios:
          - name: a
            steps:
              - until: wait
            expect: {messages: [answer]}
          - name: b
            steps:
              - until: after
        """
    assert told(run(text, waiting())) == [(10, "scenario-step", "after was not reached: it waits at wait.")]


def test_what_cannot_start_says_why(run: Run) -> None:
    by_message = diagram(
        "p",
        '<bpmn:startEvent id="come"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        + user_task("work") + END + flows("come", "work", "end"),
        extra='<bpmn:message id="m" name="go"/>',
    )  # fmt: skip
    report = run(
        "scenarios:\n  - name: a\n  - name: b\n    given: {start: come}\n    expect: {tasks: [work]}\n", by_message
    )
    assert [(line, rule) for line, rule, _ in told(report)] == [(2, "scenario-start")]


def test_coverage_counts_what_was_reached_and_what_need_not_be(run: Run) -> None:
    text = """
        scenarios:
          - name: a
            given: {variables: {deadline: P2D}}
            steps: [answer: work]
        """
    (found,) = run(text, reminded()).coverage
    assert (found.missed_elements, found.missed_flows) == (("remind", "late"), ("remind_end", "late_remind"))
    assert (found.elements_reached, found.elements, found.flows_reached, found.flows) == (3, 5, 2, 4)
    assert found.percent == 55.5
    excused = "uncovered: {reminded: {late: A, remind: B, late_remind: C, remind_end: D, work: E}}"
    (found,) = run(f"{text.rstrip()}\n        {excused}\n", reminded()).coverage
    assert (found.percent, found.needless) == (100, ("work",))


def test_the_same_scenario_gives_the_same_report(trials: Trials) -> None:
    tests = [Resource(name="t", content=b"scenarios:\n  - name: a\n    expect: {tasks: []}\n")]

    def once() -> Report:
        return trials.run(trials.shelf(trials.read([one_user_task()])), tests)

    first, second = once(), once()
    assert told(first) == told(second)
    assert first.coverage == second.coverage


def test_a_file_of_tests_may_be_for_several_processes(run: Run) -> None:
    report = run(
        "scenarios:\n  - {name: a, process: case, expect: {tasks: [work]}}\n  - {name: b, process: robot}\n",
        one_user_task(),
        one_job(),
    )
    assert told(report) == []
    assert [outcome.process_id for outcome in report.outcomes] == ["case", "robot"]


def test_answers_that_a_form_does_not_take_are_told_with_the_task(run: Run) -> None:
    form = Resource(name="f.form", content=FORM.replace(b'"label"', b'"validate": {"required": true}, "label"'))
    task = diagram("p", START + user_task("fill", form="f") + END + flows("start", "fill", "end"))
    report = run("scenarios:\n  - name: a\n    steps: [until: end]\n", task, form)
    message = "The form of fill does not take the answers. a: This must be answered."
    assert told(report) == [(3, "scenario-step", message)]


def test_scenarios_end_when_their_time_is_over(trials: Trials) -> None:
    shelf = trials.shelf(trials.read([reminded()]))
    tests = [Resource(name="t", content=b"scenarios:\n  - name: a\n")]
    with pytest.raises(Refused, match="longer than"):
        trials.run(shelf, tests, How(within=1e-9))
    case = trials.start(shelf, "reminded", Given(variables={"deadline": "P2D"}), over_at=0.0)
    with pytest.raises(Refused, match="too long"):
        case.advance("P3D")


def test_timers_without_end_do_not_keep_a_scenario_for_ever(run: Run) -> None:
    cycle = reminded().content.replace(b"timeDuration", b"timeCycle").replace(b"=deadline", b"R/PT1S")
    report = run("scenarios:\n  - name: a\n    steps: [advance: P30D]\n", Resource(name="p.bpmn", content=cycle))
    assert told(report) == [(3, "scenario-step", "More than 1000 timers fired on the way.")]


def test_time_ends_with_the_calendar(run: Run) -> None:
    report = run("scenarios:\n  - name: a\n    steps: [advance: P9000Y]\n", reminded())
    assert told(report) == [(3, "scenario-step", "P9000Y from now is no date any more.")]


def test_a_mark_of_compensation_is_no_place_to_be(run: Run) -> None:
    content = (
        START
        + user_task("work")
        + '<bpmn:boundaryEvent id="mark" attachedToRef="work"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
        + '<bpmn:manualTask id="undo" isForCompensation="true"/>'
        + '<bpmn:association id="a" sourceRef="mark" targetRef="undo" associationDirection="One"/>'
        + '<bpmn:intermediateThrowEvent id="back"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>'
        + END
        + flows("start", "work", "back", "end")
    )
    report = run(
        "scenarios:\n  - name: a\n    steps: [answer: work]\n    expect: {passes: [undo]}\n", diagram("p", content)
    )
    assert told(report) == []
    assert (report.coverage[0].percent, report.coverage[0].elements) == (100, 5)


def test_a_timer_whose_date_is_past_fires_at_once(run: Run) -> None:
    text = """
        scenarios:
          - name: a
            given: {variables: {deadline: 2026-02-01T00:00:00Z}}
            expect: {tasks: [work, remind], timers: {late: false}}
        """
    dated = reminded().content.replace(b"timeDuration", b"timeDate")
    assert told(run(text, Resource(name="reminded.bpmn", content=dated))) == []
