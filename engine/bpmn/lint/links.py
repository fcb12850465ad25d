"""A link that is thrown is caught in the same scope, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, definitions, kind_of
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    """Pairs have become sequence flows before; what is left has no other end."""
    for node in document.nodes():
        for definition in definitions(node):
            if kind_of(definition) == "link":
                yield node, f"the link {definition.get('name')!r} has no other end in this scope"


RULE = Rule(id="link-without-end", cure="Add the other link event, with the same name.", find=_find)
