"""What may hang on what: boundary events on activities in the normal flow; event sub-processes have none."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, bare, definitions, is_true, kind_of, local
from engine.bpmn.lint.rule import Rule, Violation

_ALWAYS_INTERRUPTING = frozenset({"error", "cancel"})
_AT_STARTS = _ALWAYS_INTERRUPTING | {"compensate"}


def _hosts(document: Document) -> Iterator[Violation]:
    for node in document.nodes():
        host = document.by_id.get(bare(node.get("attachedToRef")))
        if local(node) == "boundaryEvent" and host is not None and is_true(host, "triggeredByEvent"):
            yield node, f"an event sub-process ({host.get('id')}) has no boundary events"


def _interrupting(document: Document) -> Iterator[Violation]:
    for node in document.nodes():
        attribute = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}.get(local(node))
        if attribute is None or is_true(node, attribute, default=True):
            continue
        for definition in definitions(node):
            if kind_of(definition) in (_AT_STARTS if attribute == "isInterrupting" else _ALWAYS_INTERRUPTING):
                yield node, f"the {kind_of(definition)} event always interrupts"


RULES = (
    Rule(id="boundary-host", cure="Attach it to an activity, or to the sub-process around it.", find=_hosts),
    Rule(id="always-interrupting", cure="Make the event interrupting.", find=_interrupting),
)
