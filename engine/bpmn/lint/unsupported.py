"""What does not run is not accepted: an element that is read and does nothing would be silence."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import NODES, Document, is_true, local
from engine.bpmn.lint.rule import Rule, Violation

DECORATION = frozenset(
    {
        "laneSet",
        "documentation",
        "extensionElements",
        "association",
        "textAnnotation",
        "group",
        "property",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "incoming",
        "outgoing",
        "dataInputAssociation",
        "dataOutputAssociation",
        "auditing",
        "monitoring",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "resourceRole",
        "correlationSubscription",
        "supportedInterfaceRef",
        "rendering",
    }
)
_INSIDE = frozenset(
    {"sequenceFlow", "completionCondition", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"}
)
KNOWN = NODES | DECORATION | _INSIDE


def _find(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        for child in scope.iterchildren(etree.Element):
            name = local(child)
            if name and name not in KNOWN:
                yield child, f"{name} is not supported"
    for node in document.nodes():
        yield from _special(node)


def _special(node: etree._Element) -> Iterator[Violation]:
    kind = local(node)
    if kind == "eventBasedGateway" and node.get("eventGatewayType") == "Parallel" and not is_true(node, "instantiate"):
        yield node, "a parallel event-based gateway that does not start the process is not supported"
    if kind == "startEvent" and is_true(node, "parallelMultiple"):
        yield node, "a parallel multiple start event is not supported"


RULE = Rule(id="unsupported-element", cure="Model it with elements that run, or remove it.", find=_find)
