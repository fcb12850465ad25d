"""An ad-hoc sub-process has no beginning and no end; activities are done in any order (BPMN 2.0, 10.3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import ACTIVITIES, Document, is_true, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for scope in facts(document).all("adHocSubProcess"):
        for child in scope:
            if local(child) in ("startEvent", "endEvent"):
                yield child, f"the ad-hoc sub-process {scope.get('id')} contains a {local(child)}"
        if not any(local(child) in ACTIVITIES and not is_true(child, "triggeredByEvent") for child in scope):
            yield scope, f"the ad-hoc sub-process {scope.get('id')} contains no activity"


RULE = Rule(id="ad-hoc-content", cure="Put activities into it, and no start or end events.", find=_find)
