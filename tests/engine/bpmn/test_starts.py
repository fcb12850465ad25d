"""What starts a process, as far as the process itself says it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.bpmn import parse_diagram
from tests.engine.bpmn.drawing import draw, ext, mapping

DOUBLE = ext(mapping(outputs={"double": "=amount*2"}))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def starts(text):
    (model,) = parse_diagram("test.bpmn", draw(text)).processes
    return model.starts


def test_one_event_may_have_several_definitions_and_a_process_several_events():
    found = starts("start s @message:go @signal:fire\nstart c @cond:=amount>10\nt x\ns -> x\nc -> x")
    assert [(s.element_id, s.kind, s.position, s.text) for s in found] == [
        ("s", "message", 0, "go"),
        ("s", "signal", 1, "fire"),
        ("c", "conditional", 0, "amount>10"),
    ]


@pytest.mark.parametrize(("variables", "holds"), [({"amount": 11}, True), ({"amount": 1}, False), ({}, False)])
def test_a_condition_holds_over_given_variables(variables, holds):
    (start,) = starts("start c @cond:=amount>10\nt x\nc -> x")
    assert start.holds(variables, NOW) is holds


def test_a_start_event_maps_what_its_message_has_brought(host):
    host.deploy(draw(f"start s @message:go | {DOUBLE}\nuser u\ns -> u"))
    host.publish("go", variables={"amount": 4})
    (case,) = host.cases
    assert case.inst.variables == {"double": 8}


def test_without_a_mapping_all_of_it_is_there(host):
    host.deploy(draw("start s @message:go\nuser u\ns -> u"))
    host.publish("go", variables={"amount": 4})
    assert host.cases[0].inst.variables == {"amount": 4}
