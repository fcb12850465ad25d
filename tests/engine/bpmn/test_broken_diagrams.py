"""However a diagram is broken, it is either accepted or refused with findings; nothing else comes out."""

from __future__ import annotations

import copy
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import inspect_diagram, parse_diagram
from engine.errors import DeploymentRefused, Refused
from tests.engine.bpmn.drawing import draw, each, ext, job, mapping, script

RICH = draw(
    "start s\nstart s2 @message:go\nand f\nsub a {\nuser u\n"
    "bound b attachedToRef=u cancelActivity=false @cycle:R5/P1D\n"
    "t x\nb -> x\nesp h {\nstart k isInterrupting=false @message:m\nt y\nk -> y\n}\n}\n"
    f"service j | {job('work', mapping(inputs={'mine': '=1'}, outputs={'o': '=2'}))}\n"
    + "call c | "
    + ext('<zeebe:calledElement processId="q"/>')
    + "\nevt g\ncatch g1 @message:n/=id\ncatch g2 @duration:P9D\nxor o\n"
    f"script e | {script('=1', 'n')}{each('=[1]')}\n"
    "complex z | <activationCondition>=true</activationCondition>\n"
    "transaction ta {\nt d\nt ud isForCompensation=true\n"
    "bound cd attachedToRef=d @compensate\ncomp cd -> ud\nend w @cancel\nd -> w\n}\n"
    "bound tb attachedToRef=ta @cancel\nthrow l1 @link:L\ncatch l2 @link:L\nend ee @error:e1\nend te @terminate\n"
    "s -> f\ns2 -> f\nf -> a -> z\nf -> j -> z\nf -> c -> ta -> l1\n"
    "l2 -> e\nf -> g\ng -> g1 -> o\ng -> g2 -> o\n"
    "tb -> ee\nz -> te\n"
    "o -> e : =n > 1\no -> z : default"
)
TREE = etree.fromstring(RICH)
SIZE = sum(1 for _ in TREE.iter())


def test_the_rich_diagram_is_accepted():
    assert parse_diagram("rich.bpmn", RICH).processes


@st.composite
def broken(draw_):
    root = copy.deepcopy(TREE)
    for _ in range(draw_(st.integers(1, 4))):
        elements = list(root.iter())
        element = elements[draw_(st.integers(0, len(elements) - 1))]
        _break(draw_, root, element)
    return etree.tostring(root)


def _break(draw_, root, element):
    how = draw_(st.sampled_from(["attribute", "value", "remove", "copy", "rename", "text"]))
    parent = element.getparent()
    if how in ("attribute", "value") and element.attrib:
        name = draw_(st.sampled_from(sorted(element.attrib)))
        if how == "attribute":
            del element.attrib[name]
        else:
            element.set(name, draw_(st.sampled_from(["", "x", "u", "a", "true", "-1", "=1 +", "P1D"])))
    elif how == "remove" and parent is not None:
        parent.remove(element)
    elif how == "copy" and parent is not None:
        parent.append(copy.deepcopy(element))
    elif how == "rename":
        names = [
            "userTask",
            "endEvent",
            "subProcess",
            "boundaryEvent",
            "choreographyTask",
            "startEvent",
            "callActivity",
        ]
        element.tag = f"{{http://www.omg.org/spec/BPMN/20100524/MODEL}}{draw_(st.sampled_from(names))}"
    elif how == "text":
        element.text = draw_(st.sampled_from(["", "x", "=", "=1 +"]))


def findings_of(content):
    """Those that refused the file; None where it was accepted."""
    try:
        parse_diagram("broken.bpmn", content)
    except DeploymentRefused as refused:
        return refused.findings
    return None


@given(broken())
@settings(max_examples=100, deadline=None)
def test_broken_diagrams_are_accepted_or_refused(content):
    found = findings_of(content)
    assert found is None or (found and all(finding.rule and finding.message for finding in found))


@given(broken())
@settings(max_examples=150, deadline=None)
def test_broken_diagrams_are_inspected_to_the_end(content):
    """However broken, all findings come at once, and what running refuses is among them."""
    refused = findings_of(content)
    with suppress(DeploymentRefused):
        found = inspect_diagram("broken.bpmn", content).findings
        assert not refused or any(finding.severity == "error" for finding in found)


@given(broken())
@settings(max_examples=60, deadline=None)
def test_what_was_accepted_runs_or_says_why_not(new_host, content):
    """Whatever passes the gate comes to an end, to a wait or to an incident, and can be saved."""
    if findings_of(content) is not None:
        return
    host = new_host(reload=True)
    host.deploy(content)
    for process_id in host.models:
        with suppress(Refused):
            host.start(process_id, trace=[], id="A", n=1)
    host.publish("m")
    host.publish("n", "A")
    host.advance(days=12)
    assert all(case.state != "ACTIVE" or case.incidents or case.waits for case in host.cases)
