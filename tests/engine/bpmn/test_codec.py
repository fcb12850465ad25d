"""The saved state: small however long a case lives, stable, and the same case after loading."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import Instance
from engine.errors import Conflict, UnsupportedContent
from tests.engine.bpmn.drawing import draw, ext, job, mapping, script

GOLDEN = Path(__file__).parent / "golden"

CALL = ext('<zeebe:calledElement processId="q"/>')
EVERYTHING = (
    "start s\nand f\nsub a {\nuser u\nbound b attachedToRef=u cancelActivity=false @cycle:R5/P1D\nt x\nb -> x\n"
    "esp h {\nstart k isInterrupting=false @message:m\nt y\nk -> y\n}\n}\n"
    f"service j | {job('work', mapping(inputs={'mine': '=1'}))}\n"
    f"call c | {CALL}\n"
    "evt g\ncatch g1 @message:n/=id\ncatch g2 @duration:P9D\nxor o\nand e\nt z\n"
    "s -> f\nf -> a -> e\nf -> j -> e\nf -> c -> e\nf -> g\ng -> g1 -> o\ng -> g2 -> o -> e\ne -> z"
)


def begin(host):
    host.deploy(draw(f"start s\nuser v\nscript r | {script('=2', 'result')}\ns -> v -> r", "q"))
    host.deploy(draw(EVERYTHING))
    return host.start(trace=[], id="A")


def finish(host, case):
    host.advance(days=2)
    host.publish("m")
    host.complete(case, "u")
    host.complete(case, "j", done=True)
    host.complete(case, "v")
    host.publish("n", "A")
    return case.trace, case.state, case.inst.variables["result"], case.inst.variables["done"]


OUTCOME = (["x", "x", "y", "z"], "COMPLETED", 2, True)


def test_everything_at_once(host):
    assert finish(host, begin(host)) == OUTCOME


@pytest.mark.parametrize("version", [1])
def test_golden_states_still_load_and_finish(new_host, version):
    host = new_host()
    case = begin(host)
    state = (GOLDEN / f"state-v{version}.json").read_bytes()
    assert orjson.loads(case.inst.dump()) == orjson.loads(state)
    case.inst = Instance.load(state, key=case.inst.key, models=host.by_key.__getitem__, services=host)
    assert finish(host, case) == OUTCOME


def test_an_endless_case_keeps_its_size(new_host):
    host = new_host(reload=True)
    host.deploy(
        draw(
            "start s\nxor m\nuser u\nbound b attachedToRef=u cancelActivity=false @message:go\ntask x\nxor q\nend z\n"
            "s -> m -> u -> q\nq -> z : default\nq -> m : =more\nb -> x"
        )
    )
    case = host.start()
    sizes = []
    for _ in range(2_000):
        case.open.events.clear()
        host.publish("go")
        host.complete(case, "u", more=True)
        sizes.append(len(case.inst.dump()))
        assert len(case.inst._execution.tokens) == 2  # what a step walks over does not grow either
    host.complete(case, "u", more=False)
    assert (case.state, max(sizes) < 600, max(sizes) - min(sizes[10:]) < 20) == ("COMPLETED", True, True)


def test_a_full_size_case_is_small(new_host):
    assert len(begin(new_host()).inst.dump()) < 4_096


def test_a_state_loads_on_another_version_with_its_deadlines(new_host):
    host = new_host()
    old = "start s\nuser u\nbound b attachedToRef=u @duration:P1D\nt x\nt z\ns -> u -> z\nb -> x"
    host.deploy(draw(old))
    case = host.start(trace=[])
    host.deploy(draw(old.replace("P1D", "P9D").replace("u -> z", "u -> w -> z") + "\nuser w"))
    models = dict.fromkeys(host.by_key, host.models["p"])
    case.inst = Instance.load(case.inst.dump(), key=case.inst.key, models=models.__getitem__, services=host)
    assert [timer.due.day for timer in case.open.timers.values()] == [2]
    host.complete(case, "u")
    assert case.tasks == ["w"]


def test_states_that_cannot_be_loaded(new_host):
    host = new_host()
    host.deploy(draw("start s\nuser u\ns -> u"))
    state = host.start().inst.dump()
    for damaged in (b"", b"{", b"[]", b'{"v": 99}'):
        with pytest.raises(UnsupportedContent):
            Instance.load(damaged, key=1, models=host.by_key.__getitem__, services=host)
    host.deploy(draw("start s\nuser other\ns -> other"))
    models = dict.fromkeys(host.by_key, host.models["p"])
    with pytest.raises(Conflict):
        Instance.load(state, key=1, models=models.__getitem__, services=host)


STEPS = st.lists(st.sampled_from(["message", "signal", "day", "u", "v", "j", "set", "retry"]), min_size=1, max_size=25)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_saving_and_loading_never_changes_what_happens(new_host, steps):
    """The law of the codec: a case that is loaded at each wait does the same as one that is kept in memory."""
    assert _play(new_host(), steps) == _play(new_host(reload=True), steps)


def _play(host, steps):
    each = ext('<zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="i"/>')
    host.deploy(
        draw(
            "start s\nxor m\nand f\nsub a {\n"
            f"user u | <multiInstanceLoopCharacteristics>{each}</multiInstanceLoopCharacteristics>\n"
            "bound ub attachedToRef=u cancelActivity=false @message:m\nt x\nub -> x\n"
            "esp h {\nstart k isInterrupting=false @signal:g\nt y\nk -> y\n}\n}\n"
            "bound ab attachedToRef=a @duration:P3D\nt late\n"
            f"service j | {job('w')}\nor e\nxor q\nt round\nuser v\nend z\n"
            "esp w {\nstart wk isInterrupting=false @cond:=n=2\nt c\nwk -> c\n}\n"
            "s -> m -> f\nf -> a -> e\nf -> j -> e\nab -> late -> e\ne -> round -> q\nq -> m : =n < 3\n"
            "q -> v : default\nv -> z"
        )
    )
    case = host.start(trace=[], n=0)
    for step in steps:
        _do(host, case, step)
    return case.trace, case.state, case.inst.variables, sorted(case.tasks), case.incidents, case.activated()


def _do(host, case, step):
    if step == "message":
        host.publish("m")
    elif step == "signal":
        host.broadcast("g")
    elif step == "day":
        host.advance(days=1)
    elif step == "set" and case.state == "ACTIVE":
        case.inst.set_variables(case.inst.key, {"n": case.inst.variables["n"] + 1})
        host.run(case)
    elif step == "retry":
        host.retry(case)
    elif step in [*case.tasks, *(j.element.id for j in case.open.jobs.values())]:
        host.complete(case, step)
