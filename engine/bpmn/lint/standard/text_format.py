"""The format of a text annotation is a MIME type (BPMN 2.0, table 8.21)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.dialect.document import Document
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation

MIME = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;.*)?", re.ASCII)


def _find(document: Document) -> Iterator[Violation]:
    for text in facts(document).all("textAnnotation", "documentation"):
        said = text.get("textFormat")
        if said is not None and not MIME.fullmatch(said.strip()):
            yield text, f"textFormat {said!r} is no MIME type"


RULE = Rule(id="text-format", cure="Write a MIME type such as text/plain.", find=_find)
