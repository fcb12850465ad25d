"""What a rule is: an id, why it is there, and a function that finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from engine.bpmn.dialect.document import Document
from engine.errors import Finding, Severity

Violation = tuple[etree._Element | None, str]
"""The element that breaks the rule, and how."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`cure` says what to do about it; `find` yields one violation for each place that breaks the rule."""

    id: str
    cure: str
    find: Callable[[Document], Iterator[Violation]]
    severity: Severity = "error"

    def check(self, document: Document) -> list[Finding]:
        """All findings of this rule in a document."""
        return self.findings(document, self.find(document))

    def findings(self, document: Document, violations: Iterable[Violation]) -> list[Finding]:
        """Violations as findings."""
        found = (document.finding(self.id, element, message, self.cure) for element, message in violations)
        return [replace(finding, severity=self.severity) for finding in found]
