"""A role is filled by a resource or by an expression (BPMN 2.0, table 8.58)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation

_ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")


def _find(document: Document) -> Iterator[Violation]:
    for role in facts(document).all(*_ROLES):
        said = {local(child) for child in role}
        if {"resourceRef", "resourceAssignmentExpression"} <= said:
            yield role, "the role names a resource and has an expression for it"
        if "resourceParameterBinding" in said and "resourceRef" not in said:
            yield role, "the role has parameters, and names no resource that they are for"


RULE = Rule(id="role-assignment", cure="Keep the resource or the expression, not both.", find=_find)
