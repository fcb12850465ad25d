"""The gate before a deployment: every element and reference that is not known to run right is a finding.

One rule a file. Findings about expressions and other values come from the readers in `dialect`.
"""

from __future__ import annotations

from engine.bpmn.dialect.document import Document
from engine.bpmn.lint import (
    associations,
    attached,
    event_gateways,
    event_kinds,
    event_sub_processes,
    extensions,
    flow_ends,
    identities,
    links,
    multiple,
    processes,
    references,
    timers,
    transactions,
    unsupported,
)
from engine.bpmn.lint.rule import Rule
from engine.errors import Finding

RULES: tuple[Rule, ...] = (
    *processes.RULES,
    *identities.RULES,
    unsupported.RULE,
    extensions.RULE,
    references.RULE,
    *flow_ends.RULES,
    *attached.RULES,
    event_kinds.RULE,
    multiple.RULE,
    timers.RULE,
    links.RULE,
    *event_sub_processes.RULES,
    event_gateways.RULE,
    transactions.RULE,
    associations.RULE,
)


def check(document: Document) -> list[Finding]:
    """All findings of all rules, in the order of the file."""
    found = [finding for rule in RULES for finding in rule.check(document)]
    return sorted(found, key=lambda finding: finding.line or 0)
