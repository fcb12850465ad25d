"""Cancel events belong to transactions, and a cancelled one has to know where to go on (BPMN 2.0, 10.3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import SUB_PROCESSES, Document, bare, definitions, is_true, kind_of, local
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    caught = {
        bare(node.get("attachedToRef"))
        for node in document.nodes()
        if local(node) == "boundaryEvent" and _cancels(node)
    }
    for node in document.nodes():
        if not _cancels(node):
            continue
        if local(node) == "boundaryEvent":
            host = document.by_id.get(bare(node.get("attachedToRef")))
            if host is not None and local(host) != "transaction":
                yield node, "a cancel boundary event hangs on a transaction"
            continue
        around = _transaction(node)
        if around is None:
            yield node, "a cancel end event stands directly in a transaction"
        elif around.get("id") not in caught:
            yield node, f"the transaction {around.get('id')} has no cancel boundary event, so nothing would go on"


def _cancels(node: etree._Element) -> bool:
    return any(kind_of(definition) == "cancel" for definition in definitions(node))


def _transaction(node: etree._Element) -> etree._Element | None:
    """The transaction that a cancel end event ends: around it, also from inside its event sub-processes."""
    at = node.getparent()
    while at is not None and local(at) in SUB_PROCESSES and is_true(at, "triggeredByEvent"):
        at = at.getparent()
    return at if at is not None and local(at) == "transaction" else None


RULE = Rule(id="cancel-event", cure="Use it in a transaction with a cancel boundary event.", find=_find)
