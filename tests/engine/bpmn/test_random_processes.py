"""Random processes against an oracle that knows what each block leaves in the trace (blocks.py)."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine.bpmn.blocks import BLOCKS, Writer, random_block
from tests.engine.bpmn.drawing import draw, script
from tests.engine.bpmn.player import Player

EXAMPLES = int(os.environ.get("RANDOM_EXAMPLES", "150"))
"""More of them on demand: thousands take a few minutes."""


@given(BLOCKS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_processes_leave_the_expected_trace(new_host, block):
    check(new_host, block)


@pytest.mark.parametrize("tens", range(EXAMPLES // 10))
def test_larger_ones_too(new_host, tens):
    for seed in range(10 * tens, 10 * tens + 10):
        pick = Random(seed)
        check(new_host, random_block(pick, pick.randint(4, 30)))


def check(new_host, block):
    """The same trace, the expected one, kept in memory and when saved and loaded at every wait."""
    writer = Writer()
    part = writer.write(block)
    xml = draw(
        "start s\n"
        + "\n".join(writer.lines)
        + f"\nscript z | {script('=true', 'over')}\ns -> {part.first}\n{part.last} -> z"
    )
    traces = []
    for reload in (False, True):
        case = Player(new_host(reload=reload), writer).play(xml)
        assert (case.state, case.incidents, case.inst.variables.get("over")) == ("COMPLETED", [], True), block
        assert Counter(case.trace) == part.trace, block
        for before, after in writer.order:
            if {before, after} <= set(case.trace):
                assert case.trace.index(before) < case.trace.index(after)
        traces.append(case.trace)
    assert traces[0] == traces[1]
