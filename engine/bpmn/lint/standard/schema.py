"""The file is valid against the XML schema of BPMN 2.0, which comes with SpiffWorkflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from threading import Lock

from lxml import etree

from engine.bpmn.dialect.document import Document, line_of
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation

_NAMESPACE = re.compile(r"\{[^{}]*\}")
_LOCK = Lock()  # an XMLSchema keeps the errors of its last validation


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files("SpiffWorkflow.bpmn.parser") / "schema") as folder:
        return etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))


def _find(document: Document) -> Iterator[Violation]:
    with _LOCK:
        schema = _schema()
        schema.validate(document.root.getroottree())
        found = [(error.line, error.message) for error in schema.error_log]  # type: ignore[attr-defined]  # lxml-stubs knows no entries
    if not found:
        return
    lines = {line_of(element): element for element in reversed(list(facts(document).root.iter(etree.Element)))}
    for line, message in found[:50]:
        yield lines.get(line), _NAMESPACE.sub("", message).strip()


RULE = Rule(id="schema", cure="Export the diagram again, or write it as the schema of BPMN 2.0 says.", find=_find)
