"""The table of elements (docs/bpmn.md) is true: every row is played, live and reloaded at each wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import inspect_diagram
from engine.bpmn.dialect.document import NODES, SCOPES
from tests.engine.bpmn.drawing import draw
from tests.engine.bpmn.elements.page import ROWS, page

PAGE = Path(__file__).parents[3] / "docs" / "bpmn.md"
RUN = [row for row in ROWS if not row.refused]
REFUSED = [row for row in ROWS if row.refused]


def _name(row):
    return f"{row.group}: {row.name}"


@pytest.mark.parametrize("row", RUN, ids=_name)
def test_an_element_does_what_the_table_says(host, row):
    host.decisions["one"] = lambda _: 1
    if row.more:
        host.deploy(draw(row.more, "q"), "called.bpmn")
    host.deploy(draw(row.lines, extra=row.extra))
    steps = [step.split() for step in row.steps]
    begun = steps.pop(0)[1] if steps and steps[0][0] == "start" else None
    case = host.start(start=begun, trace=[], n=0, **row.variables)
    for step in steps:
        _play(host, case, *step)
    if row.state == "INCIDENT":
        assert case.incidents
        return
    assert (case.trace, case.state, case.incidents) == (list(row.trace), row.state, [])


def _play(host, case, action, what, value=None):
    if action == "do":
        host.complete(case, what)
    elif action == "message":
        host.publish(what)
    elif action == "signal":
        host.broadcast(what)
    elif action == "pass":
        host.advance(seconds=int(what))
    elif action == "fail":
        host.fail(case, what, value)
    elif action == "set":
        case.inst.set_variables(case.inst.key, {what: int(value)})
        host.run(case)
    else:
        raise AssertionError(action)


@pytest.mark.parametrize("row", REFUSED, ids=_name)
def test_an_element_is_refused_by_the_rule_that_the_table_names(row):
    found = inspect_diagram("example.bpmn", draw(row.lines)).findings
    refusals = [finding for finding in found if finding.rule == row.refused]
    assert [finding.severity for finding in refusals[:1]] == ["error"]
    assert refusals[0].cure


def test_the_page_is_written_from_the_table():
    written = PAGE.read_text().partition("<!-- written by tests/engine/bpmn/elements/page.py -->\n")[2]
    assert written.strip() == page().strip()


def test_every_kind_of_flow_node_is_in_the_table():
    drawn = b"".join(draw(row.lines) for row in ROWS).decode()
    missing = {kind for kind in NODES | SCOPES if f"<{kind} " not in drawn} - {
        "sendTask"
    }  # runs as a service task does
    assert missing == set()
