"""Languages and the method of a transaction are named by URI (BPMN 2.0, tables 8.2, 8.51 and 10.21)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.dialect.document import Document
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_METHODS = ("##Compensate", "##Image", "##Store")
_WHERE = {
    "definitions": ("expressionLanguage", "typeLanguage"),
    "transaction": ("method",),
}
_LANGUAGE = (
    "conditionExpression",
    "condition",
    "completionCondition",
    "activationCondition",
    "loopCondition",
    "loopCardinality",
    "timeDate",
    "timeDuration",
    "timeCycle",
    "transformation",
    "from",
    "to",
    "messagePath",
    "dataPath",
    "formalExpression",
)


def _find(document: Document) -> Iterator[Violation]:
    for kind, attributes in {**_WHERE, **dict.fromkeys(_LANGUAGE, ("language",))}.items():
        for element in facts(document).all(kind):
            for attribute in attributes:
                said = element.get(attribute)
                if said is not None and said not in _METHODS and not _URI.fullmatch(said):
                    yield element if element.get("id") else element.getparent(), f"{attribute} {said!r} is no URI"


RULE = Rule(id="uri", cure="Write a URI, or remove the attribute.", find=_find)
