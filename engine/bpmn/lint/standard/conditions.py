"""Which flows may carry a condition (BPMN 2.0, 8.3.13)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import ACTIVITIES, EVENTS, Document, bare, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for condition in known.all("conditionExpression"):
        flow = condition.getparent()
        source = None if flow is None else known.find(flow.get("sourceRef"))
        if flow is None or source is None:
            continue
        kind, name = local(source), source.get("id", "")
        if kind in ACTIVITIES and len(known.out[name]) == 1:
            yield (
                flow,
                f"flow {flow.get('id')} is the only one that leaves {name}, and has a condition: it can get stuck",
            )


def _ignored(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("sequenceFlow"):
        source = known.find(flow.get("sourceRef"))
        if source is None or not any(local(child) == "conditionExpression" for child in flow):
            continue
        if local(source) in EVENTS - {"startEvent"} or local(source) == "parallelGateway":
            yield (
                flow,
                f"flow {flow.get('id')} leaves the {local(source)} {source.get('id')}: its condition is not asked",
            )


def _starting(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("sequenceFlow"):
        source = known.find(flow.get("sourceRef"))
        if source is None or local(source) != "startEvent":
            continue
        if any(local(child) == "conditionExpression" for child in flow):
            yield flow, f"flow {flow.get('id')} leaves the start event {source.get('id')}, and has a condition"


def _defaults(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for node in known.nodes():
        default = known.find(node.get("default"))
        if default is not None and any(local(child) == "conditionExpression" for child in default):
            yield default, f"flow {bare(node.get('default'))} is the default of {node.get('id')}, and has a condition"


RULES = (
    Rule(id="lonely-condition", cure="Remove the condition, or add the flow for the other case.", find=_find),
    Rule(
        id="ignored-condition",
        cure="Remove the condition, or put an exclusive gateway there.",
        find=_ignored,
        severity="warning",
    ),
    Rule(id="condition-at-start", cure="Put an exclusive or inclusive gateway behind the start.", find=_starting),
    Rule(
        id="default-condition",
        cure="Remove the condition: the default is taken when no other is.",
        find=_defaults,
        severity="warning",
    ),
)
