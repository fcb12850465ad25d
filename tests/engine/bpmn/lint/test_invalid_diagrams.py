"""Invalid diagrams are refused for the rule that they break; valid ones are accepted (../shared/suites)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bpmn import inspect_diagram

ROOT = Path(__file__).parents[4]
SUITES = ROOT.parent / "shared" / "suites"

if not (SUITES / "invalid").is_dir():
    pytest.skip("the suite of invalid diagrams is not here", allow_module_level=True)

OURS = {
    "EXT003": {"missing-id"},
    **{key: {"flow-at-artifact"} for key in ("EXT006", "EXT007", "EXT008", "EXT009")},
    "EXT010": {"text-format"},
    "EXT011": {"thrown-code"},
    "EXT012": {"formal-expression"},
    "EXT013": {"empty-expression"},
    "EXT014": {"uri"},
    "EXT019": {"gateway-direction"},
    "EXT020": {"collection-flag"},
    "EXT021": {"flow-end"},
    "EXT023": {"flow-list"},
    "EXT025": {"lonely-condition"},
    "EXT027": {"global-conversation"},
    "EXT028": {"flow-between-pools"},
    "EXT030": {"participant-multiplicity"},
    "EXT031": {"message-flow-ends"},
    "EXT032": {"global-conversation"},
    "EXT035": {"public-executable"},
    "EXT036": {"choreography-activity"},
    "EXT039": {"role-assignment"},
    "EXT042": {"service-data"},
    "EXT043": {"service-data"},
    **{key: {"message-data"} for key in ("EXT046", "EXT047", "EXT048", "EXT050")},
    "EXT054": {"two-loop-markers"},
    "EXT055": {"two-loop-markers"},
    "EXT056": {"choreography-activity"},
    "EXT058": {"event-sub-process-start"},
    "EXT059": {"event-sub-process-start", "event-trigger", "always-interrupting"},
    "EXT060": {"uri"},
    "EXT062": {"ad-hoc-content", "choreography-activity"},
    "EXT063": {"call-data"},
    "EXT064": {"service-binding"},
    "EXT065": {"service-binding"},
    "EXT067": {"multi-instance-source"},
    "EXT069": {"multi-instance-item"},
    "EXT070": {"multi-instance-item"},
    "EXT071": {"boolean-condition"},
    "EXT072": {"boolean-condition"},
    "EXT078": {"property-place"},
    "EXT082": {"data-association"},
    "EXT083": {"collection-flag"},
    **{key: {"data-set"} for key in ("EXT084", "EXT085", "EXT086", "EXT089", "EXT090")},
    "EXT087": {"data-set-pair"},
    "EXT091": {"data-association"},
    "EXT092": {"data-association"},
    "EXT093": {"event-data"},
    "EXT094": {"event-data"},
    "EXT095": {"shared-trigger"},
    "EXT097": {"missing-start"},
    "EXT098": {"event-trigger"},
    "EXT099": {"called-process-start"},
    "EXT100": {"event-trigger"},
    "EXT103": {"message-flow-event"},
    "EXT105": {"missing-end"},
    "EXT106": {"cancel-event"},
    "EXT107": {"event-not-connected", "flow-list"},
    "EXT108": {"message-flow-event"},
    "EXT110": {"event-trigger", "always-interrupting", "compensation-boundary"},
    "EXT111": {"cancel-event"},
    **{key: {"event-not-connected"} for key in ("EXT113", "EXT115", "EXT116")},
    "EXT117": {"link-flow"},
    "EXT118": {"link-pair", "link-without-end"},
    "EXT119": {"message-flow-event"},
    "EXT121": {"event-trigger"},
    "EXT123": {"formal-expression", "empty-expression"},
    "EXT126": {"link-without-end"},
    "EXT127": {"message-reference"},
    "EXT129": {"event-sub-process-start"},
    "EXT130": {"event-trigger"},
    "EXT132": {"timer-value"},
    "EXT135": {"idle-gateway"},
    "EXT136": {"event-gateway-flows"},
    "EXT137": {"event-gateway-flows"},
    "EXT138": {"event-gateway-target"},
    "EXT140": {"event-gateway-receive"},
    "EXT143": {"compensation-handler"},
    "EXT146": {"event-trigger"},
    "EXT147": {"event-trigger", "always-interrupting", "compensation-boundary"},
    "EXT148": {"event-trigger"},
    "EXT149": {"event-trigger"},
    "EXT150": {"not-entered"},
    "EXT151": {"not-left"},
    "REF": {"reference-kind", "data-reference", "link-reference"},
}
"""Rule of BPMNspector -> the rules of ours that say the same."""


def _errors(path):
    found = inspect_diagram(path.name, path.read_bytes()).findings
    return {finding.rule for finding in found if finding.severity == "error"}


def _described():
    return [json.loads(path.read_text()) for path in sorted((SUITES / "invalid").glob("*.json"))]


def test_invalid_diagrams_are_refused_for_the_rule_they_break():
    cases = [case for case in _described() if not case.get("optional")]
    missed = [
        case["file"] for case in cases if not OURS.get(case["rule"], set()) & _errors(SUITES / "invalid" / case["file"])
    ]
    assert len(cases) >= 150
    assert missed == []


def _is_rejected(path):
    cases = json.loads(path.with_suffix(".json").read_text())["cases"]
    return any(case.get("expect_rejection") or case.get("expect_error") == "rejection_or_incident" for case in cases)


@pytest.mark.parametrize("path", sorted((SUITES / "bpmn").rglob("*.bpmn")), ids=lambda path: path.stem)
def test_valid_diagrams_are_accepted(path):
    assert not _errors(path) or _is_rejected(path)


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").rglob("*.bpmn")), ids=lambda path: path.stem)
def test_our_own_processes_are_without_any_finding(path):
    assert inspect_diagram(path.name, path.read_bytes()).findings == ()
