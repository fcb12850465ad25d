"""Attributes of the dialect that would change how an element runs, and are not known here, are refused."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ZEEBE, Document
from engine.bpmn.lint.rule import Rule, Violation

_KNOWN = frozenset(
    {
        "taskDefinition",
        "taskHeaders",
        "header",
        "ioMapping",
        "input",
        "output",
        "properties",
        "property",
        "userTask",
        "formDefinition",
        "assignmentDefinition",
        "taskSchedule",
        "priorityDefinition",
        "calledElement",
        "calledDecision",
        "script",
        "subscription",
        "loopCharacteristics",
        "versionTag",
    }
)


def _find(document: Document) -> Iterator[Violation]:
    for process in document.processes:
        for element in process.iter(f"{{{ZEEBE}}}*"):
            owner = _owner(element)
            name = etree.QName(element).localname
            if name not in _KNOWN:
                more = ": draw a service task before or after the element instead" if "Listener" in name else ""
                yield owner, f"zeebe:{name} is not supported{more}"
            if name == "formDefinition" and not element.get("formId"):
                yield owner, "the form is named neither by id nor known otherwise: only form ids are supported"


def _owner(element: etree._Element) -> etree._Element:
    """The element that carries the extension: the nearest one around it with an id."""
    at = element.getparent()
    while at is not None and not at.get("id"):
        at = at.getparent()
    return element if at is None else at


RULE = Rule(id="unsupported-extension", cure="Remove it, or model it otherwise.", find=_find)
