"""What is said about an element apart from how it runs: name, type, lane, properties, headers, documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from engine.bpmn.dialect.document import extension, is_true, local, q, zeebe
from engine.bpmn.model import Element

_NO_ID = re.compile(r"\W+")

TYPES = {
    "task": "TASK",
    "userTask": "USER_TASK",
    "manualTask": "MANUAL_TASK",
    "serviceTask": "SERVICE_TASK",
    "sendTask": "SEND_TASK",
    "receiveTask": "RECEIVE_TASK",
    "businessRuleTask": "BUSINESS_RULE_TASK",
    "scriptTask": "SCRIPT_TASK",
    "callActivity": "CALL_ACTIVITY",
    "subProcess": "SUB_PROCESS",
    "transaction": "TRANSACTION",
    "adHocSubProcess": "AD_HOC_SUB_PROCESS",
    "exclusiveGateway": "EXCLUSIVE_GATEWAY",
    "parallelGateway": "PARALLEL_GATEWAY",
    "inclusiveGateway": "INCLUSIVE_GATEWAY",
    "complexGateway": "COMPLEX_GATEWAY",
    "eventBasedGateway": "EVENT_BASED_GATEWAY",
    "startEvent": "START_EVENT",
    "intermediateCatchEvent": "INTERMEDIATE_CATCH_EVENT",
    "intermediateThrowEvent": "INTERMEDIATE_THROW_EVENT",
    "boundaryEvent": "BOUNDARY_EVENT",
    "endEvent": "END_EVENT",
}


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane: its name (else id), and the candidate groups that it stands for."""

    name: str
    groups: tuple[str, ...]


def read_element(node: etree._Element, process_id: str, lane: Lane | None) -> Element:
    """The element of a flow node."""
    kind = local(node)
    return Element(
        id=node.get("id", ""),
        name=node.get("name") or None,
        type="EVENT_SUB_PROCESS" if is_true(node, "triggeredByEvent") else TYPES[kind],
        process_id=process_id,
        scope_id=parent_id(node),
        lane=None if lane is None else lane.name,
        lane_groups=() if lane is None else lane.groups,
        properties=MappingProxyType(properties(node)),
        headers=MappingProxyType(_pairs(extension(node, "taskHeaders"), "header", "key")),
        documentation=documentation(node),
    )


def process_element(process: etree._Element) -> Element:
    """The process as an element of itself: incidents of the instance as a whole are shown at it."""
    name = process.get("id", "")
    return Element(
        id=name,
        name=process.get("name") or None,
        type="PROCESS",
        process_id=name,
        scope_id="",
        properties=MappingProxyType(properties(process)),
        documentation=documentation(process),
    )


def parent_id(node: etree._Element) -> str:
    """The id of the scope around a node."""
    parent = node.getparent()
    return "" if parent is None else parent.get("id", "")


def properties(node: etree._Element) -> dict[str, str]:
    """`zeebe:properties`."""
    return _pairs(extension(node, "properties"), "property", "name")


def _pairs(holder: etree._Element | None, item: str, key: str) -> dict[str, str]:
    if holder is None:
        return {}
    return {pair.get(key, ""): pair.get("value", "") for pair in holder.iterchildren(zeebe(item))}


def documentation(node: etree._Element) -> str | None:
    """The text of `bpmn:documentation`."""
    found = node.find(q("documentation"))
    return None if found is None or not found.text else found.text.strip()


def lanes(process: etree._Element) -> dict[str, Lane]:
    """Node id -> the innermost lane; an inner lane stands behind the outer one in the file.

    A lane's groups are those of its property `candidateGroups` (separated by commas) or, where it has none, its name
    written as group ids are: `Front office` stands for `front-office`.
    """
    found: dict[str, Lane] = {}
    for lane in process.iter(q("lane")):
        name = lane.get("name") or lane.get("id") or ""
        said = properties(lane).get("candidateGroups")
        groups = [_NO_ID.sub("-", name.lower()).strip("-")] if said is None else [g.strip() for g in said.split(",")]
        read = Lane(name=name, groups=tuple(group for group in groups if group))
        for reference in lane.iterchildren(q("flowNodeRef")):
            found[(reference.text or "").strip()] = read
    return found
