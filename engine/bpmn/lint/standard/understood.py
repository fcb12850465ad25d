"""Extensions that have to be understood are known here (BPMN 2.0, 8.2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import ZEEBE, Document, is_true
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for extension in facts(document).all("extension"):
        said = extension.get("definition") or ""
        prefix = said.rpartition(":")[0]
        if is_true(extension, "mustUnderstand") and extension.nsmap.get(prefix or None) != ZEEBE:
            yield extension, f"the extension {said or 'without a definition'} has to be understood, and is not known"


RULE = Rule(id="must-understand", cure="Remove the extension, or its mustUnderstand.", find=_find)
