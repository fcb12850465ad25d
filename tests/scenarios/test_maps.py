"""The shipped maps as files: whole, complete, drawn in full, and speaking of things that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from lxml import etree

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "dd": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}
TASKS = {"userTask", "serviceTask", "businessRuleTask", "callActivity"}
EVENTS = {"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"}
GATEWAYS = {"exclusiveGateway", "eventBasedGateway"}
NODES = TASKS | EVENTS | GATEWAYS | {"subProcess"}
STATUS = {
    *("received", "acknowledged", "assessing", "investigating", "waiting-for-you", "deciding", "answered"),
    *("reviewing", "review-answered", "carrying-out", "closing", "closed"),
}

Node = etree._Element


def kind(node: Node) -> str:
    return etree.QName(node).localname


def nodes(root: Node, *kinds: str) -> list[Node]:
    return [n for n in root.iterfind(".//bpmn:process//bpmn:*", NS) if kind(n) in (set(kinds) or NODES)]


def one(node: Node, path: str) -> Node:
    found = node.find(f"bpmn:extensionElements/{path}", NS)
    assert found is not None, f"{node.get('id')} has no {path}"
    return found


def properties(node: Node) -> dict[str, str]:
    rows = node.iterfind("bpmn:extensionElements/zeebe:properties/zeebe:property", NS)
    return {str(row.get("name")): str(row.get("value")) for row in rows}


def test_it_is_valid_bpmn(process_map: Node) -> None:
    schema = files("SpiffWorkflow") / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
    etree.XMLSchema(etree.parse(str(schema))).assertValid(process_map)


def test_no_id_is_used_twice(process_map: Node) -> None:
    counted = Counter(str(e.get("id")) for e in process_map.iter() if isinstance(e.tag, str) and e.get("id"))
    assert [identity for identity, n in counted.items() if n > 1] == []


def test_flows_join_elements_of_one_scope_and_both_ends_know(process_map: Node) -> None:
    for flow in nodes(process_map, "sequenceFlow"):
        ends = {str(n.get("id")): n for n in nodes(process_map) if n.getparent() is flow.getparent()}
        source, target = ends[str(flow.get("sourceRef"))], ends[str(flow.get("targetRef"))]
        assert flow.get("id") in [e.text for e in source.iterfind("bpmn:outgoing", NS)]
        assert flow.get("id") in [e.text for e in target.iterfind("bpmn:incoming", NS)]


def test_everything_that_a_reader_sees_has_a_name(process_map: Node) -> None:
    def silent(node: Node) -> bool:
        merges = kind(node) == "exclusiveGateway" and len(node.findall("bpmn:outgoing", NS)) == 1
        return merges or kind(node) == "eventBasedGateway"

    assert [n.get("id") for n in nodes(process_map) if not n.get("name") and not silent(n)] == []


def test_a_choice_names_its_ways_and_has_a_default(process_map: Node) -> None:
    flows = {f.get("id"): f for f in nodes(process_map, "sequenceFlow")}
    for gateway in nodes(process_map, "exclusiveGateway"):
        ways = [flows[e.text] for e in gateway.iterfind("bpmn:outgoing", NS)]
        if len(ways) > 1:
            assert all(way.get("name") for way in ways), gateway.get("id")
            free = [way.get("id") for way in ways if way.find("bpmn:conditionExpression", NS) is None]
            assert free == [gateway.get("default")]


def test_tasks_name_their_clause_and_explain_themselves(process_map: Node) -> None:
    for task in nodes(process_map, *TASKS):
        assert properties(task).get("isoClause"), task.get("id")
        assert task.findtext("bpmn:documentation", "", NS).strip(), task.get("id")


def test_user_tasks_have_form_group_due_date_and_dutch_texts(
    process_map: Node, forms: Path, groups: Mapping[str, Any]
) -> None:
    for task in nodes(process_map, "userTask"):
        one(task, "zeebe:userTask")
        assert (forms / f"{one(task, 'zeebe:formDefinition').get('formId')}.form").is_file()
        assert str(one(task, "zeebe:taskSchedule").get("dueDate")).startswith("=")
        candidates = str(one(task, "zeebe:assignmentDefinition").get("candidateGroups"))
        assert candidates.startswith("=") or {g.strip() for g in candidates.split(",")} <= set(groups)
        assert {"name.nl", "instruction.nl"} <= set(properties(task))


def test_properties_speak_of_what_exists(process_map: Node) -> None:
    users = {str(t.get("id")) for t in nodes(process_map, "userTask")}
    for node in nodes(process_map):
        found = properties(node)
        assert found.get("status", "closed") in STATUS
        assert {p.strip() for p in found.get("separateFrom", "*").split(",")} <= users | {"*"}


def test_service_tasks_have_a_type_and_letters_exist(process_map: Node, config: Path) -> None:
    for task in nodes(process_map, "serviceTask"):
        if one(task, "zeebe:taskDefinition").get("type") == "send-letter":
            letter = one(task, "zeebe:taskHeaders/zeebe:header").get("value")
            assert {p.parent.name for p in (config / "letters").glob(f"*/{letter}.txt")} >= {"en", "nl"}, letter


def test_decisions_and_called_processes_are_shipped(process_map: Node, library: Path) -> None:
    for task in nodes(process_map, "businessRuleTask"):
        assert (library / f"{one(task, 'zeebe:calledDecision').get('decisionId')}.dmn").is_file()
    for call in nodes(process_map, "callActivity"):
        assert (library / f"{one(call, 'zeebe:calledElement').get('processId')}.bpmn").is_file()


def test_messages_are_correlated_by_the_reference(process_map: Node) -> None:
    messages = {m.get("id"): m for m in process_map.iterfind("bpmn:message", NS)}
    waiting = {d.get("messageRef") for d in process_map.iterfind(".//bpmn:messageEventDefinition", NS)}
    assert waiting == set(messages)
    assert {one(m, "zeebe:subscription").get("correlationKey") for m in messages.values()} == {"=reference"}


def test_every_top_element_is_in_exactly_one_lane(process_map: Node) -> None:
    process = process_map.find("bpmn:process", NS)
    assert process is not None
    placed = Counter(e.text for e in process_map.iterfind(".//bpmn:flowNodeRef", NS))
    assert placed == Counter(n.get("id") for n in process if kind(n) in NODES)


def test_everything_is_drawn_once(process_map: Node) -> None:
    drawn = Counter(e.get("bpmnElement") for e in process_map.iterfind(".//di:BPMNPlane/di:*", NS))
    kinds = NODES | {"participant", "lane", "sequenceFlow", "messageFlow", "textAnnotation", "association"}
    assert drawn == Counter(e.get("id") for e in process_map.iterfind(".//bpmn:*", NS) if kind(e) in kinds)


def bounds(root: Node) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of every shape."""
    found = {}
    for shape in root.iterfind(".//di:BPMNShape", NS):
        box = shape.find("dc:Bounds", NS)
        assert box is not None
        x, y, w, h = (float(str(box.get(name))) for name in ("x", "y", "width", "height"))
        found[str(shape.get("bpmnElement"))] = (x, y, x + w, y + h)
    return found


