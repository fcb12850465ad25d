"""The gate before a deployment: every element and reference that is not known to run right is a finding.

One family of rules a file. Findings about expressions and other values come from the readers in `dialect`. `check` is
what running needs, and holds whenever a diagram is read; `check_text` is the text of the standard, asked when a diagram
is handed in. A stricter rule therefore never makes an older version of a process unreadable.
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
    never,
    processes,
    references,
    starts,
    timers,
    transactions,
    unsupported,
)
from engine.bpmn.lint.rule import Rule
from engine.bpmn.lint.standard import (
    ad_hoc,
    artifacts,
    choreographies,
    collaborations,
    conditions,
    data,
    escalation_codes,
    expressions,
    flow_lists,
    gateways,
    handlers,
    lanes,
    levels,
    properties,
    reference_kinds,
    repetition,
    roles,
    schema,
    scripts,
    services,
    text_format,
    triggers,
    understood,
    uris,
)
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
    never.RULE,
    links.RULE,
    *event_sub_processes.RULES,
    event_gateways.RULE,
    transactions.RULE,
    associations.RULE,
)
"""What an engine needs."""

TEXT: tuple[Rule, ...] = (
    schema.RULE,
    *reference_kinds.RULES,
    artifacts.RULE,
    *levels.RULES,
    *gateways.RULES,
    *conditions.RULES,
    flow_lists.RULE,
    *triggers.RULES,
    *starts.RULES,
    escalation_codes.RULE,
    *expressions.RULES,
    *handlers.RULES,
    *repetition.RULES,
    ad_hoc.RULE,
    *collaborations.RULES,
    choreographies.RULE,
    *data.RULES,
    *services.RULES,
    roles.RULE,
    properties.RULE,
    uris.RULE,
    text_format.RULE,
    scripts.RULE,
    lanes.RULE,
    understood.RULE,
)
"""What the standard says."""


def check(document: Document) -> list[Finding]:
    """What does not run; to be asked after links are resolved. In the order of the file."""
    return _all(RULES, document)


def check_text(document: Document) -> list[Finding]:
    """What the standard does not allow; to be asked of the file as it is. In the order of the file."""
    return _all(TEXT, document)


def _all(rules: tuple[Rule, ...], document: Document) -> list[Finding]:
    found = [finding for rule in rules for finding in rule.check(document)]
    return sorted(found, key=lambda finding: finding.line or 0)
