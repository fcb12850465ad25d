"""Choreography activities belong to choreographies (BPMN 2.0, 10.2 and 11)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import SCOPES, Document, local
from engine.bpmn.lint.facts import CHOREOGRAPHY, facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for part in facts(document).all(*sorted(CHOREOGRAPHY)):
        around = part.getparent()
        if around is not None and local(around) in SCOPES:
            yield part, f"the {local(around)} {around.get('id')} contains the {local(part)} {part.get('id')}"


RULE = Rule(id="choreography-activity", cure="Replace it with a task or a call activity.", find=_find)
