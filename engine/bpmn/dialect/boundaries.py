"""Boundary events, and compensation handlers, which hang on one."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.dialect.document import bare, definitions, is_true, kind_of, q
from engine.bpmn.dialect.happenings import read_definitions
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.model import Element
from engine.bpmn.specs.catching import Boundary
from engine.bpmn.specs.node import Node
from engine.bpmn.specs.process import ProcessSpec


def read_boundary(
    reading: Reading, process: ProcessSpec, node: etree._Element, element: Element, hosts: dict[str, Node]
) -> Node:
    """The event, attached to its activity (`hosts` by id)."""
    host = hosts[bare(node.get("attachedToRef"))]
    if any(kind_of(definition) == "compensate" for definition in definitions(node)):
        return _compensation(reading, process, node, element, host)
    event = Boundary(process, element.id, element)
    event.definitions = read_definitions(reading, node)
    event.parallel = is_true(node, "parallelMultiple")
    event.interrupting = is_true(node, "cancelActivity", default=True)
    host.boundary.append(event.name)
    host._outputs.append(event.name)
    return event


def _compensation(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element, host: Node) -> Node:
    """An association leads from the event to its handler; no token is ever at the event itself."""
    for association in reading.document.root.iter(q("association")):
        if bare(association.get("sourceRef")) == element.id:
            handler = bare(association.get("targetRef"))
            found = reading.document.by_id.get(handler)
            if found is not None and found.getparent() is node.getparent() and is_true(found, "isForCompensation"):
                host.compensation = handler
                return Node(process, element.id, element)
    cure = "Draw an association to an activity of the same scope that is marked as compensation."
    reading.refuse("compensation-handler", node, "the compensation event has no handler", cure)
    return Node(process, element.id, element)
