"""What a machine has to evaluate is a formal expression, and says something (BPMN 2.0, 8.3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, is_true, local
from engine.bpmn.lint.facts import XSI_TYPE, facts
from engine.bpmn.lint.rule import Rule, Violation

_EXPRESSIONS = frozenset(
    {
        "conditionExpression",
        "condition",
        "completionCondition",
        "activationCondition",
        "loopCondition",
        "loopCardinality",
        "transformation",
        "from",
        "to",
    }
)
_TIMES = frozenset({"timeDate", "timeDuration", "timeCycle"})
_PATHS = frozenset({"messagePath", "dataPath"})
_CONDITIONS = frozenset({"completionCondition", "condition", "loopCondition", "activationCondition"})
_OTHERWISE = ("string", "int", "integer", "decimal", "double", "float", "date", "dateTime", "time", "duration", "long")


def _text(element: etree._Element) -> str:
    return str(element.xpath("string()")).strip()


def _formal(element: etree._Element) -> bool:
    return bare(element.get(XSI_TYPE)) == "tFormalExpression"


def _natural(document: Document) -> Iterator[Violation]:
    """FEEL behind `=` is formal whether or not the type is written."""
    for element in facts(document).all(*sorted(_EXPRESSIONS)):
        text = _text(element)
        if _runs(element) and text and not _formal(element) and not text.startswith("="):
            yield _owner(element), f"the {local(element)} {text[:60]!r} is natural language, not a formal expression"


def _empty(document: Document) -> Iterator[Violation]:
    for element in facts(document).all(*sorted(_EXPRESSIONS | _TIMES | _PATHS | {"formalExpression"})):
        if _runs(element) and not _text(element).removeprefix("="):
            yield _owner(element), f"the {local(element)} is empty"
    for element in facts(document).all("conditionalEventDefinition"):
        if not any(local(child) == "condition" for child in element):
            yield _owner(element), "the conditional event has no condition"


def _not_boolean(document: Document) -> Iterator[Violation]:
    for element in facts(document).all(*sorted(_CONDITIONS | {"conditionExpression"})):
        text, kind = _text(element).removeprefix("=").strip(), bare(element.get("evaluatesToTypeRef"))
        if _constant(text) or kind in _OTHERWISE:
            yield _owner(element), f"the {local(element)} {text[:60]!r} is neither true nor false"


def _constant(text: str) -> bool:
    """A number or a string: FEEL that can never be a boolean."""
    number = text.lstrip("-").replace(".", "", 1).isdecimal()
    return number or (len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1])


def _runs(element: etree._Element) -> bool:
    """Elements of a process that is drawn only may be in words."""
    at: etree._Element | None = element
    while at is not None and local(at) != "process":
        at = at.getparent()
    return at is None or is_true(at, "isExecutable")


def _owner(element: etree._Element) -> etree._Element:
    """The element with an id that the expression belongs to; event definitions point to their event."""
    at: etree._Element | None = element
    while at is not None and (not at.get("id") or local(at).endswith("EventDefinition") or at is element):
        at = at.getparent()
    return element if at is None else at


RULES = (
    Rule(id="formal-expression", cure="Write it in FEEL, with = in front.", find=_natural),
    Rule(id="empty-expression", cure="Write a FEEL expression, with = in front, or remove it.", find=_empty),
    Rule(id="boolean-condition", cure="Write a condition that is true or false.", find=_not_boolean),
)
