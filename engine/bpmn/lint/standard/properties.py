"""Properties belong to processes, activities and events (BPMN 2.0, 10.4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import ACTIVITIES, EVENTS, Document, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for said in facts(document).all("property"):
        owner = said.getparent()
        if owner is not None and local(owner) and local(owner) not in ACTIVITIES | EVENTS | {"process"}:
            yield owner, f"a {local(owner)} has no properties"


RULE = Rule(id="property-place", cure="Move the property to the process, an activity or an event.", find=_find)
