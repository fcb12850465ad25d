"""Which triggers stand at which event (BPMN 2.0, table 10.93)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, definitions, is_true, kind_of, local
from engine.bpmn.lint.rule import Rule, Violation

_OUTSIDE = frozenset({"message", "timer", "signal", "conditional"})
_ALLOWED = {
    "startEvent": _OUTSIDE,
    "intermediateCatchEvent": _OUTSIDE | {"link"},
    "boundaryEvent": _OUTSIDE | {"error", "escalation", "cancel", "compensate"},
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensate", "link"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "compensate", "cancel", "terminate"}),
}
_START_BY_EVENT = _OUTSIDE | {"error", "escalation", "compensate"}


def _find(document: Document) -> Iterator[Violation]:
    for node in document.nodes():
        allowed = _allowed(node)
        if allowed is None:
            continue
        for definition in definitions(node):
            if kind_of(definition) not in allowed:
                yield node, f"a {local(node)} cannot have a {kind_of(definition)} trigger here"
        if local(node) in ("intermediateCatchEvent", "boundaryEvent") and not _says_anything(node):
            yield node, f"the {local(node)} waits for nothing: it has no trigger"


def _allowed(node: etree._Element) -> frozenset[str] | None:
    parent = node.getparent()
    if local(node) != "startEvent" or parent is None or local(parent) == "process":
        return _ALLOWED.get(local(node))
    return _START_BY_EVENT if is_true(parent, "triggeredByEvent") else frozenset()


def _says_anything(node: etree._Element) -> bool:
    return bool(definitions(node)) or node.find("{*}eventDefinitionRef") is not None


RULE = Rule(id="event-trigger", cure="Choose a trigger that BPMN has for this event.", find=_find)
