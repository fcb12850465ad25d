"""A compensation boundary event leads by association to its handler, and has no outgoing flow."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, bare, definitions, is_true, kind_of, local, q
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    targets: dict[str, list[str]] = {}
    for association in document.root.iter(q("association")):
        targets.setdefault(bare(association.get("sourceRef")), []).append(bare(association.get("targetRef")))
    sources = {bare(flow.get("sourceRef")) for flow in document.root.iter(q("sequenceFlow"))}
    for node in document.nodes():
        if local(node) != "boundaryEvent" or all(kind_of(d) != "compensate" for d in definitions(node)):
            continue
        name = node.get("id", "")
        handlers = [document.by_id.get(target) for target in targets.get(name, [])]
        if not any(h is not None and is_true(h, "isForCompensation") for h in handlers):
            yield node, "the compensation event has no handler"
        if name in sources:
            yield node, "no flow leaves a compensation event"


RULE = Rule(
    id="compensation-handler",
    cure="Draw an association to an activity that is marked as compensation.",
    find=_find,
)
