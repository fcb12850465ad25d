"""Event sub-processes have exactly one start event, with a trigger (BPMN 2.0, 10.3.6)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, definitions, is_true, kind_of, local, nodes
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        if not is_true(scope, "triggeredByEvent"):
            continue
        starts = [node for node in nodes(scope) if local(node) == "startEvent"]
        if len(starts) != 1 or not definitions(starts[0]):
            yield scope, "an event sub-process has exactly one start event, with a trigger"
        if local(scope) != "subProcess":
            yield scope, f"a {local(scope)} cannot be an event sub-process"


def _handlers(document: Document) -> Iterator[Violation]:
    """Compensating a scope as a whole is one event sub-process, inside a sub-process."""
    for scope in document.scopes():
        found = [
            node
            for node in nodes(scope)
            if is_true(node, "triggeredByEvent")
            and any(kind_of(d) == "compensate" for start in nodes(node) for d in definitions(start) if _starts(start))
        ]
        for extra in found if local(scope) == "process" else found[1:]:
            yield extra, "a compensation event sub-process stands alone in a sub-process"


def _starts(node: object) -> bool:
    return local(node) == "startEvent"  # type: ignore[arg-type]  # an XML element


RULES = (
    Rule(id="event-sub-process-start", cure="Keep one start event, and give it a trigger.", find=_find),
    Rule(id="compensation-sub-process", cure="Put it into a sub-process, once.", find=_handlers),
)
