"""A file has something to run, and it can begin."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, is_true, local, nodes, q
from engine.bpmn.lint.rule import Rule, Violation


def _nothing(document: Document) -> Iterator[Violation]:
    if not document.processes:
        yield next(document.root.iterchildren(q("process")), None), "no process in the file is executable"


def _empty(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        targets = {flow.get("targetRef") for flow in scope.iterchildren(q("sequenceFlow"))}
        if not any(
            node.get("id") not in targets
            and local(node) != "boundaryEvent"
            and not is_true(node, "triggeredByEvent")
            and not is_true(node, "isForCompensation")
            for node in nodes(scope)
        ):
            yield scope, f"{scope.get('id')} has nothing to start with"


def _starts(document: Document) -> Iterator[Violation]:
    """Two none start events would make two tokens of one start."""
    for scope in document.scopes():
        plain = [
            n for n in nodes(scope) if local(n) == "startEvent" and not n.xpath("*[contains(name(), 'Definition')]")
        ]
        for extra in plain[1:]:
            yield extra, "the scope has a second none start event"


RULES = (
    Rule(id="nothing-to-run", cure="Mark the process as executable.", find=_nothing),
    Rule(id="empty-scope", cure="Add a start event.", find=_empty),
    Rule(id="several-none-starts", cure="Keep one start event without a trigger.", find=_starts),
)
