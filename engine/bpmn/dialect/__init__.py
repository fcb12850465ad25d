"""From XML in Camunda 8's dialect to specs."""

from __future__ import annotations

from engine.bpmn.dialect.document import read
from engine.bpmn.dialect.links import simplify
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.dialect.scopes import ProcessReader
from engine.bpmn.lint import check
from engine.bpmn.model import Diagram
from engine.errors import DeploymentRefused, Finding
from engine.feel import STANDARD, Functions


def parse_diagram(resource_name: str, content: bytes, *, functions: Functions = STANDARD) -> Diagram:
    """Parse a BPMN file: its executable processes, ready to run.

    `functions` are what FEEL expressions may call. Raises `DeploymentRefused` with a finding for everything that would
    not run right: each names file, element, line, rule and, where there is one, the cure.
    """
    document = read(resource_name, content)
    simplify(document)
    findings = check(document)
    _raise_if_refused(resource_name, findings)
    reading = Reading(document, functions)
    processes = tuple(ProcessReader(reading, process).read() for process in document.processes)
    _raise_if_refused(resource_name, reading.findings)
    return Diagram(resource_name=resource_name, processes=processes, findings=tuple(findings))


def _raise_if_refused(name: str, findings: list[Finding]) -> None:
    if any(finding.severity == "error" for finding in findings):
        count = sum(finding.severity == "error" for finding in findings)
        raise DeploymentRefused(f"{name} was refused: {count} finding(s)", findings=findings)
