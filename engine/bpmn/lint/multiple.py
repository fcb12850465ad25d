"""Several triggers at one event, where they do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, definitions, kind_of
from engine.bpmn.lint.rule import Rule, Violation

_ALONE = frozenset({"message", "compensate", "cancel", "terminate", "error"})
_THROWING = frozenset({"intermediateThrowEvent", "endEvent"})


def _find(document: Document) -> Iterator[Violation]:
    for node in document.nodes():
        kinds = [kind_of(definition) for definition in definitions(node)]
        if len(kinds) < 2:
            continue
        throws = node.tag.rpartition("}")[2] in _THROWING
        for kind in kinds:
            if kind in _ALONE and (throws or kind in ("compensate", "cancel")):
                yield node, f"a {kind} trigger beside others is not supported"
                break


RULE = Rule(id="multiple-triggers", cure="Use one event for each trigger.", find=_find)
