"""Flows connect what happens: text, groups and associations have no part in them (BPMN 2.0, 7.6.1 and 7.6.2)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, local
from engine.bpmn.lint.facts import ARTIFACTS, facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("sequenceFlow", "messageFlow"):
        for end in ("sourceRef", "targetRef"):
            found = known.find(flow.get(end))
            if local(found) in ARTIFACTS:
                yield (
                    flow,
                    f"{local(flow)} {flow.get('id')}: its {end} is a {local(found)}, which takes part in no flow",
                )


RULE = Rule(id="flow-at-artifact", cure="Connect text and groups with an association.", find=_find)
