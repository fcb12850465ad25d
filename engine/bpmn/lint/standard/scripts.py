"""A script says in which format it is written, as a MIME type (BPMN 2.0, table 10.12)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation
from engine.bpmn.lint.standard.text_format import MIME


def _find(document: Document) -> Iterator[Violation]:
    for task in facts(document).all("scriptTask", "globalScriptTask"):
        said = task.get("scriptFormat") or task.get("scriptLanguage")
        if said is None and any(local(child) == "script" for child in task):
            yield task, f"the script of {task.get('id')} has no scriptFormat"
        elif said is not None and not MIME.fullmatch(said.strip()):
            yield task, f"the scriptFormat {said!r} of {task.get('id')} is no MIME type"


RULE = Rule(id="script-format", cure="Write the MIME type of the script's language.", find=_find)
