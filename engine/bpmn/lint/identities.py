"""Every element can be named: ids are there, and only once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, flows
from engine.bpmn.lint.rule import Rule, Violation


def _duplicates(document: Document) -> Iterator[Violation]:
    for element in document.duplicates:
        yield element, f"the id {element.get('id')} stands more than once in the file"


def _missing(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        if not scope.get("id"):
            yield scope, "the process or sub-process has no id"
        for flow in flows(scope):
            if not flow.get("id"):
                yield flow, "the sequence flow has no id"
    for node in document.nodes():
        if not node.get("id"):
            yield node, "the element has no id"


RULES = (
    Rule(id="duplicate-id", cure="Give each element an id of its own.", find=_duplicates),
    Rule(id="missing-id", cure="Give it an id.", find=_missing),
)
