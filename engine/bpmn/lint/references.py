"""What an element names inside the file is there, and is of the right kind."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ACTIVITIES, Document, bare, definitions, flows, local, nodes, q
from engine.bpmn.lint.rule import Rule, Violation
from engine.bpmn.lint.unsupported import KNOWN

_BY_ATTRIBUTE = {
    "messageRef": "message",
    "signalRef": "signal",
    "errorRef": "error",
    "escalationRef": "escalation",
}


def _find(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        here = {node.get("id"): node for node in nodes(scope)}
        for flow in flows(scope):
            for end in ("sourceRef", "targetRef"):
                if bare(flow.get(end)) not in here and not _refused_already(document, scope, flow.get(end)):
                    yield flow, f"{end} {flow.get(end)!r} is no element of the same scope"
        for node in here.values():
            yield from _node(document, node, here)


def _node(document: Document, node: etree._Element, here: dict[str | None, etree._Element]) -> Iterator[Violation]:
    if local(node) == "boundaryEvent" and _kind(here, node.get("attachedToRef")) not in ACTIVITIES:
        yield node, f"attachedToRef {node.get('attachedToRef')!r} is no activity of the same scope"
    default = node.get("default")
    if default is not None and not _leaves(document, node, default):
        yield node, f"the default flow {default!r} does not leave this element"
    for said in [node, *definitions(node)]:
        for attribute, kind in _BY_ATTRIBUTE.items():
            if said.get(attribute) and document.definition(kind, said.get(attribute)) is None:
                yield node, f"{attribute} {said.get(attribute)!r} is no {kind} of this file"
        activity = said.get("activityRef")
        if activity and _kind(_reachable(node, here), activity) not in ACTIVITIES:
            yield node, f"activityRef {activity!r} is no activity that can be compensated from here"
    for lost in node.iterchildren(q("eventDefinitionRef")):
        yield node, f"eventDefinitionRef {lost.text!r} is no event definition of this file"


def _refused_already(document: Document, scope: etree._Element, reference: str | None) -> bool:
    """An element of the scope that is not supported is a finding of its own; one is enough."""
    found = document.by_id.get(bare(reference))
    return found is not None and found.getparent() is scope and local(found) not in KNOWN


def _kind(here: dict[str | None, etree._Element], reference: str | None) -> str:
    found = here.get(bare(reference))
    return "" if found is None else local(found)


def _leaves(document: Document, node: etree._Element, reference: str) -> bool:
    flow = document.by_id.get(bare(reference))
    return flow is not None and local(flow) == "sequenceFlow" and bare(flow.get("sourceRef")) == node.get("id")


def _reachable(node: etree._Element, here: dict[str | None, etree._Element]) -> dict[str | None, etree._Element]:
    """From inside an event sub-process the activities around it are compensated."""
    scope = node.getparent()
    around = None if scope is None or scope.get("triggeredByEvent") != "true" else scope.getparent()
    return here if around is None else {other.get("id"): other for other in nodes(around)}


RULE = Rule(id="broken-reference", cure="Choose an element that is there.", find=_find)
