"""An escalation that is thrown says which one it is (BPMN 2.0, table 10.88)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, kind_of
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for event in known.all("intermediateThrowEvent", "endEvent"):
        for said in known.triggers(event):
            if kind_of(said) not in ("escalation", "error"):
                continue
            kind = kind_of(said)
            thrown = known.find(said.get(f"{kind}Ref"))
            if thrown is None:
                yield event, f"the {kind} that is thrown is not named: {kind}Ref is missing or leads nowhere"
            elif not (thrown.get(f"{kind}Code") or "").strip():
                yield event, f"the {kind} {thrown.get('id')} that is thrown has no {kind}Code"


RULE = Rule(id="thrown-code", cure="Choose an error or escalation with a code.", find=_find)
