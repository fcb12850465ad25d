"""What cannot go on says so, and goes on when it can."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.bpmn import (
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    InstanceEnded,
    SignalAwaited,
    TimerArmed,
    WaitEnded,
)
from engine.errors import AlreadyCompleted, NotFound, Refused
from tests.engine.bpmn.drawing import draw, each, job, script


def go(host, text, **variables):
    host.deploy(draw(text))
    return host.start(trace=[], **variables)


LOOP = (
    f"start s\nxor a\nscript n | {script('=n+1', 'n')}\nxor b\nend z\n"
    "s -> a -> n -> b\nb -> z : =n >= limit\nb -> a : default"
)


def test_no_flow_to_take_is_an_incident_that_a_new_value_cures(host):
    case = go(host, "start s\nxor g\nt a\nt b\ns -> g\ng -> a : =n = 1\ng -> b : =n = 2", n=3)
    assert case.incidents == [("g", "CONDITION_ERROR")]
    case.inst.set_variables(case.inst.key, {"n": 2})
    host.retry(case)
    assert (case.trace, case.state, case.incidents) == (["b"], "COMPLETED", [])


def test_a_condition_that_is_null_is_an_incident_even_beside_a_default(host):
    case = go(host, "start s\nxor g\nt a\nt b\ns -> g\ng -> a : =missing\ng -> b : default")
    assert case.incidents == [("g", "CONDITION_ERROR")]


def test_other_branches_go_on_beside_an_incident(host):
    case = go(host, "start s\nand f\nxor g\nt a\nt b\nuser u\ns -> f\nf -> g\nf -> u -> b\ng -> a : =missing")
    host.complete(case, "u")
    assert (case.trace, case.incidents, case.state) == (["b"], [("g", "CONDITION_ERROR")], "ACTIVE")


def test_an_interruption_ends_the_incident_with_its_element(host):
    case = go(
        host,
        "start s\nsub a {\nxor g\nt x\ng -> x : =missing\n}\nbound b attachedToRef=a @message:m\nt y\ns -> a\nb -> y",
    )
    host.publish("m")
    assert (case.trace, case.state, case.incidents) == (["y"], "COMPLETED", [])


def test_an_endless_loop_ends_in_an_incident_and_can_be_let_on(host):
    host.deploy(draw(LOOP))
    case = host.start(n=0, limit=5_000)
    assert [code for _, code in case.incidents] == ["STEP_BUDGET_EXCEEDED"]
    assert case.state == "ACTIVE"
    host.retry(case)
    assert (case.state, case.inst.variables["n"], case.incidents) == ("COMPLETED", 5_000, [])


def test_a_long_process_needs_no_depth(host):
    body = "\n".join(f"task n{k}\nn{k} -> n{k + 1}" for k in range(2_000))
    case = go(host, f"start s\n{body}\nend n2000\ns -> n0")
    assert case.state == "COMPLETED"


def test_a_deadlock_is_told_until_somebody_helps(host):
    case = go(
        host, "start s\nxor x\nt a\nt b\nand j\nend z\ns -> x\nx -> a : =true\nx -> b : =false\na -> j\nb -> j -> z"
    )
    assert case.incidents == [("j", "DEADLOCK")]
    host.retry(case)
    assert case.incidents == [("j", "DEADLOCK")]
    case.inst.cancel_element(next(iter(case.open.incidents)))
    host.run(case)
    assert (case.state, case.incidents) == ("COMPLETED", [])


@pytest.mark.parametrize("sequential", [False, True])
def test_an_instance_that_is_cancelled_counts_as_over_and_leaves_null(host, sequential):
    more = 'outputCollection="out" outputElement="=item"'
    case = go(host, f"start s\nuser u | {each('=[1,2,3]', more, sequential=sequential)}\nt x\ns -> u -> x")
    case.inst.cancel_element(next(iter(case.open.tasks)))
    host.run(case)
    for _ in range(2):
        host.complete(case, "u")
    assert (case.trace, case.state, case.inst.variables["out"]) == (["x"], "COMPLETED", [None, 2, 3])


def test_a_completion_condition_counts_what_was_cancelled(host):
    ended = each("=[1,2,3]", condition="=numberOfTerminatedInstances = 1")
    case = go(host, f"start s\nuser u | {ended}\nt x\ns -> u -> x")
    case.inst.cancel_element(next(iter(case.open.tasks)))
    host.run(case)
    assert (case.trace, case.state, case.tasks) == (["x"], "COMPLETED", [])


def test_a_round_that_is_cancelled_is_over(host):
    loop = '<standardLoopCharacteristics loopMaximum="2"/>'
    case = go(host, f"start s\nuser u | {loop}\nt x\ns -> u -> x")
    case.inst.cancel_element(next(iter(case.open.tasks)))
    host.run(case)
    host.complete(case, "u")
    assert (case.trace, case.state) == (["x"], "COMPLETED")


def test_no_deadlock_while_a_timer_may_still_bring_a_token(host):
    case = go(
        host,
        "start s\nand f\nt a\ncatch c @duration:P1D\nand j\nt z\ns -> f\nf -> a -> j\nf -> c -> j\nj -> z",
    )
    assert case.incidents == []
    host.advance(days=2)
    assert (case.trace, case.state) == (["a", "z"], "COMPLETED")


def test_cancelling_tells_everything_that_was_open(host):
    case = go(
        host,
        f"start s\nand f\nsub a {{\nuser u\n}}\nbound b attachedToRef=a @duration:P1D\n"
        f"service j | {job('w')}\ncatch c @signal:g\n"
        "s -> f\nf -> a\nf -> j\nf -> c",
    )
    case.inst.cancel()
    host.run(case)
    assert (case.state, case.tasks, case.open.jobs, case.open.timers) == ("TERMINATED", [], {}, {})
    signals = [e.key for e in case.open.events if isinstance(e, SignalAwaited)]
    assert set(signals) <= {e.key for e in case.open.events if isinstance(e, WaitEnded)}
    assert [e.state for e in case.open.events if isinstance(e, InstanceEnded)] == ["TERMINATED"]
    with pytest.raises(AlreadyCompleted):
        case.inst.cancel()


def test_every_activated_element_ends_exactly_once(host):
    case = go(
        host,
        "start s\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:R2/PT1M\nt x\n"
        "bound c attachedToRef=u @duration:PT9M\n"
        "t y\nesp h {\nstart k isInterrupting=false @cycle:R2/PT2M\nt z\nk -> z\n}\ns -> u\nb -> x\nc -> y",
    )
    host.advance(hours=1)
    begun = [e.key for e in case.open.events if isinstance(e, ElementActivated)]
    over = Counter(e.key for e in case.open.events if isinstance(e, ElementCompleted | ElementTerminated))
    assert (case.state, sorted(case.trace)) == ("COMPLETED", ["x", "x", "y", "z", "z"])
    assert over == Counter(dict.fromkeys(begun, 1))


def test_events_are_told_in_the_order_of_what_happened(host):
    case = go(host, "start s\nuser u\nbound b attachedToRef=u @duration:P1D\ns -> u")
    kinds = [type(e).__name__ for e in case.open.events]
    assert kinds == [
        "VariableSet",
        "ElementActivated",
        "ElementCompleted",
        "FlowTaken",
        "ElementActivated",
        "TimerArmed",
        "UserTaskCreated",
    ]
    armed = next(e for e in case.open.events if isinstance(e, TimerArmed))
    assert (armed.element_id, armed.process_id, armed.repetitions_left) == ("b", "p", 0)


def test_refusals_of_commands(host):
    host.deploy(draw("start s @message:m\nuser u\ns -> u"))
    with pytest.raises(Refused):
        host.start()
    with pytest.raises(Refused):
        host.start("p", "nowhere")
    case = host.start("p", "s")
    with pytest.raises(NotFound):
        case.inst.retry(case.key_of("u"))
    with pytest.raises(AlreadyCompleted):
        case.inst.trigger(case.key_of("u"), 0)
    with pytest.raises(NotFound):
        case.inst.cancel_element(10**9)


def test_an_event_sub_process_that_cannot_wait_is_an_incident_of_the_process(host):
    case = go(host, "start s\nuser u\ns -> u\nesp h {\nstart k @message:m/=id\nt x\nk -> x\n}")
    assert (case.incidents, case.tasks) == ([("p", "EXTRACT_VALUE_ERROR")], [])
    case.inst.set_variables(case.inst.key, {"id": "A"})
    host.retry(case)
    assert (case.incidents, case.tasks) == ([], ["u"])
    host.publish("m", "A")
    assert (case.trace, case.state) == (["x"], "COMPLETED")
