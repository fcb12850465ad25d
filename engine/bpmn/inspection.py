"""A diagram that is handed in: all findings at once, of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.bpmn.dialect.document import Document, read
from engine.bpmn.dialect.links import simplify
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.dialect.scopes import ProcessReader
from engine.bpmn.lint import check, check_text
from engine.bpmn.lint.obligations import Rulebook, check_obligations, is_bound
from engine.bpmn.lint.soundness import check_soundness
from engine.bpmn.model import Diagram, ProcessModel
from engine.errors import Finding
from engine.feel import STANDARD, Functions

_UNREADABLE = frozenset({"missing-id", "duplicate-id", "event-trigger", "unsupported-element"})
"""With these there is nothing for a reader to hold on to."""
_NO_WAYS = _UNREADABLE | {"broken-reference", "empty-scope"}
_NO_NET = _NO_WAYS | {"not-entered", "missing-start", "flow-end"}
"""With these the ways of tokens are not known, or known to be wrong."""
_SAID_BETTER = {
    "message-name": "message-reference",
    "broken-reference": "reference-kind",
    "expression-expected": "formal-expression",
    "loop-characteristics": "multi-instance-source",
    "unsupported-element": "choreography-activity",
    "job-type": "message-reference",
    "reference-kind": "flow-list",
}
"""Where the first and the second are found at one element, the first adds nothing."""


def inspect_diagram(
    resource_name: str, content: bytes, *, functions: Functions = STANDARD, rulebooks: Sequence[Rulebook] = ()
) -> Diagram:
    """The diagram with everything that is to be said about it, errors and warnings, in the order of the file.

    `rulebooks` hold for the processes that are tagged with them.

    With errors among the findings the processes may be incomplete: nothing of it may be deployed. Raises
    `DeploymentRefused` where the file is no BPMN at all.
    """
    document = read(resource_name, content)
    findings = check_text(document)
    simplify(document)
    findings += check(document)
    reading = Reading(document, functions)
    processes = () if _any(findings, _UNREADABLE) else _read(document, reading)
    known = {(finding.rule, finding.element_id) for finding in findings}
    findings += [finding for finding in reading.findings if (finding.rule, finding.element_id) not in known]
    if not _any(findings, _NO_NET):
        findings += check_soundness(document, strict=lambda process: is_bound(process, rulebooks))
    if not _any(findings, _NO_WAYS):
        findings += check_obligations(document, rulebooks)
    return Diagram(resource_name=resource_name, processes=tuple(processes), findings=tuple(_tidy(findings)))


def _read(document: Document, reading: Reading) -> list[ProcessModel]:
    return [ProcessReader(reading, process).read() for process in document.processes]


def _any(findings: Iterable[Finding], rules: frozenset[str]) -> bool:
    return any(finding.rule in rules for finding in findings)


def _tidy(findings: Sequence[Finding]) -> list[Finding]:
    """In the order of the file, each thing said once."""
    said = {(finding.rule, finding.element_id) for finding in findings}
    kept = [f for f in findings if (_SAID_BETTER.get(f.rule, ""), f.element_id) not in said]
    return sorted(dict.fromkeys(kept), key=lambda finding: finding.line or 0)
