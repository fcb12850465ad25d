"""Loop characteristics: a body around the activity."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.dialect.document import bare, extension, is_true, q
from engine.bpmn.dialect.happenings import read_definition
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.expressions import whole_number
from engine.bpmn.specs.loop import Loop
from engine.bpmn.specs.multi_instance import MultiInstance
from engine.bpmn.specs.node import Node
from engine.bpmn.specs.process import ProcessSpec


def repeat(reading: Reading, process: ProcessSpec, node: etree._Element, inner: Node) -> Node:
    """The body that repeats `inner`, or `inner` itself where nothing is repeated."""
    loop = node.find(q("standardLoopCharacteristics"))
    multi = node.find(q("multiInstanceLoopCharacteristics"))
    if loop is not None:
        return _loop(reading, process, loop, _inside(process, inner))
    if multi is not None:
        return _multi_instance(reading, process, multi, _inside(process, inner))
    return inner


def _inside(process: ProcessSpec, inner: Node) -> Node:
    """Give the element's id to the body; `#` cannot stand in an XML id."""
    del process.task_specs[inner.name]
    inner.name = f"{inner.name}#each"
    process.task_specs[inner.name] = inner
    return inner


def _loop(reading: Reading, process: ProcessSpec, loop: etree._Element, inner: Node) -> Node:
    assert inner.element is not None  # noqa: S101  # every activity has one
    node = reading.document.by_id[inner.element.id]
    body = Loop(process, inner.element.id, inner.element, inner.name)
    inner.given = frozenset({"loopCounter"})
    condition = loop.findtext(q("loopCondition"))
    if condition is not None:
        body.condition = reading.expression(node, condition, "the loop condition")
    body.test_before = is_true(loop, "testBefore")
    maximum = loop.get("loopMaximum")
    if maximum is not None and whole_number(maximum) is None:
        reading.refuse("loop-maximum", node, f"loopMaximum is {maximum!r}", "Write a whole number, at least 0.")
    elif maximum is not None:
        body.maximum = whole_number(maximum)
    elif condition is None:
        cure = "Add a loop condition or a maximum."
        reading.refuse("endless-loop", node, "the loop has neither a condition nor a maximum, so it never ends", cure)
    return body


def _multi_instance(reading: Reading, process: ProcessSpec, multi: etree._Element, inner: Node) -> Node:
    assert inner.element is not None  # noqa: S101  # every activity has one
    node = reading.document.by_id[inner.element.id]
    body = MultiInstance(process, inner.element.id, inner.element, inner.name)
    said = extension(multi, "loopCharacteristics")
    if said is None:
        cure = "Set the input collection of the multi-instance activity."
        reading.refuse("loop-characteristics", node, "zeebe:loopCharacteristics is missing", cure)
        return body
    body.collection = reading.expression(node, said.get("inputCollection"), "the input collection")
    body.input_element = said.get("inputElement") or None
    body.output_collection = said.get("outputCollection") or None
    if body.output_collection is not None or said.get("outputElement"):
        body.output_element = reading.expression(node, said.get("outputElement"), "the output element")
        head = body.output_element.text.split(".")[0].strip()
        body.local_output = head if head.isidentifier() else None
    inner.given = frozenset(n for n in ("loopCounter", body.input_element, body.local_output) if n)
    condition = multi.findtext(q("completionCondition"))
    if condition is not None:
        body.condition = reading.expression(node, condition, "the completion condition")
    body.sequential = is_true(multi, "isSequential")
    body.behavior = multi.get("behavior", "All")
    _behavior(reading, multi, node, body)
    return body


def _behavior(reading: Reading, multi: etree._Element, node: etree._Element, body: MultiInstance) -> None:
    """The event that each instance, or the first one, throws when it completes."""
    if body.behavior == "Complex":
        cure = "Model it with a completion condition and a boundary event."
        reading.refuse("complex-behavior", node, "complexBehaviorDefinition is not supported", cure)
    if body.behavior not in ("None", "One"):
        return
    reference = multi.get("noneBehaviorEventRef" if body.behavior == "None" else "oneBehaviorEventRef")
    if reference is None:
        return
    found = reading.document.by_id.get(bare(reference))
    if found is None:
        reading.refuse("broken-reference", node, f"the behaviour event {reference} is not in this file")
        return
    body.event = read_definition(reading, node, found)
