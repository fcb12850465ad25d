"""Beginnings and ends of a level, and what has to be connected there (BPMN 2.0, 10.5.2, 10.5.3 and 10.5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ACTIVITIES, NODES, Document, is_true, local
from engine.bpmn.lint.facts import CHOREOGRAPHY, Facts, facts
from engine.bpmn.lint.rule import Rule, Violation

_BEGINS = frozenset({"startEvent", "boundaryEvent"})


def _nodes(scope: etree._Element) -> list[etree._Element]:
    return [child for child in scope if local(child) in NODES or local(child) in CHOREOGRAPHY]


def _levels(known: Facts) -> Iterator[tuple[etree._Element, list[etree._Element]]]:
    """Everything that has an order; in ad-hoc sub-processes nothing has one."""
    for scope in known.scopes():
        if local(scope) != "adHocSubProcess":
            yield scope, _nodes(scope)


def _starts(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for scope, found in _levels(known):
        begins = any(local(node) == "startEvent" or is_true(node, "instantiate") for node in found)
        ends = any(local(node) == "endEvent" for node in found)
        if ends and not begins and not is_true(scope, "triggeredByEvent"):
            yield scope, f"{scope.get('id')} has an end event, and no start event"


def _ends(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for scope, found in _levels(known):
        if any(local(n) == "startEvent" for n in found) and not any(local(n) == "endEvent" for n in found):
            yield scope, f"{scope.get('id')} has a start event, and no end event"


def _unreached(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for _, found in _levels(known):
        if not any(local(node) == "startEvent" for node in found):
            continue
        for node in found:
            if _entered(known, node):
                yield node, f"no flow leads to {node.get('id')}, and the level has a start event"


def _entered(known: Facts, node: etree._Element) -> bool:
    """Whether it needs an incoming flow and has none; events have rules of their own."""
    if local(node) in _BEGINS or _stands_apart(node) or is_true(node, "instantiate"):
        return False
    if local(node) in ("endEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        return False
    return not known.into[node.get("id", "")]


def _left(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for _, found in _levels(known):
        if not any(local(node) == "endEvent" for node in found):
            continue
        for node in found:
            kind = local(node)
            if kind == "endEvent" or _stands_apart(node) or kind.startswith("intermediate") or kind == "boundaryEvent":
                continue
            if not known.out[node.get("id", "")]:
                yield node, f"no flow leaves {node.get('id')}, and the level has an end event"


def _stands_apart(node: etree._Element) -> bool:
    return is_true(node, "triggeredByEvent") or is_true(node, "isForCompensation")


def _events(document: Document) -> Iterator[Violation]:
    """Links and compensation are followed without a sequence flow."""
    known = facts(document)
    for event in known.all("endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"):
        kind, name, triggers = local(event), event.get("id", ""), known.kinds(event)
        link = "link" in triggers
        if kind == "boundaryEvent":
            if not known.out[name] and "compensate" not in triggers:
                yield event, f"no flow leaves the boundary event {name}"
            continue
        if not known.into[name] and not (link and kind == "intermediateCatchEvent"):
            yield event, f"no flow leads to the {kind} {name}"
        if kind != "endEvent" and not known.out[name] and not (link and kind == "intermediateThrowEvent"):
            yield event, f"no flow leaves the {kind} {name}"


def _links(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for event in known.all("intermediateCatchEvent", "intermediateThrowEvent"):
        if "link" not in known.kinds(event):
            continue
        name = event.get("id", "")
        if local(event) == "intermediateCatchEvent" and known.into[name]:
            yield event, f"a flow leads to the link {name}, which is the target of a link"
        if local(event) == "intermediateThrowEvent" and known.out[name]:
            yield event, f"a flow leaves the link {name}, which is the source of a link"


def _starting(document: Document) -> Iterator[Violation]:
    """A task that starts the process cannot come after something else."""
    known = facts(document)
    for task in known.all("receiveTask"):
        name = task.get("id", "")
        if not is_true(task, "instantiate"):
            continue
        if known.into[name]:
            yield task, f"the receive task {name} starts the process, and a flow leads to it"


def _places(document: Document) -> Iterator[Violation]:
    for node in facts(document).all("receiveTask", "eventBasedGateway"):
        parent = node.getparent()
        if is_true(node, "instantiate") and parent is not None and local(parent) in ACTIVITIES:
            yield node, f"{node.get('id')} starts instances of a process, and stands in {parent.get('id')}"


RULES = (
    Rule(
        id="instantiating-place", cure="Put it into the process itself, or do not let it start instances.", find=_places
    ),
    Rule(id="missing-start", cure="Add a start event, or remove the end events.", find=_starts),
    Rule(id="missing-end", cure="Add an end event, or remove the start events.", find=_ends),
    Rule(id="not-entered", cure="Lead a flow to it, or remove it.", find=_unreached),
    Rule(id="not-left", cure="Lead a flow from it, to an end event if nothing follows.", find=_left),
    Rule(id="event-not-connected", cure="Connect the event.", find=_events),
    Rule(id="link-flow", cure="Use the link or the flow, not both.", find=_links),
    Rule(
        id="instantiating-task",
        cure="Remove the incoming flow, or do not let the task start instances.",
        find=_starting,
    ),
)