def test_elements_stand_apart_and_inside_what_holds_them(process_map: Node) -> None:
    boxes, drawn = bounds(process_map), [n for n in nodes(process_map) if kind(n) != "boundaryEvent"]
    for node in drawn:
        left, top, right, bottom = boxes[str(node.get("id"))]
        holder = node.getparent()
        if holder is not None and kind(holder) == "subProcess":
            outer = boxes[str(holder.get("id"))]
            assert outer[0] < left < right < outer[2], node.get("id")
            assert outer[1] < top < bottom < outer[3], node.get("id")
        for other in drawn:
            if other is not node and other.getparent() is holder:
                x1, y1, x2, y2 = boxes[str(other.get("id"))]
                assert right <= x1 or x2 <= left or bottom <= y1 or y2 <= top, (node.get("id"), other.get("id"))


def test_boundary_events_sit_on_the_edge(process_map: Node) -> None:
    boxes = bounds(process_map)
    for event in nodes(process_map, "boundaryEvent"):
        left, top, right, bottom = boxes[str(event.get("id"))]
        host = boxes[str(event.get("attachedToRef"))]
        assert (top + bottom) / 2 in (host[1], host[3]) or (left + right) / 2 in (host[0], host[2])


def test_lines_run_straight_from_edge_to_edge(process_map: Node) -> None:
    boxes = bounds(process_map)
    for flow in nodes(process_map, "sequenceFlow"):
        edge = process_map.find(f".//di:BPMNEdge[@bpmnElement='{flow.get('id')}']", NS)
        assert edge is not None
        points = [(float(str(p.get("x"))), float(str(p.get("y")))) for p in edge.iterfind("dd:waypoint", NS)]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow.get("id")
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            left, top, right, bottom = boxes[str(flow.get(end))]
            assert point[0] in (left, right) or point[1] in (top, bottom), flow.get("id")
