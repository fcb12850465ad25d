"""Where sequence flows may begin and end (BPMN 2.0, table 7.3)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, flows, is_true, local
from engine.bpmn.lint.rule import Rule, Violation


def _ends(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        for flow in flows(scope):
            source = document.by_id.get(bare(flow.get("sourceRef")))
            target = document.by_id.get(bare(flow.get("targetRef")))
            if source is not None and (local(source) == "endEvent" or _apart(source)):
                yield source, f"flow {flow.get('id')} leaves {source.get('id')}, and nothing may"
            if target is not None and (local(target) in ("startEvent", "boundaryEvent") or _apart(target)):
                yield target, f"flow {flow.get('id')} leads to {target.get('id')}, and nothing may"


def _apart(node: etree._Element) -> bool:
    """Not in the normal flow: event sub-processes and compensation handlers."""
    return is_true(node, "triggeredByEvent") or is_true(node, "isForCompensation")


def _undecided(document: Document) -> Iterator[Violation]:
    """An exclusive gateway with several ways needs to know when to take which."""
    for scope in document.scopes():
        leaving: dict[str, list[etree._Element]] = {}
        for flow in flows(scope):
            leaving.setdefault(bare(flow.get("sourceRef")), []).append(flow)
        for source, out in leaving.items():
            node = document.by_id.get(source)
            if node is None or local(node) != "exclusiveGateway" or len(out) < 2:
                continue
            default = bare(node.get("default"))
            for flow in out:
                if flow.find("{*}conditionExpression") is None and flow.get("id") != default:
                    yield flow, f"flow {flow.get('id')} of the exclusive gateway {source} has no condition"


RULES = (
    Rule(id="flow-end", cure="Remove the flow.", find=_ends),
    Rule(id="flow-without-condition", cure="Give the flow a condition, or make it the default.", find=_undecided),
)
